-- Takes or keeps the leadership of a shard's background duties.
--
-- KEYS[1]  shard prefix
-- ARGV[1]  replica, ARGV[2] for how long (ms)
--
-- Returns 1 when the replica leads now, else 0.
local key = prefix .. 'leader'
local leader = redis.call('GET', key)
if leader and leader ~= ARGV[1] then
  return 0
end
redis.call('SET', key, ARGV[1], 'PX', ARGV[2])
return 1
