-- Stores what a running attempt shows before its result.
--
-- KEYS[1]  shard prefix
-- ARGV[1]  job id, ARGV[2] epoch, ARGV[3] progress (empty: none), ARGV[4] most bytes
--          of chunks to keep, ARGV[5] most chunks, ARGV[6] worker that must hold the
--          lease ('': any), ARGV[7] the report's number ('0': none), ARGV[8] number up to
--          which reports need not be here
-- ARGV[9+] chunks
--
-- Returns 1; 0 when the attempt holds no lease; -1 when a report before this one has not
-- come. One whose number is not above the attempt's last is stored already.
local id, epoch, progress = ARGV[1], ARGV[2], ARGV[3]
local max_bytes, max_chunks, number = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[7])
local key = job_key(id)
local f = redis.call('HMGET', key, 'st', 'a', 'x', 'cb', 'w', 're', 'rs')
if tonumber(f[1] or 0) ~= IN_PROGRESS or f[2] ~= epoch then
  return 0
end
if ARGV[6] ~= '' and f[5] ~= ARGV[6] then
  return 0
end
if number > 0 then
  local last = f[6] == epoch and tonumber(f[7]) or 0
  if number <= last then
    return 1
  end
  if number > math.max(last, tonumber(ARGV[8])) + 1 then
    return -1
  end
  redis.call('HSET', key, 're', epoch, 'rs', number)
end
if progress ~= '' then
  redis.call('HSET', key, 'pg', progress, 'pe', epoch)
  redis.call('HINCRBY', key, 'ps', 1)
end
if #ARGV >= 9 then
  local chunks, bytes = prefix .. 'chunks:' .. id, tonumber(f[4] or 0)
  local length = 0
  for i = 9, #ARGV do
    local chunk = epoch .. ':' .. ARGV[i]
    length = redis.call('RPUSH', chunks, chunk)
    bytes = bytes + #chunk
  end
  while length > 1 and (bytes > max_bytes or length > max_chunks) do
    bytes = bytes - #redis.call('LPOP', chunks)
    length = length - 1
  end
  redis.call('HSET', key, 'cb', bytes)
  redis.call('HINCRBY', key, 'cn', #ARGV - 8)
end
notify(f[3], id)
return 1
