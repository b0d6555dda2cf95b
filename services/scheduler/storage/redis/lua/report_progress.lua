-- Stores what a running attempt shows before its result.
--
-- KEYS[1]  shard prefix
-- ARGV[1]  job id, ARGV[2] epoch, ARGV[3] progress (empty: none), ARGV[4] most bytes
--          of chunks to keep, ARGV[5] worker that must hold the lease ('': any)
-- ARGV[6+] chunks
--
-- Returns 1, or 0 when the attempt holds no lease.
local id = ARGV[1]
local f = redis.call('HMGET', job_key(id), 'st', 'a', 'x', 'cb', 'w')
if tonumber(f[1] or 0) ~= IN_PROGRESS or f[2] ~= ARGV[2] then
  return 0
end
if ARGV[5] ~= '' and f[5] ~= ARGV[5] then
  return 0
end
if ARGV[3] ~= '' then
  redis.call('HSET', job_key(id), 'pg', ARGV[3])
end
if #ARGV >= 6 then
  local chunks, bytes = prefix .. 'chunks:' .. id, tonumber(f[4] or 0)
  for i = 6, #ARGV do
    redis.call('RPUSH', chunks, ARGV[i])
    bytes = bytes + #ARGV[i]
  end
  while bytes > tonumber(ARGV[4]) and redis.call('LLEN', chunks) > 1 do
    bytes = bytes - #redis.call('LPOP', chunks)
  end
  redis.call('HSET', job_key(id), 'cb', bytes)
  redis.call('HINCRBY', job_key(id), 'cn', #ARGV - 5)
end
notify(f[3], id)
return 1
