-- Set the jobs that wait in a queue aside, behind those that are held already, in their order.
-- KEYS: 1 queue, 2 held, 3 hold, 4 names of queues with jobs set aside
-- ARGV: 1 name of the queue, 2 actor, 3 how many at most where it has to be done one by one
-- Answers {word, how many, how many are left}: "more" where it is to be called again.
local waiting = redis.call('LLEN', KEYS[1])
if waiting == 0 then
  return {'empty', 0, 0}
end
local moved = waiting
if redis.call('EXISTS', KEYS[2]) == 0 then
  redis.call('RENAME', KEYS[1], KEYS[2])
else
  moved = math.min(waiting, tonumber(ARGV[3]))
  for first = 0, moved - 1, 1000 do
    redis.call('RPUSH', KEYS[2], unpack(redis.call('LRANGE', KEYS[1], first, math.min(first + 999, moved - 1))))
  end
  redis.call('LTRIM', KEYS[1], moved, -1)
end
local at = string.format('%d', now_ms)
redis.call('HSET', KEYS[3], 'by', ARGV[2], 'at', at)
redis.call('HDEL', KEYS[3], 'releasing')
redis.call('SADD', KEYS[4], ARGV[1])
return {moved == waiting and 'done' or 'more', moved, waiting - moved}
