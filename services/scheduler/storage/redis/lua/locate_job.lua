-- Finds out where a waiting job stands.
--
-- KEYS[1]  shard prefix
-- ARGV[1]  job id
--
-- Returns {} when it does not wait, else {position (from 1; 0 when it is not runnable),
-- 1 when another job runs under its key, how many jobs of its endpoint run, what keeps
-- workers away: "<number of the obstacle> <detail>" or '', what those there are can take,
-- see capacity_codec.h, or '', how long its latest attempts took, how long its latest
-- workers took to start, the parents that it waits for, flat list of windows and how many
-- jobs that have them go before it}. Jobs that wait for a budget of their API key go before no
-- others.
local job = load_job(ARGV[1])
if not job or job.status >= IN_PROGRESS then
  return {}
end
local stats = redis.call('HMGET', prefix .. 'stats:' .. job.endpoint, 'running', 'why', 'cap')
local rank = redis.call('ZRANK', queue_key(job.endpoint, job.class), job.id)
local position, before = 0, {}

-- Counts jobs of a class that go before it.
local function add(class, jobs)
  position = position + jobs
  local window = parse_class(class).w
  if window and jobs > 0 then
    before[#before + 1] = window
    before[#before + 1] = jobs
  end
end

if rank then
  position = rank + 1
  for _, class in ipairs(redis.call('SMEMBERS', prefix .. 'classes:' .. job.endpoint)) do
    local _, aside = split_aside(class)
    if class ~= job.class and not aside then
      add(class, redis.call('ZCOUNT', queue_key(job.endpoint, class), '-inf', job.score))
    end
  end
end
local holder = job.key and redis.call('HGET', busy_key(job.endpoint), job.key)
local busy = holder and holder ~= job.id and 1 or 0
local runs = redis.call('LRANGE', prefix .. 'runs:' .. job.endpoint, 0, -1)
local colds = redis.call('LRANGE', prefix .. 'colds:' .. job.endpoint, 0, -1)
local parents = job.status == WAITING and redis.call('SMEMBERS', prefix .. 'parents:' .. job.id) or {}
return { position, busy, tonumber(stats[1] or 0), stats[2] or '', stats[3] or '', runs, colds, parents, before }
