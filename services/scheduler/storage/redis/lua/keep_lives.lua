-- Keeps the lifetimes of an endpoint's always-on workers, and begins those of idle workers while
-- there are too few. Which workers are always-on is decided here, and holds for as long as the
-- lifetime lasts.
--
-- KEYS[1]  shard prefix
-- ARGV[1]  endpoint, ARGV[2] project, ARGV[3] how many of its workers should be always-on
-- ARGV[4]  for how long (us) a lifetime lasts when nothing more is heard
-- ARGV[5]  length of a lifetime's slices (us)
-- ARGV[6+] for each worker: id, 'i' when it is idle, 'b' when it may be busy, 'e' when it has
--          ended; UUID of a lifetime that begins, GPU type, GPUs
--
-- Returns for each worker 1 when it is always-on now, else 0.
local endpoint, wanted, lapse = ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[4])
local length = tonumber(ARGV[5])
local now = now_us()
local always = prefix .. 'always:' .. endpoint

-- Workers of the endpoint that hold leases; nil until somebody asks.
local busy

-- A lifetime that began while a job runs would not cover that job, which would pay twice. What
-- the scheduler takes for idle may have been given a job since.
local function is_busy(worker)
  if not busy then
    busy = {}
    for _, id in ipairs(redis.call('ZRANGE', prefix .. 'leases', 0, -1)) do
      local f = redis.call('HMGET', job_key(id), 'ep', 'w')
      if f[1] == endpoint and f[2] then
        busy[f[2]] = true
      end
    end
  end
  return busy[worker]
end

local function begin(name, worker, id, gpu, gpus)
  redis.call('HSET', prefix .. 'life:' .. name, 'id', id, 'ep', endpoint, 'pr', ARGV[2], 'w', worker,
    'g', gpu, 'n', gpus, 's', now, 'p', 1, 'd', now + lapse)
  redis.call('HSET', always, worker, now)
  redis.call('ZADD', prefix .. 'lives', now, name)
end

-- Whether the worker has a lifetime that goes on, having heard of it now.
local function go_on(name, worker, ended)
  local life = prefix .. 'life:' .. name
  local lasts = tonumber(redis.call('HGET', life, 'd'))
  if not lasts then
    return false
  end
  if ended then
    redis.call('HSET', life, 'd', math.min(lasts, now))
    return sweep_life(name, now, length)
  end
  if lasts < now and not covers_any(name, worker) then
    return sweep_life(name, now, length) -- It was away for too long.
  end
  redis.call('HSET', life, 'd', math.max(lasts, now + lapse))
  return true
end

local results = {}
for i = 6, #ARGV, 5 do
  local worker, state, id, gpu, gpus = unpack(ARGV, i, i + 4)
  local name = endpoint .. ':' .. worker
  local lives = go_on(name, worker, state == 'e')
  if not lives and state == 'i' and redis.call('HLEN', always) < wanted and not is_busy(worker) then
    begin(name, worker, id, gpu, gpus)
    lives = true
  end
  results[#results + 1] = lives and 1 or 0
end
return results
