-- The parkers of a queue stand in line: it is paused from now on, and the runs that there are began before.
-- KEYS: 1 pause, 2 started
-- ARGV: 1 runs told apart
if redis.call('HGET', KEYS[1], 'state') ~= 'starting' then
  return {'wrong', ''}
end
local at = string.format('%d', now_ms)
local runs = redis.call('ZRANGE', KEYS[2], -tonumber(ARGV[1]), -1)
redis.call('HSET', KEYS[1], 'state', 'paused', 'at', at, 'before', cjson.encode(runs))
return {'done', at}
