-- Adds to what is known of how long endpoints' attempts take.
--
-- KEYS[1]  shard prefix
-- ARGV     for each endpoint: id, how many executions, each in us, oldest first, how
--          many cold starts, each likewise
--
-- Returns how many times were added.
local MAX_EXECUTIONS, MAX_COLD_STARTS = 64, 16
local LIFE = 30 * 86400 -- For so long (s) what an endpoint took is worth something.

local i, added = 1, 0

-- Puts the times that come next in ARGV before those that are there.
local function add(name, endpoint, kept)
  local times = tonumber(ARGV[i])
  if times > 0 then
    local key = prefix .. name .. ':' .. endpoint
    redis.call('LPUSH', key, unpack(ARGV, i + 1, i + times))
    redis.call('LTRIM', key, 0, kept - 1)
    redis.call('EXPIRE', key, LIFE)
  end
  added = added + times
  i = i + 1 + times
end

while i < #ARGV do
  local endpoint = ARGV[i]
  i = i + 1
  add('runs', endpoint, MAX_EXECUTIONS)
  add('colds', endpoint, MAX_COLD_STARTS)
end
return added
