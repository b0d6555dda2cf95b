-- Finds out where a waiting job stands.
--
-- KEYS[1]  shard prefix
-- ARGV[1]  job id
--
-- Returns {} when it does not wait, else {position (from 1; 0 when it is not runnable),
-- 1 when another job runs under its key, how many jobs of its endpoint run, what keeps
-- workers away: "<number of the obstacle> <detail>" or ''}.
local job = load_job(ARGV[1])
if not job or (job.status ~= DELAYED and job.status ~= IN_QUEUE) then
  return {}
end
local stats = redis.call('HMGET', prefix .. 'stats:' .. job.endpoint, 'running', 'why')
local rank = redis.call('ZRANK', queue_key(job.endpoint, job.class), job.id)
local position = 0
if rank then
  position = rank + 1
  for _, class in ipairs(redis.call('SMEMBERS', prefix .. 'classes:' .. job.endpoint)) do
    if class ~= job.class then
      position = position + redis.call('ZCOUNT', queue_key(job.endpoint, class), '-inf', job.score)
    end
  end
end
local holder = job.key and redis.call('HGET', busy_key(job.endpoint), job.key)
local busy = holder and holder ~= job.id and 1 or 0
return { position, busy, tonumber(stats[1] or 0), stats[2] or '' }
