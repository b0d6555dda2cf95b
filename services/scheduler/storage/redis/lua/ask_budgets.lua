-- Asks for more of budgets, or of quotas of GPUs, as a job does that finds too little left.
--
-- KEYS[1]  shard prefix
-- ARGV     ids; those that have no account are passed over
local now = now_us()
for _, id in ipairs(ARGV) do
  if redis.call('EXISTS', account_key(id)) == 1 then
    redis.call('HSET', account_key(id), 'ask', string.format('%.0f', now))
  end
end
