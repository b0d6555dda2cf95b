-- Reads WAITING jobs that should have been linked to their parents by now.
--
-- KEYS[1]  shard prefix
-- ARGV[1]  queued at least so long ago (us), ARGV[2] at most so many
--
-- Returns for each: {id, project, what it depends on (as field dp; false: nothing), graph
-- that it came with or false}. Where there are more, those read go behind the others, so
-- that ones which can not be linked do not keep them from it.
local unlinked = prefix .. 'unlinked'
local jobs = {}
local now = now_us()
local due = redis.call('ZRANGE', unlinked, '-inf', now - ARGV[1], 'BYSCORE', 'LIMIT', 0, ARGV[2])
local more = #due == tonumber(ARGV[2])
for _, id in ipairs(due) do
  local f = redis.call('HMGET', job_key(id), 'pr', 'dp', 'gr')
  if f[1] then
    jobs[#jobs + 1] = { id, f[1], f[2], f[3] }
    if more then
      redis.call('ZADD', unlinked, 'XX', now, id)
    end
  else
    redis.call('ZREM', unlinked, id) -- Somebody has deleted its hash by hand.
  end
end
return jobs
