-- Queues jobs again that have FAILED or TIMED_OUT, with all their retries.
--
-- KEYS[1]  shard prefix
-- ARGV     for each job: id, head start (us) of a step of priority, time to live (us,
--          '0': for ever), input ('': it is in the hash or stored elsewhere), how many
--          words follow, then fields and values of its hash, should it have left Redis
--
-- Returns for each job 1, or 0 when it is in another state.
local now = now_us()

local function redrive(id, head_start, ttl, input, fields)
  local key = job_key(id)
  if redis.call('EXISTS', key) == 0 then
    redis.call('HSET', key, unpack(fields))
    if input ~= '' then
      redis.call('SET', prefix .. 'in:' .. id, input)
    end
  end
  local job = load_job(id)
  if job.status ~= FAILED and job.status ~= TIMED_OUT then
    return 0
  end
  local score = now - (redis.call('HGET', key, 'p') or 0) * head_start
  redis.call('HDEL', key, 'r', 'l', 'err', 'c', 'd', 'pg', 'xp')
  if ttl ~= '0' then
    redis.call('HSET', key, 'xp', now + ttl)
    redis.call('ZADD', prefix .. 'expiring', now + ttl, id)
  end
  move(job, IN_QUEUE, 'r', { 'sc', score, 'nb', now })
  enqueue(id, job.endpoint, job.class, score, job.key)
  return 1
end

local results = {}
local i = 1
while i <= #ARGV do
  local words = tonumber(ARGV[i + 4])
  results[#results + 1] = redrive(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3],
    { unpack(ARGV, i + 5, i + 4 + words) })
  i = i + 5 + words
end
flush_counts()
return results
