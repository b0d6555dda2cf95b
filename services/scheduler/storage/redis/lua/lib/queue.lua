-- Shared by the queue's scripts; put before each of them.
--
-- KEYS[1] is the prefix of a shard's keys, e.g. "furnace:{s03}:". Every key a
-- script touches is that prefix and a suffix, so one hash tag, one slot:
--   job:<id>          hash   a live job, see FIELDS; every value of a queued job is
--                            short, which keeps the hash a listpack
--   in:<id>           string its input, unless that is short or stored elsewhere
--   chunks:<id>       list   what its handler has yielded, the oldest cut off
--   q:<endpoint>:<affinity>  zset  runnable job ids by score
--   parked:<endpoint>:<affinity>:<key>  zset  the same of jobs whose concurrency key
--                            another job runs under
--   parked:<endpoint> hash   how many are parked, by affinity class; only of classes that
--                            come and go (those with terms)
--   busy:<endpoint>   hash   the job that runs, by concurrency key
--   classes:<endpoint>       set   affinity classes that may have jobs
--   delayed:<endpoint>       zset  job ids by when they become runnable
--   delayed           zset   endpoints by when their first delayed job does
--   expiring          zset   job ids by the end of their time to live
--   leases            zset   job ids under lease, by deadline
--   idem:<endpoint>:<key>    string "<job id> <fingerprint>" of a submit
--   past:<id>         string version of a job that was redriven and has left
--   stats:<endpoint>  hash   queued, held (delayed or parked), running: how many jobs;
--                            limited: jobs wait for one that runs to end; why: what
--                            keeps workers away, see locate_job.lua
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
--   bo bm nr  backoff and its maximum (ms), causes not retried (bits)
--   rd        it was redriven
--   nb xp ck  when a job that was not runnable becomes or became so; expires at;
--             concurrency key

local DELAYED, IN_QUEUE, IN_PROGRESS, COMPLETED, FAILED, TIMED_OUT, CANCELLED = 2, 3, 4, 5, 6, 7, 8
local NO_CAUSE, WORKER_LOST, PLATFORM = 0, 4, 5
local MAX_LOSSES = 10
local CRITICAL_HEAD_START = 210 * 365 * 86400 * 1000000 -- As QueueScore of domain/job.cc.

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

-- Changes of the numbers in stats, by endpoint; flush_counts stores them.
local counts = {}

local function count(endpoint, name, change)
  counts[endpoint] = counts[endpoint] or {}
  counts[endpoint][name] = (counts[endpoint][name] or 0) + change
end

local function flush_counts()
  for endpoint, changes in pairs(counts) do
    local key = prefix .. 'stats:' .. endpoint
    for name, change in pairs(changes) do
      if change ~= 0 then
        redis.call('HINCRBY', key, name, change)
      end
    end
    if (changes.running or 0) < 0 and redis.call('HDEL', key, 'limited') == 1 then
      redis.call('PUBLISH', prefix .. 'notify', 'w ' .. endpoint)
    end
  end
  counts = {}
end

local function queue_key(endpoint, class)
  return prefix .. 'q:' .. endpoint .. ':' .. class
end

local function parked_key(endpoint, class, key)
  return prefix .. 'parked:' .. endpoint .. ':' .. class .. ':' .. key
end

local function busy_key(endpoint)
  return prefix .. 'busy:' .. endpoint
end

-- Queues known to hold jobs; the first one that a script puts there wakes workers.
local filled = {}

-- Puts a job into its queue.
local function push(id, endpoint, class, score)
  local queue = queue_key(endpoint, class)
  if not filled[queue] then
    filled[queue] = true
    if redis.call('EXISTS', queue) == 0 then
      redis.call('SADD', prefix .. 'classes:' .. endpoint, class)
      redis.call('PUBLISH', prefix .. 'notify', 'w ' .. endpoint)
    end
  end
  redis.call('ZADD', queue, score, id)
  count(endpoint, 'queued', 1)
end

-- What a class asks for: its GPUs, and its terms by letter; see domain/affinity.h.
local function parse_class(class)
  local gpus, terms = string.match(class, '^([^|]*)(.*)$')
  local wanted = { gpus = gpus }
  for letter, value in string.gmatch(terms, '|(%l)=([^|]*)') do
    wanted[letter] = value
  end
  return wanted
