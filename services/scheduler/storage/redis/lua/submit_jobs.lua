-- Queues new jobs. A submission is queued whole or not at all; when Redis is out of
-- memory, none is.
--
-- KEYS[1]  shard prefix
-- ARGV     for each submission: endpoint, project, head start (us) of a step of
--          priority, max retries, backoff (ms), its maximum (ms), causes not
--          retried (bits), most jobs that may wait, idempotency key ('': none), how long
--          it is remembered (ms), fingerprint, how many jobs; then
--          for each job: id, priority, affinity class, timeout (us), input, input stored ('1' or ''),
--          watched ('1' or ''), not before (us, '0': at once), time to live (us, '0':
--          for ever), concurrency key ('': none)
--
-- Returns a flat list, for each submission: when it was queued, 0 when too many jobs
-- wait, -1 when its key stands for another submission; and the id of the job that its
-- key stands for, or ''.
local SHORT = 64 -- Bytes of a value that a listpack takes.
local HEADER, ITEM = 12, 10
local FULL, CONFLICT = 0, -1
local now = now_us()

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

local function submit(h, id, priority, class, timeout, input, stored, watched, not_before, ttl, key)
  not_before = tonumber(not_before)
  local delayed = not_before > now
  local score = score_of(math.max(now, not_before), priority, h.head_start, class)
  local fields = { 'st', delayed and DELAYED or IN_QUEUE, 'a', 0, 'v', 1, 'ep', h.endpoint,
    'pr', h.project, 'cl', class, 'sc', score, 'to', timeout, 'q', now }
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
  if delayed then
    delay(id, h.endpoint, not_before)
  else
    enqueue(id, h.endpoint, class, score, key ~= '' and key)
  end
  redis.call('XADD', prefix .. 'events', '*', 't', 'q', 'j', id, 'v', 1)
end

local function submit_all(h, first)
  if h.idem ~= '' then
    local result = known(h)
    if result then
      return result
    end
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
    fingerprint = ARGV[i + 10], jobs = tonumber(ARGV[i + 11]) }
  local result = submit_all(h, i + HEADER)
  results[#results + 1] = result[1]
  results[#results + 1] = result[2]
  i = i + HEADER + h.jobs * ITEM
end
flush_counts()
return results
