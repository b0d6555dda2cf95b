-- Shared by the queue's scripts; put after queue.lua and before transitions.lua: what leases
-- hold of budgets with a hard stop. domain/budget.h says the same, and means more. A job
-- without such a budget costs no command here.
--
--   budgets           set    budgets that have an account in the shard
--   quotas            set    quotas of GPUs that have one, likewise: their ids begin with GPU_QUOTA,
--                            a lease holds its GPUs of them, and nothing is ever spent or pending
--   budget:<id>       hash   the account: w start of its window (us); left, held, pend as
--                            BudgetAccount; seq rises with each fence and change; ask when a
--                            job last found too little left; def the budget, see EncodeBudget;
--                            nw and next the start of a window after it and what is pending there;
--                            off when it is dropped, and stays until held and pend are gone
--   owed              hash   what pend has of an attempt, by the id of its event:
--                            "<budget>,<window>,<amount>;" of each budget
-- Field hd of a job that runs: what its lease holds, "<budget>,<fixed>,<a GPU-second>,<window>,
-- <amount>;" of each budget.

local GPU_QUOTA = 'gpus:' -- kGpuQuotaPrefix of domain/budget.h.

local function is_gpu_quota(budget)
  return string.sub(budget, 1, #GPU_QUOTA) == GPU_QUOTA
end

local function account_key(budget)
  return prefix .. 'budget:' .. budget
end

local function parse_holds(text)
  local holds = {}
  for id, fixed, rate, w, amount in string.gmatch(text, '([^,;]+),(%d+),(%d+),(%d+),(%d+);') do
    holds[#holds + 1] = { id = id, fixed = tonumber(fixed), rate = tonumber(rate), w = tonumber(w),
      amount = tonumber(amount) }
  end
  return holds
end

local function format_holds(holds)
  local text = {}
  for i, hold in ipairs(holds) do
    text[i] = string.format('%s,%.0f,%.0f,%.0f,%.0f;', hold.id, hold.fixed, hold.rate, hold.w, hold.amount)
  end
  return table.concat(text)
end

-- As CostOf.
local function cost_of(hold, gpus, from, till)
  local us = math.max(0, till - from)
  local seconds = math.floor(us / 1000000)
  return hold.fixed + seconds * gpus * hold.rate
    + math.ceil((us - seconds * 1000000) * gpus * hold.rate / 1000000)
end

-- As AmountOf.
local function amount_of(hold, gpus, from, till)
  return is_gpu_quota(hold.id) and gpus or cost_of(hold, gpus, from, till)
end

-- Start of the window of a budget's account, what is left there, and whether it is dropped;
-- nil: it has none.
local function account_of(budget)
  local f = redis.call('HMGET', account_key(budget), 'w', 'left', 'off')
  return tonumber(f[1]), tonumber(f[2]), f[3]
end

local function add_to(budget, field, change)
  if change ~= 0 then
    redis.call('HINCRBY', account_key(budget), field, string.format('%.0f', change))
  end
end

-- Whether something is left in an account that has `left`, and as much as this; else it asks for more.
local function is_enough(budget, left, amount, now)
  if left > 0 and left >= amount then
    return true
  end
  redis.call('HSET', account_key(budget), 'ask', now)
  return false
end

-- Whether each budget has enough left for a new lease until `till`. One without an account, or whose
-- account is dropped, may be new.
local function have_left(holds, now, gpus, till)
  for _, hold in ipairs(holds) do
    local w, left, off = account_of(hold.id)
    if not w or off or not is_enough(hold.id, left, amount_of(hold, gpus, now, till), now) then
      return false
    end
  end
  return true
end

-- What a lease that began at `start` holds of an account in window `w`, and what it costs there
-- until `till`.
local function have_and_want(hold, w, gpus, start, till)
  return hold.w == w and hold.amount or 0, amount_of(hold, gpus, math.max(start, w), till)
end

-- Whether each budget has enough left for a lease to go on until `till`. A budget without an account
-- is deleted and keeps nothing; a quota of GPUs is for new leases only.
local function can_extend(holds, now, gpus, start, till)
  for _, hold in ipairs(holds) do
    local w, left, off = account_of(hold.id)
    if w and not off and not is_gpu_quota(hold.id) then
      local have, want = have_and_want(hold, w, gpus, start, till)
      if want > have and not is_enough(hold.id, left, want - have, now) then
        return false
      end
    end
  end
  return true
end

-- As ExtendHold, for each of a lease's budgets.
local function extend_holds(holds, gpus, start, till)
  for _, hold in ipairs(holds) do
    local w = account_of(hold.id)
    if w then
      local have, want = have_and_want(hold, w, gpus, start, till)
      hold.w, hold.amount = w, want
      add_to(hold.id, 'left', have - hold.amount)
      add_to(hold.id, 'held', hold.amount - have)
    end
  end
end

-- As LaterWindow: the start of the window that `at` lies in, when that is after the account's.
local function later_window(budget, w, at)
  local def = redis.call('HGET', account_key(budget), 'def') or ''
  local till = tonumber(string.match(def, '^%S+ %S+ %S+ (%d+) ') or 0)
  if till <= w or at < till then
    return nil
  end
  return till + math.floor((at - till) / (till - w)) * (till - w)
end

-- Counts what an attempt costs in a window that the account has not come to, for when it does.
local function owe_later(budget, window, cost)
  local before = tonumber(redis.call('HGET', account_key(budget), 'nw') or 0)
  if before > window then
    return
  elseif before < window then
    redis.call('HSET', account_key(budget), 'nw', string.format('%.0f', window), 'next', 0)
  end
  add_to(budget, 'next', cost)
end

-- Makes `cost` pending in a budget's window `w`, and what of it lies in the window that `last` is
-- in, if that is a later one: time of an attempt from `start` to `finish`. What is owed goes into `owed`.
local function owe(owed, hold, w, cost, gpus, start, finish, last)
  add_to(hold.id, 'pend', cost)
  if cost <= 0 then
    return
  end
  owed[#owed + 1] = string.format('%s,%.0f,%.0f;', hold.id, w, cost)
  local later = later_window(hold.id, w, last)
  if later then
    cost = cost_of(hold, gpus, math.max(start, later), finish)
    owe_later(hold.id, later, cost)
    owed[#owed + 1] = string.format('%s,%.0f,%.0f;', hold.id, later, cost)
  end
end

-- As SettleHold, likewise; what is owed for the attempt, or ''.
local function settle_holds(holds, gpus, start, finish, billed)
  local owed = {}
  for _, hold in ipairs(holds) do
    local w = account_of(hold.id)
    if w then
      local have = hold.w == w and hold.amount or 0
      local counts = billed and finish >= w and not is_gpu_quota(hold.id)
      local cost = counts and cost_of(hold, gpus, math.max(start, w), finish) or 0
      add_to(hold.id, 'held', -have)
      add_to(hold.id, 'left', have - cost)
      owe(owed, hold, w, cost, gpus, start, finish, finish)
    end
  end
  return table.concat(owed)
end

-- As SettlePart, likewise; what is owed for the part, or ''. `hold.w` and `hold.amount` change.
local function settle_part(holds, gpus, start, finish)
  local owed = {}
  for _, hold in ipairs(holds) do
    local w = account_of(hold.id)
    if w then
      local have = hold.w == w and hold.amount or 0
      local time = { id = hold.id, fixed = 0, rate = hold.rate }
      local cost = cost_of(time, gpus, math.max(start, w), math.max(finish, w))
      hold.w, hold.amount = w, math.max(0, have - cost)
      add_to(hold.id, 'held', hold.amount - have)
      add_to(hold.id, 'left', have - hold.amount - cost)
      owe(owed, time, w, cost, gpus, start, finish, finish - 1)
    end
  end
  return table.concat(owed)
end

-- Metering knows of these events.
local function forget_owed(events)
  local key = prefix .. 'owed'
  if redis.call('EXISTS', key) == 0 then
    return
  end
  local owed = redis.call('HMGET', key, unpack(events))
  for i, event in ipairs(events) do
    for id, w, amount in string.gmatch(owed[i] or '', '([^,;]+),(%d+),(%d+);') do
      if account_of(id) == tonumber(w) then
        add_to(id, 'pend', -tonumber(amount))
      elseif redis.call('HGET', account_key(id), 'nw') == w then
        add_to(id, 'next', -tonumber(amount))
      end
    end
    if owed[i] then
      redis.call('HDEL', key, event)
    end
  end
end
