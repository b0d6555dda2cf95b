-- Shared by the queue's scripts; put before each of them.
--
-- KEYS[1] is the prefix of a shard's keys, e.g. "furnace:{s03}:". Every key a
-- script touches is that prefix and a suffix, so one hash tag, one slot:
--   job:<id>          hash   a live job, see FIELDS; every value of a queued job is
--                            short, which keeps the hash a listpack
--   in:<id>           string its input, unless that lies in the payload store
--   chunks:<id>       list   what its handler has yielded, the oldest cut off
--   q:<endpoint>:<affinity>  zset  runnable job ids by score
--   classes:<endpoint>       set   affinity classes that may have jobs
--   leases            zset   job ids under lease, by deadline
--   stats:<endpoint>  hash   queued, running: how many jobs
--   events            stream one entry a transition
--   notify            channel "w <endpoint>": jobs wait; "j <id>": a watched job changed
-- Instants are microseconds since the Unix epoch by Redis's clock.
--
-- FIELDS of job:<id>:
--   ep pr  endpoint and project       cl sc  affinity class and score
--   st     status, by number          p      priority
--   to mr  timeout (us), max retries  q f s d  queued, first and last started, done
--   a r l  attempts, retries, losses  w g n k  worker, GPU type, GPUs, cold start (us)
--   gt     billed GPU time (us)       v      version
--   is os  input, output stored       out err c  output, error, cause
--   pg     progress                   x      somebody watches
--   cn cb  chunks: count, bytes

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

local function count(endpoint, what, by)
  redis.call('HINCRBY', prefix .. 'stats:' .. endpoint, what, by)
end

-- Makes a job runnable, and wakes the workers when nothing else was.
local function enqueue(id, endpoint, class, score)
  local queue = prefix .. 'q:' .. endpoint .. ':' .. class
  local was_empty = redis.call('EXISTS', queue) == 0
  redis.call('ZADD', queue, score, id)
  if was_empty then
    redis.call('SADD', prefix .. 'classes:' .. endpoint, class)
    redis.call('PUBLISH', prefix .. 'notify', 'w ' .. endpoint)
  end
  count(endpoint, 'queued', 1)
end

-- What ending an attempt needs to know of a job; nil when it is not live.
local function load_attempt(id)
  local f = redis.call('HMGET', job_key(id), 'st', 'a', 'ep', 'pr', 'cl', 'sc', 's', 'w', 'g', 'n',
    'k', 'r', 'mr', 'l', 'v', 'x', 'gt')
  if not f[1] then
    return nil
  end
  return {
    id = id, status = tonumber(f[1]), epoch = tonumber(f[2]), endpoint = f[3], project = f[4],
    class = f[5], score = f[6], started = tonumber(f[7]), worker = f[8], gpu = f[9],
    gpus = tonumber(f[10]), cold = f[11], retries = tonumber(f[12]), max_retries = tonumber(f[13]),
    losses = tonumber(f[14]), version = tonumber(f[15]), watched = f[16], gpu_time = tonumber(f[17]),
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
  job.gpu_time = job.gpu_time + (now - job.started) * job.gpus
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
-- fields are further field-value pairs to store.
local function end_attempt(job, status, cause, now, fields)
  redis.call('ZREM', prefix .. 'leases', job.id)
  count(job.endpoint, 'running', -1)
  redis.call('HSET', job_key(job.id), 'st', status, 'v', job.version + 1, 'c', cause,
    'r', job.retries, 'l', job.losses, 'gt', job.gpu_time, unpack(fields))
  if status == IN_QUEUE then
    enqueue(job.id, job.endpoint, job.class, job.score)
  else
    redis.call('HSET', job_key(job.id), 'd', now)
  end
  redis.call('XADD', prefix .. 'events', '*', 't', 'e', 'j', job.id, 'v', job.version + 1,
    'a', job.epoch, 's', job.started, 'e', now, 'c', cause, 'ep', job.endpoint, 'pr', job.project,
    'w', job.worker, 'g', job.gpu, 'n', job.gpus, 'k', job.cold)
  notify(job.watched, job.id)
end
