-- Tells WAITING jobs of the end of what they wait for. Moves those that wait for nothing
-- any more, and ends those whose policy that is.
--
-- KEYS[1]  shard prefix
-- ARGV     for each job: id, '1' when all its parents know of it from now on, else '', how
--          many have ended; then for each of these: id, status that it ended in
--
-- Returns how many jobs wait no longer.
local FAIL, CONTINUE = '1', '3'
local NAMES = { [FAILED] = 'FAILED', [TIMED_OUT] = 'TIMED_OUT', [CANCELLED] = 'CANCELLED' }
local now = now_us()

local function release(job)
  local not_before = tonumber(redis.call('HGET', job_key(job.id), 'nb') or 0)
  dequeue(job)
  if not_before > now then
    move(job, DELAYED, 'r', {})
    delay(job.id, job.endpoint, job.class, not_before)
  else
    move(job, IN_QUEUE, 'r', { 'nb', now })
    enqueue(job.id, job.endpoint, job.class, job.score, job.key, job.batch)
  end
end

-- Ends a job whose parent has; false when its policy has it go on.
local function end_after(job, policy, parent, status)
  if status == COMPLETED or policy == CONTINUE then
    return false
  end
  local why = 'parent ' .. parent .. ' is ' .. NAMES[status]
  if policy == FAIL then
    end_waiting(job, FAILED, 'f', now, why)
  else
    end_waiting(job, CANCELLED, 'c', now, 'skipped: ' .. why)
  end
  return true
end

-- Whether the job, which waits, waits no longer; `ended` are its parents and their ends.
local function end_parents(job, linked, ended)
  local parents = prefix .. 'parents:' .. job.id
  local policy = string.sub(redis.call('HGET', job_key(job.id), 'dp') or FAIL, 1, 1)
  for i = 1, #ended, 2 do
    if redis.call('SREM', parents, ended[i]) == 1
      and end_after(job, policy, ended[i], tonumber(ended[i + 1])) then
      return true
    end
  end
  if redis.call('EXISTS', parents) == 0 then
    release(job)
    return true
  end
  if linked ~= '' then
    redis.call('ZREM', prefix .. 'unlinked', job.id)
  end
  return false
end

local moved = 0
local i = 1
while i <= #ARGV do
  local job = load_job(ARGV[i])
  local last = i + 2 + 2 * ARGV[i + 2]
  if job and job.status == WAITING and end_parents(job, ARGV[i + 1], { unpack(ARGV, i + 3, last) }) then
    moved = moved + 1
  end
  i = last + 1
end
flush_counts()
return moved
