-- Reads the accounts of budgets.
--
-- KEYS[1]  shard prefix
-- ARGV[1]  '1': changes by who has read before are refused from now on
--
-- Returns for each account: {budget, sequence, start of its window (us), left, held, pending, 1
-- when it is wanted, definition or '' when it is dropped}.
local WANTED = 5000000 -- For so long (us) after a job found too little left.
local now = now_us()
local accounts = {}
for _, id in ipairs(redis.call('SMEMBERS', prefix .. 'budgets')) do
  local key = account_key(id)
  if ARGV[1] == '1' then
    redis.call('HINCRBY', key, 'seq', 1)
  end
  local f = redis.call('HMGET', key, 'seq', 'w', 'left', 'held', 'pend', 'ask', 'def', 'off')
  local wanted = tonumber(f[4]) > 0 or now - tonumber(f[6] or 0) < WANTED
  accounts[#accounts + 1] = { id, f[1], f[2], f[3], f[4], f[5], wanted and 1 or 0, f[8] and '' or f[7] }
end
return accounts
