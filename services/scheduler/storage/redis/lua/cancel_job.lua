-- Cancels a job that is not final.
--
-- KEYS[1]  shard prefix
-- ARGV[1]  job id, ARGV[2] project it must belong to
--
-- Returns {} when there is no such live job, else {status before, worker, epoch};
-- a status from 5 on was final and stays.
local job = load_job(ARGV[1])
if not job or job.project ~= ARGV[2] then
  return {}
end
local now = now_us()
if job.status == IN_PROGRESS then
  charge(job, NO_CAUSE, now)
  end_attempt(job, CANCELLED, NO_CAUSE, now, { 'err', 'cancelled' })
  redis.call('ZREM', prefix .. 'leases', job.id)
elseif job.status < COMPLETED then
  end_waiting(job, CANCELLED, 'c', now, 'cancelled')
end
flush_counts()
return { job.status, job.worker or '', job.epoch }
