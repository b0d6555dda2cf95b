-- Ends attempts: with a result, or with a failure that may be retried.
--
-- KEYS[1]  shard prefix
-- ARGV[1+] for each attempt: job id, epoch, cause (0: success), output, output
--          stored ('1' or ''), error, worker that must hold the lease ('': any), draw
--          for its backoff (0 to 999), how long it waited in the worker (us)
--
-- Returns for each attempt: the job's new status; 0 when the attempt held no lease;
-- -1 when it did, and had ended the job before (a repeated call).
local now = now_us()
local results, ended = {}, {}

-- The attempt did not begin with its lease. MoveStart of domain/job.cc does the same.
local function move_start(job, waited)
  local leased = job.started
  job.started = math.max(leased, math.min(leased + waited, now))
  local first = tonumber(redis.call('HGET', job_key(job.id), 'f'))
  redis.call('HSET', job_key(job.id), 's', job.started, 'f', first == leased and job.started or first)
end

local function settle(id, epoch, cause, output, stored, err, worker, draw, waited)
  local job = load_job(id)
  if job and worker ~= '' and job.worker ~= worker then
    return 0
  end
  if not holds_lease(job, epoch) then
    local repeated = job and job.epoch == epoch and job.status >= COMPLETED
    return repeated and -1 or 0
  end
  if waited > 0 then
    move_start(job, waited)
  end
  charge(job, cause, now)
  local status, fields, wait
  if cause == NO_CAUSE then
    status = COMPLETED
    fields = stored ~= '' and { 'err', '', 'os', 1 } or { 'err', '', 'out', output }
  else
    status, wait = retry_or_fail(job, cause, draw)
    fields = { 'err', err }
  end
  end_attempt(job, status, cause, now, fields, wait)
  ended[#ended + 1] = id
  return status
end

for i = 1, #ARGV, 9 do
  local id, epoch, cause, output, stored, err, worker, draw, waited = unpack(ARGV, i, i + 8)
  results[#results + 1] = settle(id, tonumber(epoch), tonumber(cause), output, stored, err, worker, draw,
    tonumber(waited))
end
if #ended > 0 then
  redis.call('ZREM', prefix .. 'leases', unpack(ended))
  flush_counts()
end
return results