end

-- Where a job stands in its queue, as QueueScore of domain/job.h.
local function score_of(runnable_at, priority, head_start, class)
  local score = runnable_at - priority * head_start
  if string.find(class, '|c=1', 1, true) then
    return score - CRITICAL_HEAD_START
  end
  return score
end

-- Whether a class is one of those that come and go.
local function has_terms(class)
  return string.find(class, '|', 1, true)
end

local function count_parked(endpoint, class, change)
  if has_terms(class) and redis.call('HINCRBY', prefix .. 'parked:' .. endpoint, class, change) <= 0 then
    redis.call('HDEL', prefix .. 'parked:' .. endpoint, class)
  end
end

-- Forgets a class whose queue is empty, if it is one that comes and goes.
local function forget_class(endpoint, class)
  if has_terms(class) and redis.call('HEXISTS', prefix .. 'parked:' .. endpoint, class) == 0 then
    redis.call('SREM', prefix .. 'classes:' .. endpoint, class)
  end
end

-- For how long (us) a job has been runnable.
local function waited_for(id, now)
  local since = redis.call('HMGET', job_key(id), 'q', 'nb')
  return now - (since[2] or since[1] or now)
end

-- Keeps a job out of its queue while another one runs under its key.
local function park(id, endpoint, class, score, key)
  redis.call('SADD', prefix .. 'classes:' .. endpoint, class)
  count_parked(endpoint, class, 1)
  redis.call('ZADD', parked_key(endpoint, class, key), score, id)
  count(endpoint, 'held', 1)
end

-- Makes a job runnable.
local function enqueue(id, endpoint, class, score, key)
  if key and redis.call('HEXISTS', busy_key(endpoint), key) == 1 then
    park(id, endpoint, class, score, key)
  else
    push(id, endpoint, class, score)
  end
end

-- Keeps a job until `at` (us).
local function delay(id, endpoint, at)
  redis.call('ZADD', prefix .. 'delayed:' .. endpoint, at, id)
  redis.call('ZADD', prefix .. 'delayed', 'LT', at, endpoint)
  count(endpoint, 'held', 1)
end

-- Nothing runs under a key any more: the next job of each class may.
local function free_key(endpoint, key)
  redis.call('HDEL', busy_key(endpoint), key)
  for _, class in ipairs(redis.call('SMEMBERS', prefix .. 'classes:' .. endpoint)) do
    local next = redis.call('ZPOPMIN', parked_key(endpoint, class, key))
    if next[1] then
      count(endpoint, 'held', -1)
      count_parked(endpoint, class, -1)
      push(next[1], endpoint, class, next[2])
    end
  end
end

-- Takes a job out of where it waits: for its time, its turn, or its key.
local function dequeue(job)
  if job.status == DELAYED then
    redis.call('ZREM', prefix .. 'delayed:' .. job.endpoint, job.id)
    count(job.endpoint, 'held', -1)
  elseif redis.call('ZREM', queue_key(job.endpoint, job.class), job.id) == 1 then
    count(job.endpoint, 'queued', -1)
  elseif job.key then
    redis.call('ZREM', parked_key(job.endpoint, job.class, job.key), job.id)
    count(job.endpoint, 'held', -1)
    count_parked(job.endpoint, job.class, -1)
  end
end

-- What a change of a job needs to know of it; nil when it is not live.
local function load_job(id)
  local f = redis.call('HMGET', job_key(id), 'st', 'a', 'v', 'x', 'ep', 'pr', 'cl', 'sc', 's', 'w',
    'g', 'n', 'k', 'r', 'mr', 'l', 'gt', 'xp', 'ck')
  if not f[1] then
    return nil
  end
  return {
    id = id, status = tonumber(f[1]), epoch = tonumber(f[2]), version = tonumber(f[3]), watched = f[4],
    endpoint = f[5], project = f[6], class = f[7], score = f[8], started = tonumber(f[9]),
    worker = f[10], gpu = f[11], gpus = tonumber(f[12]), cold = f[13] or 0,
    retries = tonumber(f[14] or 0), max_retries = tonumber(f[15] or 0), losses = tonumber(f[16] or 0),
    gpu_time = tonumber(f[17] or 0), expires = f[18], key = f[19],
  }
