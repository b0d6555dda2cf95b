-- Cancels a job that is not final.
--
-- KEYS[1]  shard prefix
-- ARGV[1]  job id, ARGV[2] project it must belong to
--
-- Returns {} when there is no such live job, else {status before, worker, epoch};
-- a status from 5 on was final and stays.
local job = load_attempt(ARGV[1])
if not job or job.project ~= ARGV[2] then
  return {}
end
local now = now_us()
if job.status == IN_PROGRESS then
  charge(job, NO_CAUSE, now)
  end_attempt(job, CANCELLED, NO_CAUSE, now, { 'err', 'cancelled' })
  redis.call('ZREM', prefix .. 'leases', job.id)
elseif job.status == IN_QUEUE then
  redis.call('ZREM', prefix .. 'q:' .. job.endpoint .. ':' .. job.class, job.id)
  count(job.endpoint, -1, 0)
  redis.call('HSET', job_key(job.id), 'st', CANCELLED, 'v', job.version + 1, 'd', now, 'c', NO_CAUSE,
    'err', 'cancelled')
  redis.call('XADD', prefix .. 'events', '*', 't', 'c', 'j', job.id, 'v', job.version + 1)
  notify(job.watched, job.id)
end
flush_counts()
return { job.status, job.worker or '', job.epoch }
