-- Shared by the queue's scripts; put before each of them.
--
-- KEYS[1] is the prefix of a shard's keys, e.g. "furnace:{s03}:". Every key a
-- script touches is that prefix and a suffix, so one hash tag, one slot:
--   job:<id>          hash   a live job, see FIELDS; every value of a queued job is
--                            short, which keeps the hash a listpack
--   in:<id>           string its input, unless that is short or stored elsewhere
--   chunks:<id>       list   what its handler has yielded, the oldest cut off
--   q:<endpoint>:<affinity>  zset  runnable job ids by score
--   classes:<endpoint>       set   affinity classes that may have jobs
--   leases            zset   job ids under lease, by deadline
--   stats:<endpoint>  hash   queued, running: how many jobs
--   events            stream one entry a transition
--   notify            channel "w <endpoint>": jobs wait; "j <id>": a watched job changed
-- Instants are microseconds since the Unix epoch by Redis's clock.
--
-- FIELDS of job:<id>; those that are zero or empty are left out, and those read most
-- come first, for a listpack is searched from its start:
--   st a v x  status by number, attempts, version, somebody watches
--   ep pr     endpoint and project    cl sc    affinity class and score
--   to mr p   timeout (us), max retries, priority
--   q f s d   queued, first and last started, done
--   r l       retries, losses         w g n k  worker, GPU type, GPUs, cold start (us)
--   gt        billed GPU time (us)    in is    short input; input stored elsewhere
--   out os    output; output stored   err c    error, cause
--   pg cn cb  progress; chunks: count, bytes

local IN_QUEUE, IN_PROGRESS, COMPLETED, FAILED, CANCELLED = 3, 4, 5, 6, 8
local NO_CAUSE, WORKER_LOST, PLATFORM = 0, 4, 5
local MAX_LOSSES = 10

local prefix = KEYS[1]

local function now_us()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

local function job_key(id)
  return prefix .. 'job:' .. id
end

local function notify(watched, id)
  if watched then
    redis.call('PUBLISH', prefix .. 'notify', 'j ' .. id)
  end
end

-- Changes of queued and running, by endpoint; flush_counts stores them.
local counts = {}

local function count(endpoint, queued, running)
  local sums = counts[endpoint] or { 0, 0 }
  counts[endpoint] = { sums[1] + queued, sums[2] + running }
end

local function flush_counts()
  for endpoint, sums in pairs(counts) do
    local key = prefix .. 'stats:' .. endpoint
    if sums[1] ~= 0 then
      redis.call('HINCRBY', key, 'queued', sums[1])
    end
    if sums[2] ~= 0 then
      redis.call('HINCRBY', key, 'running', sums[2])
    end
  end
end

-- Queues known to hold jobs; the first one that a script puts there wakes workers.
local filled = {}

-- Makes a job runnable.
local function enqueue(id, endpoint, class, score)
  local queue = prefix .. 'q:' .. endpoint .. ':' .. class
  if not filled[queue] then
    filled[queue] = true
    if redis.call('EXISTS', queue) == 0 then
      redis.call('SADD', prefix .. 'classes:' .. endpoint, class)
      redis.call('PUBLISH', prefix .. 'notify', 'w ' .. endpoint)
    end
  end
  redis.call('ZADD', queue, score, id)
  count(endpoint, 1, 0)
end

-- What ending an attempt needs to know of a job; nil when it is not live.
local function load_attempt(id)
  local f = redis.call('HMGET', job_key(id), 'st', 'a', 'v', 'x', 'ep', 'pr', 'cl', 'sc', 's', 'w',
    'g', 'n', 'k', 'r', 'mr', 'l', 'gt')
  if not f[1] then
    return nil
  end
  return {
    id = id, status = tonumber(f[1]), epoch = tonumber(f[2]), version = tonumber(f[3]), watched = f[4],
    endpoint = f[5], project = f[6], class = f[7], score = f[8], started = tonumber(f[9]),
    worker = f[10], gpu = f[11], gpus = tonumber(f[12]), cold = f[13] or 0,
    retries = tonumber(f[14] or 0), max_retries = tonumber(f[15] or 0), losses = tonumber(f[16] or 0),
    gpu_time = tonumber(f[17] or 0),
  }
end

local function holds_lease(job, epoch)
  return job and job.status == IN_PROGRESS and job.epoch == epoch
end

-- Counts what an attempt cost: time is billed and failures count, unless the
-- platform was at fault.
local function charge(job, cause, now)
  if cause == WORKER_LOST or cause == PLATFORM then
    job.losses = job.losses + 1
    return
  end
  if cause ~= NO_CAUSE then
    job.retries = job.retries + 1
  end
  job.gpu_time = job.gpu_time + math.max(0, now - job.started) * job.gpus
end

-- Where an attempt that failed for `cause`, and was charged, leaves its job.
local function retry_or_fail(job, cause)
  local may_retry = job.retries <= job.max_retries
  if cause == WORKER_LOST or cause == PLATFORM then
    may_retry = job.losses < MAX_LOSSES
  end
  return may_retry and IN_QUEUE or FAILED
end

-- Ends the attempt that holds the job's lease, into `status`; it has been charged.
-- fields are further field-value pairs to store. The lease itself is the caller's to
-- remove.
local function end_attempt(job, status, cause, now, fields)
  local version = job.version + 1
  now = math.max(now, job.started) -- Redis's clock may have been set back.
  for _, value in ipairs({ 'st', status, 'v', version, 'c', cause, 'r', job.retries, 'l', job.losses,
    'gt', job.gpu_time }) do
    fields[#fields + 1] = value
  end
  if status ~= IN_QUEUE then
    fields[#fields + 1] = 'd'
    fields[#fields + 1] = now
  end
  redis.call('HSET', job_key(job.id), unpack(fields))
  count(job.endpoint, 0, -1)
  if status == IN_QUEUE then
    enqueue(job.id, job.endpoint, job.class, job.score)
  end
  redis.call('XADD', prefix .. 'events', '*', 't', 'e', 'j', job.id, 'v', version,
    'a', job.epoch, 's', job.started, 'e', now, 'c', cause, 'ep', job.endpoint, 'pr', job.project,
    'w', job.worker, 'g', job.gpu, 'n', job.gpus, 'k', job.cold)
  notify(job.watched, job.id)
end
