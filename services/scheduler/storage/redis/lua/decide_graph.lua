-- Decides, once and for all, what becomes of a graph of jobs. That it is accepted is kept
-- until it is forgotten; where nothing is kept, it is not.
--
-- KEYS[1]  shard prefix
-- ARGV[1]  graph, ARGV[2] 'commit' or 'abort'
--
-- Returns what was decided, now or before.
local ABORT_KEPT = 604800000 -- For so long (ms) nobody accepts it any more.
local key = prefix .. 'graph:' .. ARGV[1]
local decided = redis.call('GET', key)
if not decided then
  decided = ARGV[2]
  if decided == 'commit' then
    redis.call('SET', key, decided)
  else
    redis.call('SET', key, decided, 'PX', ABORT_KEPT)
  end
end
return decided
