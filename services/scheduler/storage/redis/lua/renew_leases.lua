-- Renews leases that are still held. One whose budget has nothing left is left as it is while
-- more than half of it is to come; then it is ended.
--
-- KEYS[1]  shard prefix
-- ARGV[1]  lease (us)
-- ARGV[2+] for each lease: job id, epoch
--
-- Returns the positions (from 1) of the leases that are lost.
local now = now_us()
local deadline = now + tonumber(ARGV[1])
local lost = {}

-- Whether a lease may be renewed, which then holds what that costs.
local function extend(id, holds)
  holds = parse_holds(holds)
  if not have_left(holds, now) then
    return false
  end
  local f = redis.call('HMGET', job_key(id), 's', 'n')
  extend_holds(holds, tonumber(f[2]), tonumber(f[1]), deadline)
  redis.call('HSET', job_key(id), 'hd', format_holds(holds))
  return true
end

-- Ends a lease that is about to lapse for want of budget; whether it did.
local function stop(id)
  local till = redis.call('ZSCORE', prefix .. 'leases', id)
  if till and tonumber(till) - now > tonumber(ARGV[1]) / 2 then
    return false
  end
  local job = load_job(id)
  charge(job, BUDGET, now)
  local status, wait = retry_or_fail(job, BUDGET, 0)
  end_attempt(job, status, BUDGET, now, { 'err', 'stopped: a budget of its project is spent' }, wait)
  redis.call('ZREM', prefix .. 'leases', id)
  return true
end

for i = 2, #ARGV, 2 do
  local id = ARGV[i]
  local f = redis.call('HMGET', job_key(id), 'st', 'a', 'hd')
  if tonumber(f[1] or 0) ~= IN_PROGRESS or f[2] ~= ARGV[i + 1] then
    lost[#lost + 1] = i / 2
  elseif not f[3] or extend(id, f[3]) then
    redis.call('ZADD', prefix .. 'leases', deadline, id)
  elseif stop(id) then
    lost[#lost + 1] = i / 2
  end
end
flush_counts()
return lost
