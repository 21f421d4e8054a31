-- KEYS: 1 job, 2 queue, 3 intermediate, 4 executions, 5 dependencies, 6 canceled, 7 scheduled,
--       8… the other sorted sets in which it may wait
-- ARGV: 1 id, 2 status as drawn or '', 3 '1' if it may be in no list at all, 4 prefix of jobs, 5… the statuses that wait
local status = redis.call('HGET', KEYS[1], 'status')
if not status then
  return {'missing', ''}
end
if ARGV[2] ~= '' and ARGV[2] ~= status then
  return {'moved', status}
end
local waits = false
for i = 5, #ARGV do
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
local again = due(status, KEYS[7], ARGV[1])
redis.call('HSET', KEYS[1], 'status', 'canceled')
for i = 7, #KEYS do
  redis.pcall('ZREM', KEYS[i], ARGV[1])
end
touch_parents(KEYS[5], ARGV[4], ARGV[1], true)
redis.call('ZADD', KEYS[6], now, ARGV[1])
return {'done', status, again}
