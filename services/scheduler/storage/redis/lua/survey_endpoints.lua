-- Measures endpoints' queues, for the autoscaler.
--
-- KEYS[1]  shard prefix
-- ARGV[1+] endpoints
--
-- Returns for each endpoint: {queued, running, microseconds for which the job that
-- goes next has been runnable}.
local now = now_us()
local surveys = {}
for _, endpoint in ipairs(ARGV) do
  local f = redis.call('HMGET', prefix .. 'stats:' .. endpoint, 'queued', 'running')
  local waited = 0
  for _, class in ipairs(redis.call('SMEMBERS', prefix .. 'classes:' .. endpoint)) do
    local head = redis.call('ZRANGE', queue_key(endpoint, class), 0, 0)[1]
    if head then
      local since = redis.call('HMGET', job_key(head), 'q', 'nb')
      waited = math.max(waited, now - (since[2] or since[1] or now))
    end
  end
  surveys[#surveys + 1] = { tonumber(f[1] or 0), tonumber(f[2] or 0), waited }
end
return surveys
