-- Measures endpoints' queues, for the autoscaler.
--
-- KEYS[1]  shard prefix
-- ARGV[1+] endpoints
--
-- Returns for each endpoint: {queued, running, microseconds for which the job that
-- goes next has been runnable, flat list of its classes that hold jobs: class, how
-- many, microseconds for which the next of them has been runnable; held}.
local now = now_us()
local surveys = {}
for _, endpoint in ipairs(ARGV) do
  local f = redis.call('HMGET', prefix .. 'stats:' .. endpoint, 'queued', 'running', 'held')
  local longest, classes = 0, {}
  for _, class in ipairs(redis.call('SMEMBERS', prefix .. 'classes:' .. endpoint)) do
    local queue = queue_key(endpoint, class)
    local head = redis.call('ZRANGE', queue, 0, 0)[1]
    if head then
      local waited = waited_for(head, now)
      longest = math.max(longest, waited)
      if #classes < MAX_CLASSES * 2 * 3 then
        classes[#classes + 1] = class
        classes[#classes + 1] = redis.call('ZCARD', queue)
        classes[#classes + 1] = waited
      end
    end
  end
  surveys[#surveys + 1] = { tonumber(f[1] or 0), tonumber(f[2] or 0), longest, classes,
    tonumber(f[3] or 0) }
end
return surveys
