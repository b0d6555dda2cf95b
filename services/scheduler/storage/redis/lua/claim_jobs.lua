-- Leases an endpoint's next jobs to workers that have room.
--
-- KEYS[1]  shard prefix
-- ARGV[1]  endpoint, ARGV[2] lease (us), ARGV[3] most jobs that may run ('0': any)
-- ARGV[4]  models that workers of the endpoint have warm, by commas
-- ARGV[5]  windows of time, by semicolons: '+' and those that are open, '-' and others
-- ARGV[6]  what attempts cost of each budget with a hard stop: "<budget>@<API key>,<fixed>,<a
--          GPU-second>,<GPU type>=<a GPU-second>,...;", the first of them for types that are not
--          named; with a key only those of its jobs
-- ARGV[7+] for each worker: id, GPU type, GPUs, cold start (us, of its first job
--          only), how many jobs it can take, what else it has: terms like a class's
--
-- Returns {1 when jobs wait only until they have waited long enough for these workers,
-- flat list, for each job: number of the worker (from 1), job id, epoch, timeout (us),
-- input (false when it lies in the payload store), project when the input refers to
-- outputs, else '', model that it names or '', s3 or ''; windows of jobs that ARGV[5] lacks}.
local MAX_SKIPPED = 200 -- Jobs taken from a queue in one run that may not start.
local MAX_WINDOWS = 100 -- In one answer.
local MAX_AHEAD = 100 -- Jobs taken from a queue at once.
local WARM_WAIT = 2000000 -- kWarmWait of domain/affinity.h.
local endpoint, lease = ARGV[1], tonumber(ARGV[2])
local now = now_us()
local now_text, deadline_text = text(now), text(now + lease)
local classes = redis.call('SMEMBERS', prefix .. 'classes:' .. endpoint)

local wanted = {}
for i, class in ipairs(classes) do
  wanted[i] = parse_class(class)
end

local function among(list, item)
  return string.find(',' .. list .. ',', ',' .. item .. ',', 1, true)
end

-- For how long (us) a job must have waited before the worker may take it; nil: it never
-- may. WaitBefore of domain/affinity.h does the same.
local function wait_before(want, gpu, has)
  if want.gpus ~= '*' and not among(want.gpus, gpu)
    or tonumber(want.v or 0) > tonumber(has.v or 0)
    or want.r and want.r ~= has.r
    or want.t and has.t == 'f' then
    return nil
  end
  local wait = 0
  if want.f and string.match(want.gpus, '^[^,]*') ~= gpu then
    wait = tonumber(want.f)
  end
  if want.m and not among(has.m or '', want.m) and among(ARGV[4], want.m) then
    wait = math.max(wait, WARM_WAIT)
  end
  return wait
end

-- Whether windows are open; nil: not known.
local open = {}
for sign, window in string.gmatch(ARGV[5], '([+-])([^;]+)') do
  open[window] = sign == '+'
end

local unknown = {}

