-- Put the last of the held jobs before those that wait, in their order; what is no longer queued is let go.
-- Called until none is left: the held list shrinks as the queue grows, so it may end anywhere and be taken up by anybody.
-- KEYS: 1 queue, 2 held, 3 hold, 4 names of queues with jobs set aside, 5 pause, 6 parked, 7 set of queues
-- ARGV: 1 name of the queue, 2 actor, 3 how many at most, 4 prefix of jobs
-- Answers {word, how many were put back, how many were let go, how many are left}.
local ids = redis.call('LRANGE', KEYS[2], -tonumber(ARGV[3]), -1)
if #ids == 0 then
  redis.call('DEL', KEYS[3])
  if redis.call('EXISTS', KEYS[5], KEYS[6]) == 0 then
    redis.call('SREM', KEYS[4], ARGV[1])
  end
  return {'empty', 0, 0, 0}
end
-- In a paused queue they are parked: before those that are parked already.
local target = redis.call('EXISTS', KEYS[5]) == 1 and KEYS[6] or KEYS[1]
local back, put = {}, 0
for i = #ids, 1, -1 do
  if redis.pcall('HGET', ARGV[4] .. ids[i], 'status') == 'queued' then
    back[#back + 1] = ids[i]
    put = put + 1
  end
  if #back == 1000 or (i == 1 and #back > 0) then
    redis.call('LPUSH', target, unpack(back))
    back = {}
  end
end
redis.call('SADD', KEYS[7], KEYS[1])
redis.call('LTRIM', KEYS[2], 0, -#ids - 1)
local left = redis.call('LLEN', KEYS[2])
if left > 0 then
  redis.call('HSET', KEYS[3], 'releasing', ARGV[2])
  return {'more', put, #ids - put, left}
end
redis.call('DEL', KEYS[3])
if redis.call('EXISTS', KEYS[5], KEYS[6]) == 0 then
  redis.call('SREM', KEYS[4], ARGV[1])
end
return {'done', put, #ids - put, 0}
