-- Takes back leases whose deadline has passed.
--
-- KEYS[1]  shard prefix
-- ARGV[1]  at most so many
--
-- Returns a flat list, for each lease: job id, epoch, worker.
local now = now_us()
local lapsed = redis.call('ZRANGE', prefix .. 'leases', '-inf', now, 'BYSCORE', 'LIMIT', 0, ARGV[1],
  'WITHSCORES')
local taken = {}
for i = 1, #lapsed, 2 do
  local job = load_attempt(lapsed[i])
  if job and job.status == IN_PROGRESS then
    charge(job, WORKER_LOST, now)
    -- The lease, and with it the worker's time, ended at its deadline.
    end_attempt(job, retry_or_fail(job, WORKER_LOST), WORKER_LOST, tonumber(lapsed[i + 1]),
      { 'err', 'worker ' .. job.worker .. ' was lost' })
    taken[#taken + 1] = job.id
    taken[#taken + 1] = job.epoch
    taken[#taken + 1] = job.worker
  end
  redis.call('ZREM', prefix .. 'leases', lapsed[i])
end
flush_counts()
return taken
