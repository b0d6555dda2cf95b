-- Queues new jobs. A submission is queued whole or not at all; when Redis is out of
-- memory, none is.
--
-- KEYS[1]  shard prefix
-- ARGV     for each submission: endpoint, project, head start (us) of a step of
--          priority, max retries, backoff (ms), its maximum (ms), causes not
--          retried (bits), most jobs that may wait, idempotency key ('': none), how long
--          it is remembered (ms), fingerprint, batch ('': none), how many jobs; then
--          for each job: id, priority, affinity class, timeout (us), input, input stored ('1' or ''),
--          watched ('1' or ''), not before (us, '0': at once), time to live (us, '0':
--          for ever), concurrency key ('': none), what it depends on (as field dp; '':
--          nothing), graph that it comes with ('': none), webhook ('': none), s3 ('': none),
--          attribution ('': none)
--
-- Returns a flat list, for each submission: when it was queued, 0 when too many jobs
-- wait, -1 when its key stands for another submission, -2 when the endpoint's jobs have
-- too many different wishes; and the id of the job that its key stands for, or ''.
local SHORT = 64 -- Bytes of a value that a listpack takes.
local HEADER, ITEM = 13, 15
local FULL, CONFLICT, WISHES = 0, -1, -2
local now = now_us()
local now_text = text(now)

-- The result of a submission whose key has been used; nil: it has not.
local function known(h)
  local before = redis.call('GET', prefix .. 'idem:' .. h.endpoint .. ':' .. h.idem)
  if not before then
    return nil
  end
  local id, fingerprint = string.match(before, '^(%S+) (%S*)$')
  if fingerprint ~= h.fingerprint then
    return { CONFLICT, '' }
  end
  return { now, id }
end

-- Jobs that wait, by endpoint, as far as this run has asked.
local waiting = {}

local function is_full(h)
  if not waiting[h.endpoint] then
    local stats = redis.call('HMGET', prefix .. 'stats:' .. h.endpoint, 'queued', 'held')
    waiting[h.endpoint] = (stats[1] or 0) + (stats[2] or 0)
  end
  if waiting[h.endpoint] + h.jobs > h.max_queued then
    return true
  end
  waiting[h.endpoint] = waiting[h.endpoint] + h.jobs
  return false
end

-- Classes that this run has made, or found.
local made = {}

-- Forgets classes that hold no jobs, but those for jobs to come.
local function forget_empty(endpoint)
  for _, class in ipairs(redis.call('SMEMBERS', prefix .. 'classes:' .. endpoint)) do
    if not made[endpoint .. class] and redis.call('EXISTS', queue_key(endpoint, class)) == 0 then
      forget_class(endpoint, class)
    end
  end
end

-- Makes a class, unless there is one; false when there may be no more.
local function make_class(endpoint, class)
  local classes = prefix .. 'classes:' .. endpoint
  if redis.call('SISMEMBER', classes, class) == 1 then
    return true
  end
  if redis.call('SCARD', classes) >= MAX_CLASSES then
    forget_empty(endpoint)
  end
  return has_room(endpoint, class) and redis.call('SADD', classes, class) == 1
end

-- Whether jobs with wishes of their own ask for more classes than there may be.
local function has_too_many_classes(h, first)
  for i = first, first + (h.jobs - 1) * ITEM, ITEM do
    local class, aside = split_aside(ARGV[i + 2])
    if aside and make_class(h.endpoint, ARGV[i + 2]) then
      class = ARGV[i + 2]
      made[h.endpoint .. class] = true
    end
    ARGV[i + 2] = class -- A claim will see what becomes of it.
    if has_terms(class) and not made[h.endpoint .. class] then
      if not make_class(h.endpoint, class) then
        return true
      end
      made[h.endpoint .. class] = true
    end
  end
  return false
end

-- Runnable jobs by endpoint and class, as push_all takes them, until they are put into their queues.
local runnable = {}

