-- Ask for a pause of a queue, or set another end of one. Whoever holds pauses takes it up: nothing is moved yet.
-- KEYS: 1 pause, 2 names of paused queues, 3 names of queues with jobs set aside, 4 set of queues, 5 queue
-- ARGV: 1 name of the queue, 2 actor, 3 seconds or '', 4 channel of the bell, 5 how many there may be
if redis.call('SISMEMBER', KEYS[4], KEYS[5]) == 0 then
  return {'missing', ''}
end
local state = redis.call('HGET', KEYS[1], 'state')
if not state and redis.call('SCARD', KEYS[2]) >= tonumber(ARGV[5]) then
  return {'full', ''}
end
local ends = ARGV[3] == '' and '' or string.format('%d', now_ms + tonumber(ARGV[3]) * 1000)
if not state then
  redis.call('HSET', KEYS[1], 'state', 'starting', 'by', ARGV[2], 'at', string.format('%d', now_ms))
  state = 'new'
end
redis.call('HSET', KEYS[1], 'until', ends)
redis.call('SADD', KEYS[2], ARGV[1])
redis.call('SADD', KEYS[3], ARGV[1])
redis.pcall('PUBLISH', ARGV[4], ARGV[1])
return {'done', state}
