-- Queues jobs again that have FAILED or TIMED_OUT, with all their retries.
--
-- KEYS[1]  shard prefix
-- ARGV     for each job: id, version it was read under, head start (us) of a step of
--          priority, time to live (us, '0': for ever), input ('': it is in the hash or
--          stored elsewhere), how many words follow, then fields and values of its hash,
--          should it have left Redis
--
-- Returns for each job 1, or 0 when it is in another state.
local now = now_us()

local function redrive(id, version, head_start, ttl, input, fields)
  local key = job_key(id)
  if redis.call('EXISTS', key) == 0 then
    local past = redis.call('GET', prefix .. 'past:' .. id)
    if past and tonumber(past) > tonumber(version) then
      return 0 -- It has been redriven, has ended and left since it was read.
    end
    redis.call('HSET', key, unpack(fields))
    if input ~= '' then
      redis.call('SET', prefix .. 'in:' .. id, input)
    end
  end
  local job = load_job(id)
  if job.status ~= FAILED and job.status ~= TIMED_OUT then
    return 0
  end
  local score = score_of(now, redis.call('HGET', key, 'p') or 0, head_start, job.class)
  redis.call('HDEL', key, 'r', 'l', 'err', 'c', 'd', 'pg', 'pe', 'xp')
  if ttl ~= '0' then
    redis.call('HSET', key, 'xp', now + ttl)
    redis.call('ZADD', prefix .. 'expiring', now + ttl, id)
  end
  move(job, IN_QUEUE, 'r', { 'sc', score, 'nb', now, 'rd', 1 })
  count(job.endpoint, 'bytes', input_bytes(job))
  enqueue(id, job.endpoint, job.class, score, job.key, job.batch)
  return 1
end

local results = {}
local i = 1
while i <= #ARGV do
  local words = tonumber(ARGV[i + 5])
  results[#results + 1] = redrive(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4],
    { unpack(ARGV, i + 6, i + 5 + words) })
  i = i + 6 + words
end
flush_counts()
return results
