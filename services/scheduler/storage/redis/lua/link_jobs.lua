-- Lets jobs know of jobs that depend on them.
--
-- KEYS[1]  shard prefix
-- ARGV[1]  project; then for each link: parent, child ('': only look for the parent)
--
-- Returns for each the parent's status, which from 5 on is final and leaves it as it is;
-- 0 when the shard has no such live job of the project.
local function link(parent, child)
  local f = redis.call('HMGET', job_key(parent), 'st', 'pr')
  if f[2] ~= ARGV[1] then
    return 0
  end
  local status = tonumber(f[1])
  if child ~= '' and status < COMPLETED then
    redis.call('SADD', prefix .. 'dependents:' .. parent, child)
    redis.call('HSET', job_key(parent), 'dn', 1)
  end
  return status
end

local statuses = {}
for i = 2, #ARGV, 2 do
  statuses[#statuses + 1] = link(ARGV[i], ARGV[i + 1])
end
return statuses
