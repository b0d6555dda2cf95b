-- Reads the accounts of budgets, or of quotas of GPUs.
--
-- KEYS[1]  shard prefix
-- ARGV[1]  '1': changes by who has read before are refused from now on
-- ARGV[2]  'budgets' or 'quotas'
--
-- Returns for each account: {budget, sequence, start of its window (us), left, held, pending, 1
-- when it is wanted and 2 when jobs ask for it, definition or '' when it is dropped}.
local WANTED = 5000000 -- For so long (us) after a job found too little left.
local now = now_us()
local accounts = {}
for _, id in ipairs(redis.call('SMEMBERS', prefix .. ARGV[2])) do
  local key = account_key(id)
  if ARGV[1] == '1' then
    redis.call('HINCRBY', key, 'seq', 1)
  end
  local f = redis.call('HMGET', key, 'seq', 'w', 'left', 'held', 'pend', 'ask', 'def', 'off')
  local wanted = now - tonumber(f[6] or 0) < WANTED and 2 or tonumber(f[4]) > 0 and 1 or 0
  accounts[#accounts + 1] = { id, f[1], f[2], f[3], f[4], f[5], wanted, f[8] and '' or f[7] }
end
return accounts