local function make_runnable(id, endpoint, class, score)
  local classes = runnable[endpoint] or {}
  local jobs = classes[class] or {}
  runnable[endpoint], classes[class] = classes, jobs
  jobs[#jobs + 1] = score
  jobs[#jobs + 1] = id
end

local function submit(h, id, priority, class, timeout, input, stored, watched, not_before, ttl, key,
    depends_on, graph, webhook, s3, attribution)
  not_before = tonumber(not_before)
  local delayed = not_before > now
  local waits = depends_on ~= '' or graph ~= ''
  local score = text(score_of(math.max(now, not_before), priority, h.head_start, class))
  local status = waits and WAITING or delayed and DELAYED or IN_QUEUE
  local fields = { 'st', status, 'a', '0', 'v', '1', 'ep', h.endpoint, 'pr', h.project, 'cl', class,
    'sc', score, 'to', timeout, 'q', now_text }
  local function set(field, value)
    fields[#fields + 1] = field
    fields[#fields + 1] = value
  end
  if h.max_retries ~= '0' then
    set('mr', h.max_retries)
    if h.backoff ~= '0' then
      set('bo', h.backoff)
      set('bm', h.max_backoff)
    end
    if h.no_retry ~= '0' then set('nr', h.no_retry) end
  end
  if priority ~= '0' then set('p', priority) end
  if watched ~= '' then set('x', 1) end
  if delayed then set('nb', not_before) end
  if key ~= '' then set('ck', key) end
  if depends_on ~= '' then set('dp', depends_on) end
  if graph ~= '' then set('gr', graph) end
  if h.batch ~= '' then set('bt', h.batch) end
  if webhook ~= '' then set('wh', webhook) end
  if s3 ~= '' then set('s3', s3) end
  if attribution ~= '' then set('at', attribution) end
  if ttl ~= '0' then
    set('xp', now + ttl)
    redis.call('ZADD', prefix .. 'expiring', now + ttl, id)
  end
  if stored ~= '' then
    set('is', 1)
  elseif #input <= SHORT then
    set('in', input)
  else
    redis.call('SET', prefix .. 'in:' .. id, input)
  end
  redis.call('HSET', job_key(id), unpack(fields))
  count(h.endpoint, 'bytes', #input + #s3 + #attribution)
  if waits then
    await_parents(id, h.endpoint, class, depends_on, graph, now)
  elseif delayed then
    delay(id, h.endpoint, class, not_before)
  elseif key ~= '' then
    enqueue(id, h.endpoint, class, score, key, h.batch ~= '' and h.batch)
  else
    make_runnable(id, h.endpoint, class, score)
  end
  redis.call('XADD', prefix .. 'events', '*', 't', 'q', 'j', id, 'v', '1')
end

local function submit_all(h, first)
  if h.idem ~= '' then
    local result = known(h)
    if result then
      return result
    end
  end
  if has_too_many_classes(h, first) then
    return { WISHES, '' }
  end
  if is_full(h) then
    return { FULL, '' }
  end
  for i = first, first + (h.jobs - 1) * ITEM, ITEM do
    submit(h, unpack(ARGV, i, i + ITEM - 1))
  end
  if h.idem ~= '' then
    redis.call('SET', prefix .. 'idem:' .. h.endpoint .. ':' .. h.idem,
      ARGV[first] .. ' ' .. h.fingerprint, 'PX', h.idem_ttl)
  end
  return { now, '' }
end

local results = {}
local i = 1
while i <= #ARGV do
  local h = { endpoint = ARGV[i], project = ARGV[i + 1], head_start = ARGV[i + 2],
    max_retries = ARGV[i + 3], backoff = ARGV[i + 4], max_backoff = ARGV[i + 5], no_retry = ARGV[i + 6],
    max_queued = tonumber(ARGV[i + 7]), idem = ARGV[i + 8], idem_ttl = ARGV[i + 9],
    fingerprint = ARGV[i + 10], batch = ARGV[i + 11], jobs = tonumber(ARGV[i + 12]) }
  local result = submit_all(h, i + HEADER)
  results[#results + 1] = result[1]
  results[#results + 1] = result[2]
  i = i + HEADER + h.jobs * ITEM
end
for endpoint, classes in pairs(runnable) do
  for class, jobs in pairs(classes) do
    push_all(jobs, endpoint, class)
  end
end
flush_counts()
return results
