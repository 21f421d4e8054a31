-- Let RQ forget a queue that nobody listens to and that no list names a job of.
-- KEYS: 1 set of queues, 2 queue, 3 held, 4 parked, 5 pause, 6 intermediate, 7 started, 8 set of its workers,
--       9 names of queues with jobs set aside, 10… the other registries, finished first
-- ARGV: 1 name of the queue, 2… the words of the registries in their order
if redis.call('SISMEMBER', KEYS[1], KEYS[2]) == 0 then
  return {'missing', ''}
end
for i, what in ipairs({'queued', 'held', 'parked', 'parked', 'taken'}) do
  if redis.call('EXISTS', KEYS[i + 1]) == 1 then
    return {'keeps', what}
  end
end
if redis.call('ZCARD', KEYS[7]) > 0 then
  return {'keeps', 'started'}
end
-- What has expired stays listed until a worker sweeps.
if redis.call('ZCOUNT', KEYS[10], '(' .. now, '+inf') > 0 then
  return {'keeps', ARGV[2]}
end
for i = 11, #KEYS do
  if redis.call('ZCARD', KEYS[i]) > 0 then
    return {'keeps', ARGV[i - 8]}
  end
end
-- A worker that was killed is listed until its hash expires.
for _, worker in ipairs(redis.call('SMEMBERS', KEYS[8])) do
  if redis.call('EXISTS', worker) == 1 then
    return {'keeps', 'workers'}
  end
end
redis.call('SREM', KEYS[1], KEYS[2])
redis.call('DEL', KEYS[8], KEYS[10])
redis.call('SREM', KEYS[9], ARGV[1])
return {'done', ''}
