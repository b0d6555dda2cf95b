-- Shared by the queue's scripts; put before each of them.
--
-- KEYS[1] is the prefix of a shard's keys, e.g. "furnace:{s03}:". Every key a
-- script touches is that prefix and a suffix, so one hash tag, one slot:
--   job:<id>          hash   a live job, see FIELDS; every value of a queued job is
--                            short, but for webhooks and tags, which keeps the hash a listpack
--   in:<id>           string its input, unless that is short or stored elsewhere
--   chunks:<id>       list   what its handlers have yielded as "<attempt>:<JSON>", the
--                            oldest cut off
--   q:<endpoint>:<affinity>  zset  runnable job ids by score
--   parked:<endpoint>:<affinity>:<key>  zset  the same of jobs whose concurrency key
--                            another job runs under
--   held:<endpoint>   hash   how many are held, by affinity class; only of classes that
--                            come and go (those with terms)
--   busy:<endpoint>   hash   the job that runs, by concurrency key; of a batch on one
--                            worker the job that runs or is in its queue
--   reserved:<endpoint>  hash  by worker, "<job> <until>": the next job of a batch that
--                            keeps to that worker
--   classes:<endpoint>       set   affinity classes that may have jobs
--   delayed:<endpoint>       zset  job ids by when they become runnable
--   delayed           zset   endpoints by when their first delayed job does
--   expiring          zset   job ids by the end of their time to live
--   leases            zset   job ids under lease, by deadline
--   idem:<endpoint>:<key>    string "<job id> <fingerprint>" of a submit
--   requests:<project>       hash   day, its start, and jobs, how many were submitted in it; only of
--                            projects that have a quota of them, and till the day is over
--   waiting:<endpoint>       zset  WAITING job ids by when they were queued
--   parents:<id>      set    what a WAITING job waits for: jobs, and its graph
--   dependents:<id>   set    jobs, of any shard, that wait for this one
--   unlinked          zset   WAITING jobs whose parents may not know of them yet, by when
--                            they were queued
--   graph:<id>        string 'commit' or 'abort': what became of a graph
--   past:<id>         string version of a job that was redriven and has left
--   stats:<endpoint>  hash   queued, held (waiting, delayed or parked), running: how many jobs;
--                            bytes: of the inputs, s3 and attributions of those that do not run;
--                            limited: jobs wait for one that runs to end; why: what
--                            keeps workers away, cap: what those there are can take, see
--                            locate_job.lua
--   runs:<endpoint>   list   how long its latest attempts took (us), newest first
--   colds:<endpoint>  list   how long its latest workers took to start (us), likewise
--   always:<endpoint> hash   when the lifetimes of its always-on workers began, by worker
--   life:<endpoint>:<worker>    hash  the lifetime of an always-on worker, see LIFE
--   covers:<endpoint>:<worker>  set   jobs that run in that lifetime
--   lives             zset   "<endpoint>:<worker>" by when its lifetime is to be looked at
--   events            stream one entry a transition, one a slice of a lifetime, and one a part of
--                            an attempt
--   notify            channel "w <endpoint>": jobs wait; "j <id>": a watched job changed;
--                            "p <who> <id>...": they did, by reports of who; "d <id>": a job
--                            ended that others wait for
-- Instants are microseconds since the Unix epoch by Redis's clock.
--
-- FIELDS of job:<id>; those that are zero or empty are left out, and those read most
-- come first, for a listpack is searched from its start:
--   st a v x  status by number, attempts, version, somebody watches
--   ep pr     endpoint and project    cl sc    affinity class and score
--   to mr p   timeout (us), max retries, priority
--   q f s d   queued, first and last started, done
--   r l       retries, losses         w g n k  worker, GPU type, GPUs, cold start (us)
--   gt gm     billed GPU time (us), most GPU memory that an attempt used (MiB)
--   in is     short input; input stored elsewhere
--   out os    output; output stored   err c    error, cause
--   pg pe ps  progress; attempt it is of; progress reports so far
--   cn cb     chunks: count, bytes kept
--   re rs     attempt that reported last, number of that report
--   bo bm nr  backoff and its maximum (ms), causes not retried (bits)
--   rd        it was redriven         dn  others wait for it
--   dp        what it depends on: its policy by number, 'r' if its input refers to
--             outputs, else '-', and " <id>" of each parent
--   gr        graph that it came with
--   nb xp ck  when a job that was not runnable becomes or became so; expires at;
--             concurrency key
--   bt        batch; its jobs keep to one worker when ck is one_worker_key(bt)
--   wh        webhook, see EncodeJobWebhook
--   at        whom and what its usage is put down to, see EncodeAttribution
--   hd        while it runs: what it holds of budgets, see budgets.lua
--   s3        configuration for the handler, with credentials; gone when the job ends
--   al        its worker is an always-on one, whose lifetime covers the attempt that runs
--   rp rn     once it has run over a UTC hour: until when the attempt is reported, in how many parts
-- LIFE: id (UUID), ep pr w g n as of a job, s start of the slice that is not reported yet, p
--   number of that slice, d it lasts at least until then

