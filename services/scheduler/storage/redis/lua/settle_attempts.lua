-- Ends attempts: with a result, or with a failure that may be retried.
--
-- KEYS[1]  shard prefix
-- ARGV[1+] for each attempt: job id, epoch, cause (0: success), output, output
--          stored ('1' or ''), error
--
-- Returns for each attempt: the job's new status; 0 when the attempt held no lease;
-- -1 when it did, and had ended the job before (a repeated call).
local now = now_us()
local results, ended = {}, {}

local function settle(id, epoch, cause, output, stored, err)
  local job = load_attempt(id)
  if not holds_lease(job, epoch) then
    local repeated = job and job.epoch == epoch and job.status >= COMPLETED
    return repeated and -1 or 0
  end
  charge(job, cause, now)
  local status, fields
  if cause == NO_CAUSE then
    status = COMPLETED
    fields = stored ~= '' and { 'err', '', 'os', 1 } or { 'err', '', 'out', output }
  else
    status = retry_or_fail(job, cause)
    fields = { 'err', err }
  end
  end_attempt(job, status, cause, now, fields)
  ended[#ended + 1] = id
  return status
end

for i = 1, #ARGV, 6 do
  results[#results + 1] =
    settle(ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]), ARGV[i + 3], ARGV[i + 4], ARGV[i + 5])
end
if #ended > 0 then
  redis.call('ZREM', prefix .. 'leases', unpack(ended))
  flush_counts()
end
return results
