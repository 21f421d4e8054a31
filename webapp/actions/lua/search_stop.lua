-- Have a search stopped by whoever runs it; one that nobody has taken up is stopped at once.
-- KEYS: 1 search
-- ARGV: 1 id, 2 channel of the bell
local state = redis.call('HGET', KEYS[1], 'state')
if not state then
  return {'missing', ''}
end
if state == 'running' then
  redis.call('HSET', KEYS[1], 'stop', '1')
elseif state == 'waiting' then
  local time = redis.call('TIME')
  local at = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('HSET', KEYS[1], 'stop', '1', 'state', 'stopped', 'ended_at', string.format('%d', at))
end
redis.pcall('PUBLISH', ARGV[2], ARGV[1])
return {'done', state}