local WAITING, DELAYED, IN_QUEUE, IN_PROGRESS = 1, 2, 3, 4
local COMPLETED, FAILED, TIMED_OUT, CANCELLED = 5, 6, 7, 8
local NO_CAUSE, WORKER_LOST, PLATFORM, BUDGET = 0, 4, 5, 6
local MAX_LOSSES = 10
local MAX_CLASSES = 100 -- Of an endpoint, that jobs with wishes may add to; likewise of those set aside.
local MAX_ARGUMENTS = 2000 -- Even; of one command. Lua's stack takes 8,000.
local RESERVED = 3000000 -- For so long (us) the next job of a batch waits for its worker.
local MAX_EVENT_ERROR = 1024 -- kMaxAttemptErrorBytes of domain/attempt.h.
local CRITICAL_HEAD_START = 210 * 365 * 86400 * 1000000 -- As QueueScore of domain/job.cc.

local prefix = KEYS[1]

local function now_us()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

-- A whole number as text; what Redis itself makes of one in a command takes it several times as long.
local function text(number)
  return string.format('%d', number)
end

-- The first multiple of `length` (us) after `time`. NextCut of domain/lifetime.h does the same.
local function next_cut(time, length)
  return (math.floor(time / length) + 1) * length
end

local function job_key(id)
  return prefix .. 'job:' .. id
end

local function notify(watched, id)
  if watched then
    redis.call('PUBLISH', prefix .. 'notify', 'j ' .. id)
  end
end

-- Tells who is to know that a job is in a new state.
local function tell(job, status)
  notify(job.watched, job.id)
  if status >= COMPLETED and job.dependents then
    redis.call('PUBLISH', prefix .. 'notify', 'd ' .. job.id)
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

local function reserved_key(endpoint)
  return prefix .. 'reserved:' .. endpoint
end

-- The concurrency key of a batch whose jobs run one after another on one worker.
local function one_worker_key(batch)
  return 'batch ' .. batch
end

local function keeps_to_worker(job)
  return job.batch and job.key == one_worker_key(job.batch)
end

-- Queues known to hold jobs; the first one that a script puts there wakes workers.
local filled = {}