end

local function holds_lease(job, epoch)
  return job and job.status == IN_PROGRESS and job.epoch == epoch
end

-- Stores a transition of a job that did not run: fields are its field-value pairs.
local function move(job, status, event, fields)
  redis.call('HSET', job_key(job.id), 'st', status, 'v', job.version + 1, unpack(fields))
  redis.call('XADD', prefix .. 'events', '*', 't', event, 'j', job.id, 'v', job.version + 1)
  notify(job.watched, job.id)
end

-- Ends a job that waited and has been taken out of where it did.
local function end_dequeued(job, status, event, now, why)
  if job.status == IN_QUEUE and job.key and redis.call('HEXISTS', busy_key(job.endpoint), job.key) == 0 then
    free_key(job.endpoint, job.key) -- It may have been the one that was let out.
  end
  if job.expires then
    redis.call('ZREM', prefix .. 'expiring', job.id)
  end
  move(job, status, event, { 'd', now, 'c', NO_CAUSE, 'err', why })
end

-- Ends a job that waits.
local function end_waiting(job, status, event, now, why)
  dequeue(job)
  end_dequeued(job, status, event, now, why)
end

-- Ends a job that was dequeued after its time to live.
local function expire(job, now)
  end_dequeued(job, TIMED_OUT, 'x', now, 'not run within its time to live')
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

-- How long a job waits for its retry (us); draw is from 0 to 999.
local function backoff(job, draw, policy)
  local longest = math.min(tonumber(policy[1] or 0) * 2 ^ math.min(job.retries - 1, 30),
    tonumber(policy[2] or 0))
  return math.floor(longest) * draw
end

-- Where an attempt that failed for `cause`, and was charged, leaves its job; and for
-- how long it waits.
local function retry_or_fail(job, cause, draw)
  if cause == WORKER_LOST or cause == PLATFORM then
    return job.losses < MAX_LOSSES and IN_QUEUE or FAILED, 0
  end
  if job.retries > job.max_retries then
    return FAILED, 0
  end
  local policy = redis.call('HMGET', job_key(job.id), 'bo', 'bm', 'nr')
  if math.floor(tonumber(policy[3] or 0) / 2 ^ cause) % 2 == 1 then
    return FAILED, 0
  end
  local wait = backoff(job, draw, policy)
  return wait > 0 and DELAYED or IN_QUEUE, wait
end

-- Ends the attempt that holds the job's lease, into `status`; it has been charged.
-- fields are further field-value pairs to store; a DELAYED job waits for `wait` us.
-- The lease itself is the caller's to remove.
local function end_attempt(job, status, cause, now, fields, wait)
  local version = job.version + 1
  now = math.max(now, job.started) -- Redis's clock may have been set back.
  for _, value in ipairs({ 'st', status, 'v', version, 'c', cause, 'r', job.retries, 'l', job.losses,
    'gt', job.gpu_time }) do
    fields[#fields + 1] = value
  end
  if status >= COMPLETED then
    fields[#fields + 1] = 'd'
    fields[#fields + 1] = now
  else
    fields[#fields + 1] = 'nb'
    fields[#fields + 1] = now + (wait or 0)
  end
  redis.call('HSET', job_key(job.id), unpack(fields))
  count(job.endpoint, 'running', -1)
  if job.key then
    free_key(job.endpoint, job.key)
  end
  if status == IN_QUEUE then
    enqueue(job.id, job.endpoint, job.class, job.score, job.key)
  elseif status == DELAYED then
    delay(job.id, job.endpoint, now + wait)
  end
  if job.expires then
    if status >= COMPLETED then
      redis.call('ZREM', prefix .. 'expiring', job.id)
    else
      redis.call('ZADD', prefix .. 'expiring', job.expires, job.id)
    end
  end
  redis.call('XADD', prefix .. 'events', '*', 't', 'e', 'j', job.id, 'v', version,
    'a', job.epoch, 's', job.started, 'e', now, 'c', cause, 'ep', job.endpoint, 'pr', job.project,
    'w', job.worker, 'g', job.gpu, 'n', job.gpus, 'k', job.cold)
  notify(job.watched, job.id)
end
