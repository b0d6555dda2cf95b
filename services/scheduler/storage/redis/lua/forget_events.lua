-- Drops events that every reader has stored, and with them the jobs that were final.
--
-- KEYS[1]  shard prefix
-- ARGV[1]  how many events, ARGV[2+] their ids
-- then     for each final job: id, version that was stored
--
-- Returns how many jobs were dropped.
local PAST = 3600000 -- For so long (ms) a redrive may act on what it has read.
local events = prefix .. 'events'
local last = 1 + tonumber(ARGV[1])
if last > 1 then
  redis.call('XDEL', events, unpack(ARGV, 2, last))
  forget_owed({ unpack(ARGV, 2, last) })
end
local dropped = 0
for i = last + 1, #ARGV, 2 do
  local id = ARGV[i]
  local f = redis.call('HMGET', job_key(id), 'st', 'v', 'rd', 'dn')
  if f[1] and tonumber(f[1]) >= COMPLETED and f[2] == ARGV[i + 1] then
    if f[3] then
      redis.call('SET', prefix .. 'past:' .. id, f[2], 'PX', PAST)
    end
    if f[4] then
      redis.call('UNLINK', prefix .. 'dependents:' .. id)
    end
    redis.call('UNLINK', job_key(id), prefix .. 'in:' .. id, prefix .. 'chunks:' .. id)
    dropped = dropped + 1
  end
end
return dropped