-- Puts jobs into their queue; each is two members, its score and its id.
local function push_all(jobs, endpoint, class)
  local queue = queue_key(endpoint, class)
  if not filled[queue] then
    filled[queue] = true
    if redis.call('EXISTS', queue) == 0 then
      redis.call('SADD', prefix .. 'classes:' .. endpoint, class)
      redis.call('PUBLISH', prefix .. 'notify', 'w ' .. endpoint)
    end
  end
  for i = 1, #jobs, MAX_ARGUMENTS do
    redis.call('ZADD', queue, unpack(jobs, i, math.min(i + MAX_ARGUMENTS - 1, #jobs)))
  end
  count(endpoint, 'queued', #jobs / 2)
end

local function push(id, endpoint, class, score)
  push_all({ score, id }, endpoint, class)
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

-- A class without the term of jobs that wait for a budget of their API key, and whether it has it.
local function split_aside(class)
  local base = string.match(class, '^(.-)|k=')
  return base or class, base ~= nil
end

-- Whether an endpoint may have one class more like this one: with its own wishes, or of jobs that
-- wait for a budget.
local function has_room(endpoint, class)
  local classes = prefix .. 'classes:' .. endpoint
  if redis.call('SCARD', classes) < MAX_CLASSES then
    return true
  end
  local alike = 0
  local _, aside = split_aside(class)
  for _, other in ipairs(redis.call('SMEMBERS', classes)) do
    local _, other_aside = split_aside(other)
    alike = alike + (aside == other_aside and 1 or 0)
  end
  return alike < MAX_CLASSES
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

-- Counts jobs of a class that are held: waiting, delayed or parked.
local function count_held(endpoint, class, change)
  count(endpoint, 'held', change)
  if has_terms(class) and redis.call('HINCRBY', prefix .. 'held:' .. endpoint, class, change) <= 0 then
    redis.call('HDEL', prefix .. 'held:' .. endpoint, class)
  end
end

-- Holds a job of a class, which is kept for it.
local function hold(endpoint, class)
  redis.call('SADD', prefix .. 'classes:' .. endpoint, class)
  count_held(endpoint, class, 1)
end

-- Forgets a class whose queue is empty, if it is one that comes and goes.
local function forget_class(endpoint, class)
  if has_terms(class) and redis.call('HEXISTS', prefix .. 'held:' .. endpoint, class) == 0 then
    redis.call('SREM', prefix .. 'classes:' .. endpoint, class)
    filled[queue_key(endpoint, class)] = nil
  end
end

-- For how long (us) a job has been runnable.
local function waited_for(id, now)
  local since = redis.call('HMGET', job_key(id), 'q', 'nb')
  return now - (since[2] or since[1] or now)
end

-- Keeps a job out of its queue while another one runs under its key.
local function park(id, endpoint, class, score, key)
  redis.call('ZADD', parked_key(endpoint, class, key), score, id)
  hold(endpoint, class)
end

-- Whether a job that becomes runnable has to wait for its key. Of a batch on one worker
-- one job at a time is in the queue.
local function is_held(id, endpoint, key, batch)
  if batch and key == one_worker_key(batch) then
    return redis.call('HSETNX', busy_key(endpoint), key, id) == 0
  end
  return redis.call('HEXISTS', busy_key(endpoint), key) == 1
end

-- Makes a job runnable.
local function enqueue(id, endpoint, class, score, key, batch)
  if key and is_held(id, endpoint, key, batch) then
    park(id, endpoint, class, score, key)
  else
    push(id, endpoint, class, score)
  end
end

-- Keeps a job until `at` (us).
local function delay(id, endpoint, class, at)
  redis.call('ZADD', prefix .. 'delayed:' .. endpoint, at, id)
  redis.call('ZADD', prefix .. 'delayed', 'LT', at, endpoint)
  hold(endpoint, class)
end

-- Keeps a job until all that it depends on has ended; see FIELDS dp and gr.
local function await_parents(id, endpoint, class, depends_on, graph, now)
  for parent in string.gmatch(depends_on .. (graph ~= '' and ' ' .. graph or ''), ' (%S+)') do
    redis.call('SADD', prefix .. 'parents:' .. id, parent)
  end
  redis.call('ZADD', prefix .. 'waiting:' .. endpoint, now, id)
  redis.call('ZADD', prefix .. 'unlinked', now, id)
  hold(endpoint, class)
end

-- Lets the next job of a class that waits for a key go into its queue; its id or nil.
local function unpark(endpoint, class, key)
  local next = redis.call('ZPOPMIN', parked_key(endpoint, class, key))
  if next[1] then
    count_held(endpoint, class, -1)
    push(next[1], endpoint, class, next[2])
  end
  return next[1]
end

-- Lets the next of all jobs that wait for a key go into its queue, runnable from now on,
-- and holds the key for it; its id or nil.
local function unpark_one(endpoint, classes, key, now)
  local first, first_score, first_id
  for _, class in ipairs(classes) do
    local head = redis.call('ZRANGE', parked_key(endpoint, class, key), 0, 0, 'WITHSCORES')
    local id, score = head[1], tonumber(head[2])
    if id and (not first or score < first_score or score == first_score and id < first_id) then
      first, first_score, first_id = class, score, id
    end
  end
  if not first then
    return nil
  end
  local id = unpark(endpoint, first, key)
  redis.call('HSET', busy_key(endpoint), key, id)
  redis.call('HSET', job_key(id), 'nb', now)
  return id
end

-- Nothing runs under a job's key any more: the next job of each class may; of a batch on
-- one worker the next of all, whose id is returned.
local function free_key(job, now)
  redis.call('HDEL', busy_key(job.endpoint), job.key)
  local classes = redis.call('SMEMBERS', prefix .. 'classes:' .. job.endpoint)
  if keeps_to_worker(job) then
    return unpark_one(job.endpoint, classes, job.key, now)
  end
  for _, class in ipairs(classes) do
    unpark(job.endpoint, class, job.key)
  end
end

-- Takes a job out of where it waits: for other jobs, its time, its turn, or its key.
local function dequeue(job)
  if job.status == WAITING then
    redis.call('ZREM', prefix .. 'waiting:' .. job.endpoint, job.id)
    redis.call('ZREM', prefix .. 'unlinked', job.id)
    redis.call('UNLINK', prefix .. 'parents:' .. job.id)
    count_held(job.endpoint, job.class, -1)
  elseif job.status == DELAYED then
    redis.call('ZREM', prefix .. 'delayed:' .. job.endpoint, job.id)
    count_held(job.endpoint, job.class, -1)
  elseif redis.call('ZREM', queue_key(job.endpoint, job.class), job.id) == 1 then
    count(job.endpoint, 'queued', -1)
  elseif job.key then
    redis.call('ZREM', parked_key(job.endpoint, job.class, job.key), job.id)
    count_held(job.endpoint, job.class, -1)
  end
end
