-- Counts jobs that projects submit in a UTC day.
--
-- KEYS[1]  shard prefix
-- ARGV     for each: project, jobs (below zero: not counted any more), most in a day, start of
--          the day (us; '': the present one)
--
-- Returns a flat list, for each: 1 when they are counted, 0 when they would be too many or their
-- day is over, and the start of the day.
local DAY = 86400 * 1000000
local now = now_us()
local today = now - now % DAY

local function count_requests(project, jobs, most, day)
  jobs = tonumber(jobs)
  local key = prefix .. 'requests:' .. project
  local f = redis.call('HMGET', key, 'day', 'jobs')
  local counted = tonumber(f[1] or 0) == today and tonumber(f[2]) or 0
  if day ~= '' and tonumber(day) ~= today or jobs > 0 and counted + jobs > tonumber(most) then
    return 0
  end
  redis.call('HSET', key, 'day', string.format('%.0f', today), 'jobs',
    string.format('%.0f', math.max(0, counted + jobs)))
  redis.call('PEXPIREAT', key, string.format('%.0f', (today + DAY) / 1000))
  return 1
end

local results = {}
for i = 1, #ARGV, 4 do
  results[#results + 1] = count_requests(unpack(ARGV, i, i + 3))
  results[#results + 1] = string.format('%.0f', today)
end
return results
