-- Shared by the queue's scripts; put after queue.lua and before each of them: a job as a
-- script sees it, and its transitions.

-- What a change of a job needs to know of it; nil when it is not live.
local function load_job(id)
  local f = redis.call('HMGET', job_key(id), 'st', 'a', 'v', 'x', 'ep', 'pr', 'cl', 'sc', 's', 'w',
    'g', 'n', 'k', 'r', 'mr', 'l', 'gt', 'xp', 'ck', 'dn', 'bt', 's3', 'hd', 'al', 'rp', 'rn', 'at')
  if not f[1] then
    return nil
  end
  return {
    id = id, status = tonumber(f[1]), epoch = tonumber(f[2]), version = tonumber(f[3]), watched = f[4],
    endpoint = f[5], project = f[6], class = f[7], score = f[8], started = tonumber(f[9]),
    worker = f[10], gpu = f[11], gpus = tonumber(f[12]), cold = f[13] or 0,
    retries = tonumber(f[14] or 0), max_retries = tonumber(f[15] or 0), losses = tonumber(f[16] or 0),
    gpu_time = tonumber(f[17] or 0), expires = f[18], key = f[19], dependents = f[20],
    batch = f[21], s3 = f[22], holds = f[23], covered = f[24], reported = tonumber(f[25]),
    parts = tonumber(f[26] or 0), attribution = f[27],
  }
end

local function holds_lease(job, epoch)
  return job and job.status == IN_PROGRESS and job.epoch == epoch
end

-- Stores a transition of a job that did not run: fields are its field-value pairs.
local function move(job, status, event, fields)
  redis.call('HSET', job_key(job.id), 'st', status, 'v', job.version + 1, unpack(fields))
  redis.call('XADD', prefix .. 'events', '*', 't', event, 'j', job.id, 'v', job.version + 1)
  tell(job, status)
end

