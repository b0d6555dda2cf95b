-- Ends attempts: with a result, or with a failure that may be retried.
--
-- KEYS[1]  shard prefix
-- ARGV[1+] for each attempt: job id, epoch, cause (0: success), output, output
--          stored ('1' or ''), error, worker that must hold the lease ('': any), draw
--          for its backoff (0 to 999), how long it waited in the worker (us; -1: it never began, and
--          is no loss), GPU memory it used at most (MiB, '': not known), tokens ('': not known)
--
-- Returns for each attempt: the job's new status; 0 when the attempt held no lease;
-- -1 when it did, and had ended the job before (a repeated call).
local now = now_us()
local results, ended = {}, {}

-- Keeps the most that an attempt of the job used.
local function note_peak(id, peak, fields)
  local before = tonumber(redis.call('HGET', job_key(id), 'gm') or 0)
  if tonumber(peak) > before then
    fields[#fields + 1] = 'gm'
    fields[#fields + 1] = peak
  end
end

local function settle(id, epoch, cause, output, stored, err, worker, draw, waited, peak, tokens)
  local job = load_job(id)
  if job and worker ~= '' and job.worker ~= worker then
    return 0
  end
  if not holds_lease(job, epoch) then
    local repeated = job and job.epoch == epoch and job.status >= COMPLETED
    return repeated and -1 or 0
  end
  local moved = {}
  local never_began = waited < 0
  if not job.reported and (never_began or waited > 0) then
    move_start(job, waited, never_began, now, moved)
  end
  charge(job, cause, now, never_began)
  local status, fields, wait
  if cause == NO_CAUSE then
    status = COMPLETED
    fields = stored ~= '' and { 'err', '', 'os', 1 } or { 'err', '', 'out', output }
  else
    status, wait = retry_or_fail(job, cause, draw)
    fields = { 'err', err }
  end
  for _, value in ipairs(moved) do
    fields[#fields + 1] = value
  end
  if peak ~= '' then
    note_peak(id, peak, fields)
  end
  job.tokens = tokens ~= '' and tokens
  end_attempt(job, status, cause, now, fields, wait)
  ended[#ended + 1] = id
  return status
end

for i = 1, #ARGV, 11 do
  local id, epoch, cause, output, stored, err, worker, draw, waited, peak, tokens = unpack(ARGV, i, i + 10)
  results[#results + 1] = settle(id, tonumber(epoch), tonumber(cause), output, stored, err, worker, draw,
    tonumber(waited), peak, tokens)
end
if #ended > 0 then
  redis.call('ZREM', prefix .. 'leases', unpack(ended))
  flush_counts()
end
return results
