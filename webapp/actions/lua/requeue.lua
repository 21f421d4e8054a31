-- Put a failed or stopped job back into its queue, or before its rate limit, in one step. retries_left stays, as in RQ.
-- KEYS: 1 job, 2 dependents, 3 dependencies, 4 executions, 5 queue, 6 set of queues, 7 failed, 8 finished, 9 canceled,
--       and with a rate limit: 10 its waiting jobs, 11 its settings, 12 set of rate limits
-- ARGV: 1 id, 2 status as drawn or '', 3 time as RQ writes it, 4 progress field, with a limit: 5 concurrency, 6 its name
local status = redis.call('HGET', KEYS[1], 'status')
if not status then
  return {'missing', ''}
end
if ARGV[2] ~= '' and ARGV[2] ~= status then
  return {'moved', status}
end
if status ~= 'failed' and status ~= 'stopped' then
  return {'wrong', status}
end
if runs(KEYS[4]) then
  return {'runs', status}
end
for i = 7, 9 do
  redis.call('ZREM', KEYS[i], ARGV[1])
end
redis.call('HDEL', KEYS[1], 'exc_info', ARGV[4])
redis.call('HSET', KEYS[1], 'started_at', '', 'ended_at', '')
-- A failed job has a time to live; one that waits has its own `ttl` or none.
local ttl = tonumber(redis.call('HGET', KEYS[1], 'ttl') or '')
for i = 1, 3 do
  if ttl and ttl > 0 then
    redis.call('EXPIRE', KEYS[i], math.floor(ttl))
  else
    redis.call('PERSIST', KEYS[i])
  end
end
redis.call('SADD', KEYS[6], KEYS[5])
if KEYS[10] then
  redis.call('HSET', KEYS[1], 'status', 'rate_limited', 'enqueue_at_front', '0')
  redis.call('SADD', KEYS[12], ARGV[6])
  redis.call('HSET', KEYS[11], 'concurrency', ARGV[5])
  redis.call('ZADD', KEYS[10], now, ARGV[1])
else
  redis.call('HSET', KEYS[1], 'status', 'queued', 'enqueued_at', ARGV[3])
  redis.call('RPUSH', KEYS[5], ARGV[1])
end
return {'done', status}