-- Bytes that a job brought: of its input, unless that is stored elsewhere, of s3, and of what its
-- usage is put down to.
local function input_bytes(job)
  return redis.call('HSTRLEN', job_key(job.id), 'in') + redis.call('STRLEN', prefix .. 'in:' .. job.id)
    + (job.s3 and #job.s3 or 0) + (job.attribution and #job.attribution or 0)
end

-- Forgets the credentials of a job that ends.
local function drop_s3(job)
  if job.s3 then
    redis.call('HDEL', job_key(job.id), 's3')
  end
end

-- Ends a job that waited and has been taken out of where it did.
local function end_dequeued(job, status, event, now, why)
  local holder = job.status == IN_QUEUE and job.key and redis.call('HGET', busy_key(job.endpoint), job.key)
  if job.status == IN_QUEUE and job.key and (not holder or holder == job.id) then
    free_key(job, now) -- It may have been the one that was let out.
  end
  if job.expires then
    redis.call('ZREM', prefix .. 'expiring', job.id)
  end
  count(job.endpoint, 'bytes', -input_bytes(job))
  drop_s3(job)
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

-- The attempt did not begin with its lease, or at all; what that changes goes into `fields`.
-- StartLate of domain/job.cc does the same.
local function move_start(job, waited, never_began, now, fields)
  local leased = job.started
  job.started = math.max(leased, never_began and now or math.min(leased + waited, now))
  fields[#fields + 1] = 's'
  fields[#fields + 1] = job.started
  if job.epoch ~= 1 and tonumber(redis.call('HGET', job_key(job.id), 'f')) ~= leased then
    return
  end
  if never_began then
    redis.call('HDEL', job_key(job.id), 'f')
  else
    fields[#fields + 1] = 'f'
    fields[#fields + 1] = job.started
  end
end

-- Counts what an attempt cost: time is billed and failures count, unless the
-- platform was at fault; one that never began is no loss.
local function charge(job, cause, now, never_began)
  if cause == WORKER_LOST or cause == PLATFORM then
    job.losses = job.losses + (never_began and 0 or 1)
    return
  end
  if cause ~= NO_CAUSE then
    job.retries = job.retries + 1
  end
  job.gpu_time = job.gpu_time + math.max(0, now - job.started, (job.reported or 0) - job.started) * job.gpus
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

-- Ends a worker's job of a batch that keeps to it, into `status`. The next one, which may
-- be the same, is kept for the worker, unless that is gone.
local function pass_on(job, status, cause, now)
  if status == IN_QUEUE then
    park(job.id, job.endpoint, job.class, job.score, job.key)
  end
  local next = free_key(job, now)
  if next and cause ~= WORKER_LOST and cause ~= PLATFORM then
    redis.call('HSET', reserved_key(job.endpoint), job.worker,
      string.format('%s %.0f', next, now + RESERVED))
  end
end

-- Text, cut to so many bytes at a character of UTF-8.
local function cut(text, max)
  if #text <= max then
    return text
  end
  while max > 0 and string.byte(text, max + 1) >= 128 and string.byte(text, max + 1) < 192 do
    max = max - 1
  end
  return string.sub(text, 1, max)
end

-- Ends what a job's lease holds of budgets; what is owed for the attempt, or ''.
local function release_holds(job, cause, now)
  redis.call('HDEL', job_key(job.id), 'hd')
  return settle_holds(parse_holds(job.holds), job.gpus, job.reported or job.started, now,
    cause ~= WORKER_LOST and cause ~= PLATFORM)
end

-- Ends an attempt that its worker's lifetime covers: that lasts at least as long.
local function end_covered(job, now)
  local name = job.endpoint .. ':' .. job.worker
  redis.call('SREM', prefix .. 'covers:' .. name, job.id)
  redis.call('HDEL', job_key(job.id), 'al')
  local lasts = redis.call('HGET', prefix .. 'life:' .. name, 'd')
  if lasts and tonumber(lasts) < now then
    redis.call('HSET', prefix .. 'life:' .. name, 'd', now)
  end
end

-- Ends the attempt that holds the job's lease, into `status`; it has been charged.
-- fields are further field-value pairs to store; a DELAYED job waits for `wait` us.
-- The lease itself is the caller's to remove.
local function end_attempt(job, status, cause, now, fields, wait)
  local version = job.version + 1
  now = math.max(now, job.started, job.reported or 0) -- Redis's clock may have been set back.
  local now_text = text(now)
  for _, value in ipairs({ 'st', status, 'v', version, 'c', cause, 'r', job.retries, 'l', job.losses,
    'gt', text(job.gpu_time) }) do
    fields[#fields + 1] = value
  end
  if status >= COMPLETED then
    fields[#fields + 1] = 'd'
    fields[#fields + 1] = now_text
  else
    fields[#fields + 1] = 'nb'
    fields[#fields + 1] = now + (wait or 0)
  end
  redis.call('HSET', job_key(job.id), unpack(fields))
  count(job.endpoint, 'running', -1)
  if status < COMPLETED then
    count(job.endpoint, 'bytes', input_bytes(job))
  else
    drop_s3(job)
  end
  local keeps = keeps_to_worker(job)
  if keeps then
    pass_on(job, status, cause, now)
  elseif job.key then
    free_key(job, now)
  end
  if status == IN_QUEUE and not keeps then
    enqueue(job.id, job.endpoint, job.class, job.score, job.key)
  elseif status == DELAYED then
    delay(job.id, job.endpoint, job.class, now + wait)
  end
  if job.expires then
    if status >= COMPLETED then
      redis.call('ZREM', prefix .. 'expiring', job.id)
    else
      redis.call('ZADD', prefix .. 'expiring', job.expires, job.id)
    end
  end
  local event = { 't', 'e', 'j', job.id, 'v', version, 'a', job.epoch, 's', text(job.started), 'e', now_text,
    'c', cause, 'ep', job.endpoint, 'pr', job.project, 'w', job.worker, 'g', job.gpu, 'n', job.gpus,
    'k', job.cold }
  if job.covered then
    end_covered(job, now)
    event[#event + 1] = 'al'
    event[#event + 1] = 1
  end
  if job.reported then
    redis.call('HDEL', job_key(job.id), 'rp', 'rn')
    for _, value in ipairs({ 'rp', job.reported, 'rn', job.parts }) do
      event[#event + 1] = value
    end
  end
  if job.attribution then
    event[#event + 1] = 'at'
    event[#event + 1] = job.attribution
  end
  if job.tokens then
    event[#event + 1] = 'tk'
    event[#event + 1] = job.tokens
  end
  if cause ~= NO_CAUSE then
    event[#event + 1] = 'x'
    event[#event + 1] = cut(redis.call('HGET', job_key(job.id), 'err') or '', MAX_EVENT_ERROR)
  end
  local id = redis.call('XADD', prefix .. 'events', '*', unpack(event))
  local owed = job.holds and release_holds(job, cause, now) or ''
  if owed ~= '' then
    redis.call('HSET', prefix .. 'owed', id, owed)
  end
  tell(job, status)
end
