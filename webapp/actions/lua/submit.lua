-- Write a new job and put it where it waits, unless its id is taken: 1, or 0 where it was.
-- KEYS: 1 job, 2 set of queues, 3 queue, 4 sorted set to wait in (the queue again where it does not wait)
-- ARGV: 1 id, 2 'back', 'front' or 'wait', 3 score in the sorted set, 4 seconds to live or '', 5… fields and values
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end
redis.call('HSET', KEYS[1], unpack(ARGV, 5))
local ttl = tonumber(ARGV[4])
if ttl and ttl > 0 then
  redis.call('EXPIRE', KEYS[1], math.floor(ttl))
end
redis.call('SADD', KEYS[2], KEYS[3])
if ARGV[2] == 'wait' then
  redis.call('ZADD', KEYS[4], ARGV[3], ARGV[1])
elseif ARGV[2] == 'front' then
  redis.call('LPUSH', KEYS[3], ARGV[1])
else
  redis.call('RPUSH', KEYS[3], ARGV[1])
end
return 1
