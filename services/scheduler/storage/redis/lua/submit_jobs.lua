-- Queues new jobs of one endpoint: all or, when Redis is out of memory, none.
--
-- KEYS[1]  shard prefix
-- ARGV[1]  endpoint, ARGV[2] project, ARGV[3] affinity class, ARGV[4] timeout (us),
-- ARGV[5]  max retries, ARGV[6] head start (us)
-- ARGV[7+] for each job: id, priority, input, input stored ('1' or ''), watched
--          ('1' or '')
--
-- Returns when they were queued.
local endpoint, project, class, timeout, max_retries = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local head_start = tonumber(ARGV[6])
local now = now_us()
for i = 7, #ARGV, 5 do
  local id, priority, input, stored, watched = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  local score = now - priority * head_start
  redis.call('HSET', job_key(id), 'ep', endpoint, 'pr', project, 'cl', class, 'sc', score,
    'st', IN_QUEUE, 'p', priority, 'to', timeout, 'mr', max_retries, 'q', now, 'a', 0, 'r', 0,
    'l', 0, 'gt', 0, 'v', 1)
  if stored ~= '' then
    redis.call('HSET', job_key(id), 'is', 1)
  else
    redis.call('SET', prefix .. 'in:' .. id, input)
  end
  if watched ~= '' then
    redis.call('HSET', job_key(id), 'x', 1)
  end
  enqueue(id, endpoint, class, score)
  redis.call('XADD', prefix .. 'events', '*', 't', 'q', 'j', id, 'v', 1)
end
return now