-- Whether jobs that have this window (nil: none) may start.
local function is_open(window)
  if window and open[window] == nil then
    open[window] = false
    if #unknown < MAX_WINDOWS then
      unknown[#unknown + 1] = window
    end
  end
  return not window or open[window]
end

-- Whether the budgets of an API key (nil: none) have enough left for a lease of its jobs; what
-- leases hold: see holds_on.
local function can_pay(holds, key, gpus)
  local own = key and holds and holds.of_key[key]
  return not own or have_left(own, now, gpus, now + lease)
end

-- API keys that were found to have too little left for a lease of the worker in turn, and classes
-- whose next job comes with such a key and can not be set aside, for there are too many of them.
local spent, stopped = {}, {}

-- The queues that a worker may serve.
local function queues_for(gpu, gpus, has, holds)
  local queues, pays = {}, {}
  for i, class in ipairs(classes) do
    local want = wanted[i]
    local key = want.k or ''
    if pays[key] == nil then
      pays[key] = can_pay(holds, want.k, gpus)
    end
    local wait = pays[key] and is_open(want.w) and wait_before(want, gpu, has)
    if wait then
      queues[#queues + 1] = { key = queue_key(endpoint, class), class = class, wait = wait,
        api_key = want.k }
    end
  end
  return queues
end

local again = 0

-- The score and id of the first job of a queue, if the worker may take it now.
local function head_of(queue)
  local head = redis.call('ZRANGE', queue.key, 0, 0, 'WITHSCORES')
  if not head[1] then
    forget_class(endpoint, queue.class)
    return nil
  end
  if queue.wait > 0 and waited_for(head[1], now) < queue.wait then
    again = 1
    return nil
  end
  return tonumber(head[2]), head[1]
end

-- Jobs taken from the only queue of a worker ahead of their turn, with their scores.
local ahead, turn = {}, 1

-- The next job of that queue; `most` can be used.
local function pop_ahead(queue, most)
  if turn > #ahead then
    ahead, turn = redis.call('ZPOPMIN', queue.key, most), 1
  end
  turn = turn + 2
  return ahead[turn - 2]
end

-- Takes the best head of several queues, or nil; up to `most` jobs can be used.
local function pop(queues, most)
  if #queues == 1 and not has_terms(queues[1].class) then
    return not stopped[queues[1].class] and pop_ahead(queues[1], most)
  end
  local best, best_score, best_id
  for _, queue in ipairs(queues) do
    local score, id
    if not spent[queue.api_key or ''] and not stopped[queue.class] then
      score, id = head_of(queue)
    end
    if score and (not best or score < best_score or score == best_score and id < best_id) then
      best, best_score, best_id = queue.key, score, id
    end
  end
  return best and redis.call('ZPOPMIN', best)[1]
end

local claimed, leases = {}, {}
local taken, skipped, bytes = 0, 0, 0

-- Jobs of batches that wait for their worker: id by worker, worker by id.
local kept, keeper = {}, {}
local reserved = redis.call('HGETALL', reserved_key(endpoint))
for i = 1, #reserved, 2 do
  local id, till = string.match(reserved[i + 1], '^(%S+) (%d+)$')
  if tonumber(till) > now then
    kept[reserved[i]], keeper[id] = id, reserved[i]
  else
    redis.call('HDEL', reserved_key(endpoint), reserved[i])
  end
end

-- Takes the job that is kept for a worker out of its queue, or nil; the worker may serve
-- no others than these queues.
local function take_kept(worker, queues)
  local id = kept[worker]
  if not id then
    return nil
  end
  kept[worker], keeper[id] = nil, nil
  redis.call('HDEL', reserved_key(endpoint), worker)
  local class = redis.call('HGET', job_key(id), 'cl')
  for _, queue in ipairs(queues) do
    if queue.class == class then
      return redis.call('ZREM', queue.key, id) == 1 and id
    end
  end
end

-- Puts a job taken from its queue where those wait whose API key has too little left. It may have
-- been the one that was let out for its concurrency key: then the next of these is.
local function set_aside(id, class, score, api_key, key)
  local aside = split_aside(class) .. '|k=' .. api_key
  spent[api_key] = true
  if redis.call('SISMEMBER', prefix .. 'classes:' .. endpoint, aside) == 0 and not has_room(endpoint, aside) then
    stopped[class] = true
    aside = class
  end
  redis.call('HSET', job_key(id), 'cl', aside)
  push(id, endpoint, aside, score)
  if key and aside ~= class and redis.call('HEXISTS', busy_key(endpoint), key) == 0 then
    unpark(endpoint, class, key)
  end
end

-- Whether a job taken from its queue may start: not when its time is over, nor while
-- another one runs under its key.
local function may_start(id, expires, key, class, score)
  if expires and tonumber(expires) <= now then
    expire(load_job(id), now)
    return false
  end
  if key and redis.call('HSETNX', busy_key(endpoint), key, id) == 0
    and redis.call('HGET', busy_key(endpoint), key) ~= id then
    park(id, endpoint, class, score, key)
    return false
  end
  return true
end

-- When the lifetimes of the endpoint's always-on workers began, by worker.
local always = {}
local lifetimes = redis.call('HGETALL', prefix .. 'always:' .. endpoint)
for i = 1, #lifetimes, 2 do
  always[lifetimes[i]] = tonumber(lifetimes[i + 1])
end

-- Whether the worker's lifetime covers what it begins now.
local function is_covered(worker)
  return always[worker] and always[worker] <= now
end

-- What a worker's leases hold of the budgets, before they hold anything: of those of all jobs
-- (`all`) and, by API key, of those of its jobs (`of_key`); nil: there are none. GPU time that is
-- covered is paid for already.
local function holds_on(gpu, covered)
  if ARGV[6] == '' then
    return nil
  end
  local holds = { all = {}, of_key = {} }
  for id, key, fixed, other, types in string.gmatch(ARGV[6], '([^,;@]+)@([^,;]*),(%d+),(%d+)([^;]*);') do
    local _, from = string.find(types, ',' .. gpu .. '=', 1, true)
    local list = key == '' and holds.all or holds.of_key[key] or {}
    if key ~= '' then
      holds.of_key[key] = list
    end
    list[#list + 1] = { id = id, fixed = tonumber(fixed),
      rate = covered and 0 or tonumber(from and string.match(types, '^%d+', from + 1) or other) }
  end
  return holds
end

-- Lets a new lease hold what it costs until it is to be renewed.
local function take_holds(id, holds, api_key, gpus)
  local taken_of = {}
  for _, list in ipairs({ holds.all, holds.of_key[api_key] or {} }) do
    for _, hold in ipairs(list) do
      hold.w, hold.amount = 0, 0
      taken_of[#taken_of + 1] = hold
    end
  end
  if #taken_of > 0 then
    extend_holds(taken_of, gpus, now, now + lease)
    redis.call('HSET', job_key(id), 'hd', format_holds(taken_of))
  end
end

-- Leases a job taken from its queue; true when it was leased.
local function start(number, id, worker, gpu, gpus, cold, holds)
  local f = redis.call('HMGET', job_key(id), 'a', 'v', 'x', 'f', 'to', 'in', 'is', 'xp', 'ck', 'cl',
    'sc', 'dp', 's3', 'at')
  taken = taken + 1
  local api_key = holds and f[14] and string.match(f[14], '^[^\n]*')
  if f[1] and not can_pay(holds, api_key, tonumber(gpus)) then
    set_aside(id, f[10], f[11], api_key, f[9])
    skipped = skipped + 1
    return false
  end
  -- No such job: somebody has deleted its hash by hand.
  if not f[1] or not may_start(id, f[8], f[9], f[10], f[11]) then
    skipped = skipped + 1
    return false
  end
  local epoch, version = f[1] + 1, f[2] + 1
  redis.call('HSET', job_key(id), 'st', IN_PROGRESS, 'a', epoch, 'v', version, 's', now_text,
    'f', f[4] or now_text, 'w', worker, 'g', gpu, 'n', gpus, 'k', cold)
  if holds then
    take_holds(id, holds, api_key, tonumber(gpus))
  end
  if is_covered(worker) then
    redis.call('HSET', job_key(id), 'al', 1)
    redis.call('SADD', prefix .. 'covers:' .. endpoint .. ':' .. worker, id)
  end
  redis.call('XADD', prefix .. 'events', '*', 't', 's', 'j', id, 'v', version)
  notify(f[3], id)
  leases[#leases + 1] = deadline_text
  leases[#leases + 1] = id
  local input = f[6] or (not f[7] and redis.call('GET', prefix .. 'in:' .. id))
  local s3 = f[13] or ''
  bytes = bytes + (input and #input or 0) + #s3 + (f[14] and #f[14] or 0)
  local refers = f[12] and string.sub(f[12], 2, 2) == 'r'
  local project = refers and redis.call('HGET', job_key(id), 'pr') or ''
  local model = string.match(f[10], '|m=([^|]*)') or ''
  for _, value in ipairs({ number, id, epoch, f[5], input, project, model, s3 }) do
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

-- The next job for a worker, out of its queue, or nil. Those kept for other workers, at
-- most one for each, go into `aside`.
local function next_for(worker, queues, aside, most)
  local id = take_kept(worker, queues) or pop(queues, most)
  while id and keeper[id] do
    aside[#aside + 1] = id
    id = pop(queues, most)
  end
  return id
end

-- Puts jobs back where they were popped from.
local function put_back(ids)
  for _, id in ipairs(ids) do
    local f = redis.call('HMGET', job_key(id), 'cl', 'sc')
    if f[1] then
      redis.call('SADD', prefix .. 'classes:' .. endpoint, f[1])
      redis.call('ZADD', queue_key(endpoint, f[1]), f[2], id)
    else
      taken = taken + 1 -- No such job any more.
    end
  end
end

-- Puts what was taken ahead of its turn back.
local function put_back_ahead()
  local ids = {}
  for i = turn, #ahead, 2 do
    ids[#ids + 1] = ahead[i]
  end
  ahead, turn = {}, 1
  put_back(ids)
end

for i = 7, #ARGV, 6 do
  local worker, gpu, gpus, cold, room, has = unpack(ARGV, i, i + 5)
  local holds = holds_on(gpu, is_covered(worker))
  local queues, aside = queues_for(gpu, tonumber(gpus), parse_class(has), holds), {}
  room, spent, stopped = tonumber(room), {}, {}
  while room > 0 and left > 0 and skipped < MAX_SKIPPED do
    -- One by one where the next may not start: what was taken ahead would go back each time.
    local most = (holds or skipped > 0) and 1 or math.min(room, left, MAX_AHEAD)
    local id = (not holds or have_left(holds.all, now, tonumber(gpus), now + lease))
      and next_for(worker, queues, aside, most)
    if not id then
      break
    end
    if start((i - 1) / 6, id, worker, gpu, gpus, cold, holds) then
      cold = '0'
      room = room - 1
      left = left - 1
    else
      put_back_ahead() -- It may have let one into the queue that comes before them.
    end
  end
  put_back(aside)
  put_back_ahead()
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
  count(endpoint, 'bytes', -bytes)
  count(endpoint, 'running', #leases / 2)
  flush_counts()
end
return { again, claimed, unknown }
