-- Changes what is left in accounts of budgets, or of quotas of GPUs.
--
-- KEYS[1]  shard prefix
-- ARGV[1]  'budgets' or 'quotas'
-- ARGV[2+] for each: budget, sequence that its account was read at (0: it had none), start of
--          its window (us), change (below zero takes back no more than there is, but of a quota
--          also what leases hold, once they end), definition ('': the account is dropped, once
--          leases hold nothing of it and nothing is pending; until then it is without a limit)
--
-- Returns for each what the change came to; false: somebody else has read or changed it since.

-- What still runs or is pending is known by the window alone: an account that came back in it
-- without them would be given what they cost.
local function drop(id, settled, sequence)
  if settled then
    redis.call('DEL', account_key(id))
    redis.call('SREM', prefix .. ARGV[1], id)
  else
    redis.call('HSET', account_key(id), 'seq', sequence, 'left', 0, 'off', 1)
  end
end

local function change(id, sequence, window, by, definition)
  local key = account_key(id)
  local f = redis.call('HMGET', key, 'seq', 'w', 'left', 'held', 'pend', 'nw', 'next')
  if tonumber(f[1] or 0) ~= tonumber(sequence) or tonumber(window) < tonumber(f[2] or 0) and definition ~= '' then
    return false
  end
  if definition == '' then
    drop(id, tonumber(f[4] or 0) == 0 and tonumber(f[5] or 0) == 0, sequence + 1)
    return 0
  end
  local left = tonumber(f[3] or 0)
  if f[2] ~= window then
    left = 0
    local pending = f[6] == window and f[7] or 0
    redis.call('HSET', key, 'w', window, 'left', 0, 'held', 0, 'pend', pending)
    redis.call('HDEL', key, 'nw', 'next')
    redis.call('SADD', prefix .. ARGV[1], id)
  end
  by = tonumber(by)
  if not is_gpu_quota(id) then
    by = math.max(by, -math.max(left, 0))
  end
  add_to(id, 'left', by)
  redis.call('HSET', key, 'seq', sequence + 1, 'def', definition)
  redis.call('HDEL', key, 'off')
  return string.format('%.0f', by)
end

local made = {}
for i = 2, #ARGV, 5 do
  made[#made + 1] = change(unpack(ARGV, i, i + 4))
end
return made
