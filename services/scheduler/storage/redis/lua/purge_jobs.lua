-- Cancels jobs of an endpoint that wait.
--
-- KEYS[1]  shard prefix
-- ARGV[1]  endpoint, ARGV[2] at most so many
--
-- Returns how many; with none left, the next call returns 0.
local endpoint, limit = ARGV[1], tonumber(ARGV[2])
local now = now_us()
local purged = 0

local function purge(ids)
  for _, id in ipairs(ids) do
    local job = load_job(id)
    if job and job.endpoint == endpoint and (job.status == DELAYED or job.status == IN_QUEUE) then
      end_waiting(job, CANCELLED, 'c', now, 'purged')
      purged = purged + 1
    end
  end
end

local function first_of(key)
  return purged < limit and redis.call('ZRANGE', key, 0, limit - purged - 1) or {}
end

purge(first_of(prefix .. 'delayed:' .. endpoint))
for _, class in ipairs(redis.call('SMEMBERS', prefix .. 'classes:' .. endpoint)) do
  -- Parked jobs first: a job leaving the queue lets the next of its key out.
  for _, key in ipairs(redis.call('HKEYS', busy_key(endpoint))) do
    purge(first_of(parked_key(endpoint, class, key)))
  end
  purge(first_of(queue_key(endpoint, class)))
end
flush_counts()
return purged
