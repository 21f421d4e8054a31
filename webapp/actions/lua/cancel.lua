-- KEYS: 1 job, 2 queue, 3 intermediate, 4 executions, 5 canceled, 6… the sorted sets in which it may wait
-- ARGV: 1 id, 2 status as drawn or '', 3 '1' if it may be in no list at all, 4… the statuses that wait
local status = redis.call('HGET', KEYS[1], 'status')
if not status then
  return {'missing', ''}
end
if ARGV[2] ~= '' and ARGV[2] ~= status then
  return {'moved', status}
end
local waits = false
for i = 4, #ARGV do
  waits = waits or ARGV[i] == status
end
if not waits then
  return {'wrong', status}
end
if status == 'queued' then
  local why = take(KEYS[2], KEYS[3], KEYS[4], ARGV[1], ARGV[3])
  if why then
    return {why, status}
  end
end
redis.call('HSET', KEYS[1], 'status', 'canceled')
for i = 6, #KEYS do
  redis.pcall('ZREM', KEYS[i], ARGV[1])
end
redis.call('ZADD', KEYS[5], now, ARGV[1])
return {'done', status}
