-- Puts jobs back that have been lost with Redis's data.
--
-- KEYS[1]  shard prefix
-- ARGV     for each job: id, version it was read under, score, input ('': stored
--          elsewhere), how many words follow, then fields and values of its hash, WAITING,
--          DELAYED or IN_QUEUE
--
-- Returns how many were put back: not those that are live, or were put back before and
-- have ended since.
local function has_ended(id, version)
  local past = redis.call('GET', prefix .. 'past:' .. id)
  return past and tonumber(past) > tonumber(version)
end

local function restore(id, version, score, input, fields)
  local key = job_key(id)
  if redis.call('EXISTS', key) == 1 or has_ended(id, version) then
    return 0
  end
  redis.call('HSET', key, unpack(fields))
  redis.call('HSET', key, 'sc', score, 'rd', 1)
  if input ~= '' then
    redis.call('SET', prefix .. 'in:' .. id, input)
  end
  local job = load_job(id)
  count(job.endpoint, 'bytes', #input + (job.s3 and #job.s3 or 0) + (job.attribution and #job.attribution or 0))
  if job.status == WAITING then
    await_parents(id, job.endpoint, job.class, redis.call('HGET', key, 'dp'), '', now_us())
  elseif job.status == DELAYED then
    delay(id, job.endpoint, job.class, redis.call('HGET', key, 'nb') or now_us())
  else
    enqueue(id, job.endpoint, job.class, job.score, job.key, job.batch)
  end
  if job.expires then
    redis.call('ZADD', prefix .. 'expiring', job.expires, id)
  end
  redis.call('XADD', prefix .. 'events', '*', 't', 'q', 'j', id, 'v', job.version)
  return 1
end

local restored = 0
local i = 1
while i <= #ARGV do
  local words = tonumber(ARGV[i + 4])
  restored = restored + restore(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3],
    { unpack(ARGV, i + 5, i + 4 + words) })
  i = i + 5 + words
end
flush_counts()
return restored
