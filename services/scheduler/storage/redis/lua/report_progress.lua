-- Stores what running attempts show before their results.
--
-- KEYS[1]  shard prefix
-- ARGV     for each report: job id, epoch, progress (empty: none), worker that must hold the
--          lease ('': any), the report's number ('0': none), number up to which reports need
--          not be here, who reports, how many chunks, and these
--
-- Returns for each report how many chunks the job has had; -1 when the attempt holds no lease,
-- -2 when a report before this one has not come, -3 when it is stored already: its number is
-- not above the attempt's last.
local FIELDS = 8
local NOT_HELD, REPORTS_MISSING, KNOWN = -1, -2, -3
local MAX_CHUNK_BYTES, MAX_CHUNKS = 1048576, 10000 -- JobQueue::kMaxChunkBytes, kMaxChunks.

-- Appends chunks, of which the last are kept: how many bytes are.
local function append(id, epoch, chunks, kept)
  local key, length = prefix .. 'chunks:' .. id, 0
  for _, text in ipairs(chunks) do
    local chunk = epoch .. ':' .. text
    length = redis.call('RPUSH', key, chunk)
    kept = kept + #chunk
  end
  while length > 1 and (kept > MAX_CHUNK_BYTES or length > MAX_CHUNKS) do
    kept = kept - #redis.call('LPOP', key)
    length = length - 1
  end
  return kept
end

local watched = {} -- Jobs, by who reports.

local function report(id, epoch, progress, worker, number, stored, who, chunks)
  local key = job_key(id)
  local f = redis.call('HMGET', key, 'st', 'a', 'x', 'cb', 'w', 're', 'rs', 'cn', 'ps')
  if tonumber(f[1] or 0) ~= IN_PROGRESS or f[2] ~= epoch or worker ~= '' and f[5] ~= worker then
    return NOT_HELD
  end
  local count = tonumber(f[8] or 0)
  local set = {} -- Fields and values.
  if number > 0 then
    local last = f[6] == epoch and tonumber(f[7]) or 0
    if number <= last then
      return KNOWN
    end
    if number > math.max(last, stored) + 1 then
      return REPORTS_MISSING
    end
    set = { 're', epoch, 'rs', number }
  end
  if progress ~= '' then
    for _, word in ipairs({ 'pg', progress, 'pe', epoch, 'ps', (f[9] or 0) + 1 }) do
      set[#set + 1] = word
    end
  end
  if #chunks > 0 then
    count = count + #chunks
    for _, word in ipairs({ 'cb', append(id, epoch, chunks, tonumber(f[4] or 0)), 'cn', count }) do
      set[#set + 1] = word
    end
  end
  if #set > 0 then
    redis.call('HSET', key, unpack(set))
  end
  if f[3] then
    watched[who] = watched[who] or {}
    watched[who][id] = true
  end
  return count
end

local counts = {}
local at = 1
while at <= #ARGV do
  local chunks = {}
  local last = at + FIELDS - 1 + tonumber(ARGV[at + FIELDS - 1])
  for i = at + FIELDS, last do
    chunks[#chunks + 1] = ARGV[i]
  end
  counts[#counts + 1] = report(ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3],
    tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5]), ARGV[at + 6], chunks)
  at = last + 1
end
for who, ids in pairs(watched) do
  local words = { 'p', who }
  for id in pairs(ids) do
    words[#words + 1] = id
  end
  redis.call('PUBLISH', prefix .. 'notify', table.concat(words, ' '))
end
return counts
