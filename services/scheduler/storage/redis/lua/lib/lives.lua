-- Shared by the scripts that keep lifetimes of always-on workers; put after transitions.lua.
-- domain/lifetime.h does the same.

local MAX_SLICES = 100 -- Reported of one lifetime in one run.
local LOOK_AGAIN = 1000000 -- After so long (us), at a lifetime that only its jobs keep open.

-- Whether a job runs that the lifetime covers. What a set names and does not run, it forgets.
local function covers_any(name, worker)
  local jobs = prefix .. 'covers:' .. name
  for _, id in ipairs(redis.call('SMEMBERS', jobs)) do
    local f = redis.call('HMGET', job_key(id), 'st', 'w', 'al')
    if tonumber(f[1] or 0) == IN_PROGRESS and f[2] == worker and f[3] then
      return true
    end
    redis.call('SREM', jobs, id)
  end
  return false
end

-- Reports [from, till) of a lifetime as load_life gives it.
local function report_slice(life, from, till)
  redis.call('XADD', prefix .. 'events', '*', 't', 'l', 'id', life.id, 'a', life.p, 's', from, 'e', till,
    'ep', life.ep, 'pr', life.pr, 'w', life.w, 'g', life.g, 'n', life.n)
  life.p = life.p + 1
  life.s = till
end

local function load_life(name)
  local f = redis.call('HGETALL', prefix .. 'life:' .. name)
  local life = {}
  for i = 1, #f, 2 do
    life[f[i]] = f[i + 1]
  end
  life.s, life.d, life.p = tonumber(life.s), tonumber(life.d), tonumber(life.p)
  return life.id and life
end

local function forget_life(name, life)
  if life then
    redis.call('HDEL', prefix .. 'always:' .. life.ep, life.w)
  end
  redis.call('UNLINK', prefix .. 'life:' .. name, prefix .. 'covers:' .. name)
  redis.call('ZREM', prefix .. 'lives', name)
end

-- Reports what is known to have passed of a lifetime in slices, cut at multiples of `length` (us);
-- and ends it when it does not last and no job of it runs. Whether it goes on.
local function sweep_life(name, now, length)
  local life = load_life(name)
  if not life then
    forget_life(name)
    return false
  end
  local slice = life.p
  local passed = math.min(life.d, now)
  local cut = next_cut(life.s, length)
  while cut <= passed and life.p - slice < MAX_SLICES do
    report_slice(life, life.s, cut)
    cut = cut + length
  end
  local next = math.min(life.d, cut)
  if cut > passed and life.d <= now then
    if not covers_any(name, life.w) then
      if life.d > life.s then
        report_slice(life, life.s, life.d)
      end
      forget_life(name, life)
      return false
    end
    next = now + LOOK_AGAIN
  end
  if life.p > slice then
    redis.call('HSET', prefix .. 'life:' .. name, 's', life.s, 'p', life.p)
  end
  redis.call('ZADD', prefix .. 'lives', next, name)
  return true
end
