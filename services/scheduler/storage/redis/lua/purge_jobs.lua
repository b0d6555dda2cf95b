-- Cancels jobs of an endpoint that wait.
--
-- KEYS[1]  shard prefix
-- ARGV[1]  endpoint, ARGV[2] at most so many
--
-- Returns how many; with none left, the next call returns 0.
local endpoint, limit = ARGV[1], tonumber(ARGV[2])
local now = now_us()
local purged = 0

-- The first jobs of a sorted set, as many as may still be purged.
local function first_of(key)
  local jobs = {}
  for _, id in ipairs(purged < limit and redis.call('ZRANGE', key, 0, limit - purged - 1) or {}) do
    jobs[#jobs + 1] = load_job(id)
  end
  return jobs
end

local function purge(job)
  if purged < limit and job.status < IN_PROGRESS then
    end_waiting(job, CANCELLED, 'c', now, 'purged')
    purged = purged + 1
  end
end

local function purge_all(jobs)
  for _, job in ipairs(jobs) do
    purge(job)
  end
end

purge_all(first_of(prefix .. 'waiting:' .. endpoint))
purge_all(first_of(prefix .. 'delayed:' .. endpoint))
local classes = redis.call('SMEMBERS', prefix .. 'classes:' .. endpoint)
for _, class in ipairs(classes) do
  for _, job in ipairs(first_of(queue_key(endpoint, class))) do
    if job.key then
      -- They before it, for as it leaves it lets the next one out.
      purge_all(first_of(parked_key(endpoint, class, job.key)))
    end
    purge(job)
  end
end
-- With the queues empty, keys are held by jobs that run, which are not so many.
for _, key in ipairs(purged < limit and redis.call('HKEYS', busy_key(endpoint)) or {}) do
  for _, class in ipairs(classes) do
    purge_all(first_of(parked_key(endpoint, class, key)))
  end
end
flush_counts()
return purged
