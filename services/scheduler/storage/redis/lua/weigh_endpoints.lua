-- Tells what waits of endpoints.
--
-- KEYS[1]  shard prefix
-- ARGV[1+] endpoints
--
-- Returns a flat list, for each endpoint: jobs that wait, bytes of their inputs.
local loads = {}
for _, endpoint in ipairs(ARGV) do
  local f = redis.call('HMGET', prefix .. 'stats:' .. endpoint, 'queued', 'held', 'bytes')
  loads[#loads + 1] = (f[1] or 0) + (f[2] or 0)
  loads[#loads + 1] = tonumber(f[3] or 0)
end
return loads
