-- Leases an endpoint's next jobs to workers that have room.
--
-- KEYS[1]  shard prefix
-- ARGV[1]  endpoint, ARGV[2] lease (us), ARGV[3] most jobs that may run ('0': any)
-- ARGV[4+] for each worker: id, GPU type, GPUs, cold start (us, of its first job
--          only), how many jobs it can take
--
-- Returns a flat list, for each job: number of the worker (from 1), job id, epoch,
-- timeout (us), input (false when it lies in the payload store).
local MAX_SKIPPED = 200 -- Jobs taken from a queue in one run that may not start.
local endpoint, lease = ARGV[1], tonumber(ARGV[2])
local now = now_us()
local classes = redis.call('SMEMBERS', prefix .. 'classes:' .. endpoint)

local function satisfies(gpu, class)
  return class == '*' or string.find(',' .. class .. ',', ',' .. gpu .. ',', 1, true)
end

-- The queues that a GPU type may serve.
local function queues_for(gpu)
  local queues = {}
  for _, class in ipairs(classes) do
    if satisfies(gpu, class) then
      queues[#queues + 1] = queue_key(endpoint, class)
    end
  end
  return queues
end

-- Takes the best head of several queues, or nil.
local function pop(queues)
  if #queues == 1 then
    return redis.call('ZPOPMIN', queues[1])[1]
  end
  local best, best_score
  for _, queue in ipairs(queues) do
    local head = redis.call('ZRANGE', queue, 0, 0, 'WITHSCORES')
    local score = tonumber(head[2])
    if score and (not best or score < best_score) then
      best, best_score = queue, score
    end
  end
  return best and redis.call('ZPOPMIN', best)[1]
end

local claimed, leases = {}, {}
local taken, skipped = 0, 0

-- Whether a job taken from its queue may start: not when its time is over, nor while
-- another one runs under its key.
local function may_start(id, expires, key, class, score)
  if expires and tonumber(expires) <= now then
    expire(load_job(id), now)
    return false
  end
  if key and redis.call('HSETNX', busy_key(endpoint), key, id) == 0 then
    park(id, endpoint, class, score, key)
    return false
  end
  return true
end

-- Leases a job taken from its queue; true when it was leased.
local function start(number, id, worker, gpu, gpus, cold)
  local f = redis.call('HMGET', job_key(id), 'a', 'v', 'x', 'f', 'to', 'in', 'is', 'xp', 'ck', 'cl',
    'sc')
  taken = taken + 1
  -- No such job: somebody has deleted its hash by hand.
  if not f[1] or not may_start(id, f[8], f[9], f[10], f[11]) then
    skipped = skipped + 1
    return false
  end
  local epoch, version = f[1] + 1, f[2] + 1
  redis.call('HSET', job_key(id), 'st', IN_PROGRESS, 'a', epoch, 'v', version, 's', now,
    'f', f[4] or now, 'w', worker, 'g', gpu, 'n', gpus, 'k', cold)
  redis.call('XADD', prefix .. 'events', '*', 't', 's', 'j', id, 'v', version)
  notify(f[3], id)
  leases[#leases + 1] = now + lease
  leases[#leases + 1] = id
  local input = f[6] or (not f[7] and redis.call('GET', prefix .. 'in:' .. id))
  for _, value in ipairs({ number, id, epoch, f[5], input }) do
    claimed[#claimed + 1] = value
  end
  return true
end

-- How many jobs may start now.
local function allowance()
  local limit = tonumber(ARGV[3])
  if limit == 0 then
    return math.huge
  end
  return limit - (redis.call('HGET', prefix .. 'stats:' .. endpoint, 'running') or 0)
end

local left = allowance()
for i = 4, #ARGV, 5 do
  local worker, gpu, gpus, cold, room = unpack(ARGV, i, i + 4)
  local queues = queues_for(gpu)
  room = tonumber(room)
  while room > 0 and left > 0 and skipped < MAX_SKIPPED do
    local id = pop(queues)
    if not id then
      break
    end
    if start((i + 1) / 5, id, worker, gpu, gpus, cold) then
      cold = 0
      room = room - 1
      left = left - 1
    end
  end
end
if left <= 0 then
  redis.call('HSET', prefix .. 'stats:' .. endpoint, 'limited', 1)
end
if skipped >= MAX_SKIPPED then
  redis.call('PUBLISH', prefix .. 'notify', 'w ' .. endpoint) -- There may be more behind them.
end
if #leases > 0 then
  redis.call('ZADD', prefix .. 'leases', unpack(leases))
end
if taken > 0 then
  count(endpoint, 'queued', -taken)
  count(endpoint, 'running', #leases / 2)
  flush_counts()
end
return claimed
