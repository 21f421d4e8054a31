-- While a queue is paused, park what waits in it; where it is not, or no longer to be, put back what is parked.
-- Called until nothing is left; each call is whole, so it may end anywhere and be taken up by anybody.
-- A job that somebody canceled or deleted meanwhile is let go: RQ's workers run whatever their queue names.
-- KEYS: 1 pause, 2 names of paused queues, 3 names of queues with jobs set aside, 4 queue, 5 parked, 6 held, 7 slipped,
--       8 those on their way back
-- ARGV: 1 name of the queue, 2 how many are moved at most, 3 how many are looked at at most, 4 '1' to resume,
--       5 channel of the bell, 6 prefix of jobs
-- Answers {word, how many were moved, how many were let go, how many are left}.
local most, looked_at = tonumber(ARGV[2]), tonumber(ARGV[3])

-- Move the first of `from` behind the last of `to`, in order.
local function append(from, to, count)
  for first = 0, count - 1, 1000 do
    redis.call('RPUSH', to, unpack(redis.call('LRANGE', from, first, math.min(first + 999, count - 1))))
  end
  redis.call('LTRIM', from, count, -1)
end

-- Those that are still queued, in order, and backwards.
local function still_queued(ids)
  local there, back = {}, {}
  for _, id in ipairs(ids) do
    if redis.pcall('HGET', ARGV[6] .. id, 'status') == 'queued' then
      there[#there + 1] = id
    end
  end
  for i = #there, 1, -1 do
    back[#back + 1] = there[i]
  end
  return there, back
end

local function over()
  redis.call('DEL', KEYS[1], KEYS[7])
  redis.call('SREM', KEYS[2], ARGV[1])
  if redis.call('EXISTS', KEYS[6]) == 0 then
    redis.call('SREM', KEYS[3], ARGV[1])
  end
end

local state = redis.call('HGET', KEYS[1], 'state')
local waiting = redis.call('LLEN', KEYS[4])
if ARGV[4] == '1' then
  -- In a list of their own first: parkers still stand in line for whatever is pushed to the queue.
  local ids = redis.call('LRANGE', KEYS[5], 0, looked_at - 1)
  local there = still_queued(ids)
  if #there > 0 then
    redis.call('RPUSH', KEYS[8], unpack(there))
  end
  redis.call('LTRIM', KEYS[5], #ids, -1)
  local left = redis.call('LLEN', KEYS[5])
  if left > 0 or waiting > most then
    if left == 0 then
      append(KEYS[4], KEYS[8], most)
    end
    return {'more', #there, #ids - #there, math.max(left, 1)}
  end
  append(KEYS[4], KEYS[8], waiting)
  if redis.call('EXISTS', KEYS[8]) == 1 then
    redis.call('RENAME', KEYS[8], KEYS[4])
  end
  over()
  redis.pcall('PUBLISH', ARGV[5], ARGV[1])
  return {'resumed', #there, #ids - #there, 0}
end
if state == 'paused' then
  local count = math.min(waiting, most)
  if waiting > 0 and redis.call('EXISTS', KEYS[5]) == 0 then
    redis.call('RENAME', KEYS[4], KEYS[5])
    count = waiting
  else
    append(KEYS[4], KEYS[5], count)
  end
  return {waiting > count and 'more' or 'paused', count, 0, waiting - count}
end
if state then
  -- A pause that is only asked for is none of the parkers' business.
  return {'starting', 0, 0, 0}
end
-- Parked in spite of it, by somebody who has not heard that it is over.
local ids = redis.call('LRANGE', KEYS[5], -looked_at, -1)
local there, back = still_queued(ids)
if #back > 0 then
  redis.call('LPUSH', KEYS[4], unpack(back))
end
redis.call('LTRIM', KEYS[5], 0, -#ids - 1)
local left = redis.call('LLEN', KEYS[5])
if left > 0 then
  return {'more', #there, #ids - #there, left}
end
over()
return {'over', #there, #ids - #there, 0}
