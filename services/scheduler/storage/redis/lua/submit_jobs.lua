-- Queues new jobs: all or, when Redis is out of memory, none.
--
-- KEYS[1]  shard prefix
-- ARGV[1+] for each job: id, endpoint, project, affinity class, timeout (us), max
--          retries, priority, head start (us) of a step of priority, input, input
--          stored ('1' or ''), watched ('1' or '')
--
-- Returns when they were queued.
local SHORT = 64 -- Bytes of a value that a listpack takes.
local now = now_us()

local function submit(id, endpoint, project, class, timeout, max_retries, priority, head_start, input,
  stored, watched)
  local score = now - priority * head_start
  local fields = { 'st', IN_QUEUE, 'a', 0, 'v', 1, 'ep', endpoint, 'pr', project, 'cl', class,
    'sc', score, 'to', timeout, 'q', now }
  local function set(field, value)
    fields[#fields + 1] = field
    fields[#fields + 1] = value
  end
  if max_retries ~= '0' then set('mr', max_retries) end
  if priority ~= '0' then set('p', priority) end
  if watched ~= '' then set('x', 1) end
  if stored ~= '' then
    set('is', 1)
  elseif #input <= SHORT then
    set('in', input)
  else
    redis.call('SET', prefix .. 'in:' .. id, input)
  end
  redis.call('HSET', job_key(id), unpack(fields))
  enqueue(id, endpoint, class, score)
  redis.call('XADD', prefix .. 'events', '*', 't', 'q', 'j', id, 'v', 1)
end

for i = 1, #ARGV, 11 do
  submit(unpack(ARGV, i, i + 10))
end
flush_counts()
return now
