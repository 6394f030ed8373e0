-- Counts one call in all its tiers, or in none when one of them has no room (rate_limits.h). Times are
-- microseconds, and Redis' own: replicas' clocks may differ.
--
-- KEYS: a count each. ARGV: 'take' or 'give', the time or '' for Redis' own, then for each key: 'hard' or
-- 'smooth', limit, window, cost.
-- Gives 1 when it was counted, then for each key: what is left, how long until nothing counts any more, how long
-- until the same call would find room.
local PARTS = 60

local function redis_time()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

local now = tonumber(ARGV[2]) or redis_time()

local function whole(number)
  return string.format('%.0f', number)
end

-- The window's sixtieths, oldest first, without those that do not count any more.
local function read_parts(key, part)
  local oldest = math.floor(now / part) - PARTS
  local parts, used = {}, 0
  local fields = redis.call('HGETALL', key)
  for i = 1, #fields, 2 do
    local number, count = tonumber(fields[i]), tonumber(fields[i + 1])
    if number < oldest then
      redis.call('HDEL', key, fields[i])
    else
      parts[#parts + 1] = {number = number, count = count}
      used = used + count
    end
  end
  table.sort(parts, function(a, b) return a.number < b.number end)
  return parts, used
end

local hard = {}

function hard.open(key, tier)
  local counter = {part = math.ceil(tier.window / PARTS)}
  counter.parts, counter.used = read_parts(key, counter.part)
  return counter
end

function hard.left(counter, tier)
  return math.max(0, tier.limit - counter.used)
end

function hard.wait_until_used(counter, tier, allowed)
  local used = counter.used
  if used <= allowed then return 0 end
  for _, part in ipairs(counter.parts) do
    used = used - part.count
    if used <= allowed then return (part.number + PARTS + 1) * counter.part - now end
  end
  return tier.window
end

function hard.wait(counter, tier, cost)
  return hard.wait_until_used(counter, tier, tier.limit - cost)
end

function hard.add(key, counter, tier, cost)
  if cost == 0 then return end
  local number = math.floor(now / counter.part)
  redis.call('HINCRBY', key, whole(number), whole(cost))
  redis.call('PEXPIRE', key, whole(math.ceil(counter.part * (PARTS + 2) / 1000)))
  local last = counter.parts[#counter.parts]
  if last and last.number == number then
    last.count = last.count + cost
  else
    counter.parts[#counter.parts + 1] = {number = number, count = cost}
  end
  counter.used = counter.used + cost
end

-- What was added last is undone first.
function hard.give(key, counter, _, cost)
  for i = #counter.parts, 1, -1 do
    local part = counter.parts[i]
    local taken = math.min(cost, part.count)
    cost = cost - taken
    if taken == part.count then
      redis.call('HDEL', key, whole(part.number))
    elseif taken > 0 then
      redis.call('HINCRBY', key, whole(part.number), whole(-taken))
    end
  end
end

local smooth = {}

function smooth.open(key, tier)
  return {interval = math.ceil(tier.window / tier.limit), empty_at = tonumber(redis.call('GET', key) or 0)}
end

local function owed(counter)
  return math.max(counter.empty_at, now) - now
end

function smooth.left(counter, tier)
  return math.max(0, math.floor((counter.interval * tier.limit - owed(counter)) / counter.interval))
end

function smooth.wait(counter, tier, cost)
  return math.max(0, owed(counter) - counter.interval * (tier.limit - cost))
end

local function keep(key, counter)
  redis.call('SET', key, whole(counter.empty_at), 'PX', whole(math.ceil(owed(counter) / 1000) + 1))
end

function smooth.add(key, counter, _, cost)
  counter.empty_at = math.max(counter.empty_at, now) + counter.interval * cost
  keep(key, counter)
end

function smooth.give(key, counter, _, cost)
  counter.empty_at = counter.empty_at - counter.interval * cost
  keep(key, counter)
end

local kinds = {hard = hard, smooth = smooth}
local tiers, counters = {}, {}
for i, key in ipairs(KEYS) do
  local at = 2 + (i - 1) * 4
  tiers[i] = {kind = kinds[ARGV[at + 1]], limit = tonumber(ARGV[at + 2]), window = tonumber(ARGV[at + 3]),
              cost = tonumber(ARGV[at + 4])}
  counters[i] = tiers[i].kind.open(key, tiers[i])
end

if ARGV[1] == 'give' then
  for i, key in ipairs(KEYS) do tiers[i].kind.give(key, counters[i], tiers[i], tiers[i].cost) end
  return {1}
end

local answer = {1}
for i, tier in ipairs(tiers) do
  local has_room = tier.kind.left(counters[i], tier) >= tier.cost
  if not has_room then answer[1] = 0 end
  tier.retry = has_room and 0 or tier.kind.wait(counters[i], tier, tier.cost)
end
for i, tier in ipairs(tiers) do
  if answer[1] == 1 then tier.kind.add(KEYS[i], counters[i], tier, tier.cost) end
  answer[#answer + 1] = tier.kind.left(counters[i], tier)
  answer[#answer + 1] = tier.kind.wait(counters[i], tier, tier.limit)
  answer[#answer + 1] = tier.retry
end
return answer
