-- Renews leases that are still held. One whose budget has too little left is left as it is while
-- more than half of it is to come; then it is ended. Reports attempts by the hour while they run.
--
-- KEYS[1]  shard prefix
-- ARGV[1]  lease (us), ARGV[2] length of the parts of an attempt (us)
-- ARGV[3+] for each lease: job id, epoch, how long its worker had the job before a handler began
--          it (us; -1: none has; '': not known)
--
-- Returns the positions (from 1) of the leases that are lost.
local MAX_PARTS = 1000 -- As kMaxLeaseParts of domain/lease_parts.h.
local now = now_us()
local deadline = now + tonumber(ARGV[1])
local length = tonumber(ARGV[2])
local lost = {}

-- Reports [from, till) of an attempt, the next of its parts.
local function report_part(job, holds, from, till)
  job.parts = job.parts + 1
  job.reported = till
  local event = redis.call('XADD', prefix .. 'events', '*', 't', 'p', 'j', job.id, 'a', job.epoch,
    'rn', job.parts, 's', from, 'e', till, 'ep', job.endpoint, 'pr', job.project, 'w', job.worker,
    'g', job.gpu, 'n', job.gpus, 'k', job.parts == 1 and job.cold or 0,
    'at', job.attribution or '')
  local owed = holds and settle_part(holds, job.gpus, from, till) or ''
  if owed ~= '' then
    redis.call('HSET', prefix .. 'owed', event, owed)
  end
end

-- Reports the hours of an attempt that have passed. TakeParts of domain/lease_parts.h does the
-- same. Returns what it is reported to, or its start, and what it holds.
local function report_parts(id, waited)
  local job = load_job(id)
  local fields = {}
  if not job.reported then
    move_start(job, waited, false, now, fields)
  end
  local from = job.reported or job.started
  local holds = job.holds and parse_holds(job.holds)
  local cut = next_cut(from, length)
  if cut > now or job.parts >= MAX_PARTS then
    return job.reported or tonumber(redis.call('HGET', job_key(id), 's')), holds
  end
  while cut <= now and job.parts < MAX_PARTS do
    report_part(job, holds, from, cut)
    from, cut = cut, cut + length
  end
  redis.call('HSET', job_key(id), 'rp', from, 'rn', job.parts, unpack(fields))
  if holds then
    redis.call('HSET', job_key(id), 'hd', format_holds(holds))
  end
  return from, holds
end

-- Whether a lease may be renewed, which then holds what it costs from `from` on.
local function extend(id, holds, gpus, from)
  if not can_extend(holds, now, gpus, from, deadline) then
    return false
  end
  extend_holds(holds, gpus, from, deadline)
  redis.call('HSET', job_key(id), 'hd', format_holds(holds))
  return true
end

-- Ends a lease that is about to lapse for want of budget; whether it did. What no handler has
-- begun costs nothing.
local function stop(id, waited)
  local till = redis.call('ZSCORE', prefix .. 'leases', id)
  if till and tonumber(till) - now > tonumber(ARGV[1]) / 2 then
    return false
  end
  local job = load_job(id)
  local never_began = waited == -1 and not job.reported
  local cause = never_began and PLATFORM or BUDGET
  local fields = { 'err', 'stopped: a budget is spent' }
  if never_began then
    move_start(job, 0, true, now, fields)
  end
  charge(job, cause, now, never_began)
  local status, wait = retry_or_fail(job, cause, 0)
  end_attempt(job, status, cause, now, fields, wait)
  redis.call('ZREM', prefix .. 'leases', id)
  return true
end

-- Whether the lease goes on.
local function renew(id, f, waited)
  local holds, from = f[3] and parse_holds(f[3]), tonumber(f[7] or f[4])
  local has_begun = f[7] or (waited and waited >= 0)
  if has_begun and not f[6] and next_cut(from, length) <= now then
    from, holds = report_parts(id, waited)
  end
  if not holds or extend(id, holds, tonumber(f[5]), from) then
    redis.call('ZADD', prefix .. 'leases', deadline, id)
    return true
  end
  return not stop(id, waited)
end

for i = 3, #ARGV, 3 do
  local id = ARGV[i]
  local f = redis.call('HMGET', job_key(id), 'st', 'a', 'hd', 's', 'n', 'al', 'rp')
  if tonumber(f[1] or 0) ~= IN_PROGRESS or f[2] ~= ARGV[i + 1] or not renew(id, f, tonumber(ARGV[i + 2])) then
    lost[#lost + 1] = i / 3
  end
end
flush_counts()
return lost
