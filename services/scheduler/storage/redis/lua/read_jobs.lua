-- Reads live jobs whole.
--
-- KEYS[1]  shard prefix
-- ARGV[1]  '1': they are watched from now on; ARGV[2] '1': with inputs; ARGV[3] with
--          the chunks after so many; empty: without chunks
-- ARGV[4+] job ids
--
-- Returns for each id: {fields and values of its hash (empty: not live), input unless
-- it is in the hash or stored elsewhere, chunks}.
local function chunks_after(id, after)
  local chunks = prefix .. 'chunks:' .. id
  local cut_off = tonumber(redis.call('HGET', job_key(id), 'cn') or 0) - redis.call('LLEN', chunks)
  return redis.call('LRANGE', chunks, math.max(0, after - cut_off), -1)
end

-- Whether a flat list of fields and values has the field.
local function has(fields, name)
  for i = 1, #fields, 2 do
    if fields[i] == name then
      return true
    end
  end
  return false
end

local jobs = {}
for i = 4, #ARGV do
  local id = ARGV[i]
  local fields = redis.call('HGETALL', job_key(id))
  if ARGV[1] == '1' and #fields > 0 and not has(fields, 'x') then
    redis.call('HSET', job_key(id), 'x', 1)
  end
  local long_input = ARGV[2] == '1' and not has(fields, 'in') and not has(fields, 'is')
  local input = long_input and redis.call('GET', prefix .. 'in:' .. id)
  local chunks = ARGV[3] ~= '' and has(fields, 'cn') and chunks_after(id, tonumber(ARGV[3])) or {}
  jobs[#jobs + 1] = { fields, input, chunks }
end
return jobs
