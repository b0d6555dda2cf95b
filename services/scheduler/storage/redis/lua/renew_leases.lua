-- Renews leases that are still held.
--
-- KEYS[1]  shard prefix
-- ARGV[1]  lease (us)
-- ARGV[2+] for each lease: job id, epoch
--
-- Returns the positions (from 1) of the leases that are lost.
local deadline = now_us() + tonumber(ARGV[1])
local lost = {}
for i = 2, #ARGV, 2 do
  local f = redis.call('HMGET', job_key(ARGV[i]), 'st', 'a')
  if tonumber(f[1] or 0) == IN_PROGRESS and f[2] == ARGV[i + 1] then
    redis.call('ZADD', prefix .. 'leases', deadline, ARGV[i])
  else
    lost[#lost + 1] = i / 2
  end
end
return lost
