-- Does what has come due: takes back leases whose deadline has passed, makes delayed
-- jobs runnable, ends jobs whose time to live is over; reports lifetimes of always-on workers,
-- and ends those whose workers are gone.
--
-- KEYS[1]  shard prefix
-- ARGV[1]  at most so many of each, ARGV[2] length of a lifetime's slices (us)
--
-- Returns {flat list, for each lease: job id, epoch, worker; ids of the jobs that are
-- runnable now; ids of the jobs that are TIMED_OUT now}.
local now = now_us()

local function due(name, limit)
  return redis.call('ZRANGE', prefix .. name, '-inf', now, 'BYSCORE', 'LIMIT', 0, limit or ARGV[1],
    'WITHSCORES')
end

local lapsed, released, expired = {}, {}, {}
local leases = due('leases')
for i = 1, #leases, 2 do
  local job = load_job(leases[i])
  if job and job.status == IN_PROGRESS then
    charge(job, WORKER_LOST, now)
    -- The lease, and with it the worker's time, ended at its deadline.
    end_attempt(job, retry_or_fail(job, WORKER_LOST), WORKER_LOST, tonumber(leases[i + 1]),
      { 'err', 'worker ' .. job.worker .. ' was lost' })
    for _, value in ipairs({ job.id, job.epoch, job.worker }) do
      lapsed[#lapsed + 1] = value
    end
  end
  redis.call('ZREM', prefix .. 'leases', leases[i])
end

-- Before delays: a job whose time is over never starts.
local over = due('expiring')
for i = 1, #over, 2 do
  local job = load_job(over[i])
  if job and job.status < IN_PROGRESS then
    dequeue(job)
    expire(job, now)
    expired[#expired + 1] = job.id
  end
  -- One that runs comes back here if its attempt fails.
  redis.call('ZREM', prefix .. 'expiring', over[i])
end

local function release(id)
  local job = load_job(id)
  if job and job.status == DELAYED then
    dequeue(job)
    move(job, IN_QUEUE, 'r', {})
    enqueue(id, job.endpoint, job.class, job.score, job.key, job.batch)
    released[#released + 1] = id
  end
end

local endpoints = due('delayed')
for i = 1, #endpoints, 2 do
  local delayed = 'delayed:' .. endpoints[i]
  local jobs = due(delayed, ARGV[1] - #released)
  for j = 1, #jobs, 2 do
    release(jobs[j])
    redis.call('ZREM', prefix .. delayed, jobs[j])
  end
  local next = redis.call('ZRANGE', prefix .. delayed, 0, 0, 'WITHSCORES')
  if next[1] then
    redis.call('ZADD', prefix .. 'delayed', next[2], endpoints[i])
  else
    redis.call('ZREM', prefix .. 'delayed', endpoints[i])
  end
end

-- After the leases: what has lapsed keeps no lifetime open.
local lives = due('lives')
for i = 1, #lives, 2 do
  sweep_life(lives[i], now, tonumber(ARGV[2]))
end
flush_counts()
return { lapsed, released, expired }
