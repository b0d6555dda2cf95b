-- Reads which jobs wait for jobs that have ended.
--
-- KEYS[1]  shard prefix
-- ARGV[1]  job id, ARGV[2] at most so many
--
-- Returns {status, jobs that wait for it}; {} when it has not ended.
local status = tonumber(redis.call('HGET', job_key(ARGV[1]), 'st') or 0)
if status < COMPLETED then
  return {}
end
return { status, redis.call('SRANDMEMBER', prefix .. 'dependents:' .. ARGV[1], ARGV[2]) }
