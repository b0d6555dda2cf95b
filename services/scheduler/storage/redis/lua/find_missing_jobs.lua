-- Finds the jobs that are not live.
--
-- KEYS[1]  shard prefix
-- ARGV[1+] job ids
--
-- Returns their ids.
local missing = {}
for _, id in ipairs(ARGV) do
  if redis.call('EXISTS', job_key(id)) == 0 then
    missing[#missing + 1] = id
  end
end
return missing
