-- Put a scheduled job into its queue now, or before its rate limit, in one step. Repeats and retries stay, as in RQ.
-- KEYS: 1 job, 2 dependents, 3 dependencies, 4 scheduled, 5 lock of the queue's scheduler, 6 queue, 7 set of queues,
--       and with a rate limit: 8 its waiting jobs, 9 its settings, 10 set of rate limits
-- ARGV: 1 id, 2 status as drawn or '', 3 '1' if it may be in no list at all, 4 time as RQ writes it,
--       with a limit: 5 concurrency, 6 its name
local status = redis.call('HGET', KEYS[1], 'status')
if not status then
  return {'missing', ''}
end
if ARGV[2] ~= '' and ARGV[2] ~= status then
  return {'moved', status}
end
if status ~= 'scheduled' then
  return {'wrong', status}
end
-- A scheduler that lives may have read it already, and would queue it a second time.
if due(status, KEYS[4], ARGV[1]) == '1' and redis.call('EXISTS', KEYS[5]) == 1 then
  return {'due', status}
end
-- RQ writes the status of a retry a moment before its place: the caller looks again.
if redis.call('ZREM', KEYS[4], ARGV[1]) == 0 and ARGV[3] ~= '1' then
  return {'nowhere', status}
end
local fields = redis.call('HMGET', KEYS[1], 'enqueue_at_front', 'enqueue_at_front_on_retry', 'ended_at')
local front = fields[1] == '1' or (fields[2] == '1' and fields[3] and fields[3] ~= '')
redis.call('SADD', KEYS[7], KEYS[6])
if KEYS[8] then
  redis.call('HSET', KEYS[1], 'status', 'rate_limited', 'enqueue_at_front', front and '1' or '0')
  redis.call('SADD', KEYS[10], ARGV[6])
  redis.call('HSET', KEYS[9], 'concurrency', ARGV[5])
  redis.call('ZADD', KEYS[8], now, ARGV[1])
else
  redis.call('HSET', KEYS[1], 'status', 'queued', 'enqueued_at', ARGV[4])
  redis.call(front and 'LPUSH' or 'RPUSH', KEYS[6], ARGV[1])
end
-- A job's own time to live counts from when it is queued, as in RQ.
local ttl = tonumber(redis.call('HGET', KEYS[1], 'ttl') or '')
if ttl and ttl > 0 then
  for i = 1, 3 do
    redis.call('EXPIRE', KEYS[i], math.floor(ttl))
  end
end
return {'done', status}
