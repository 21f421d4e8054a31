-- Ask a `make run` to start workers, or something of one that it started. Nothing is asked of one that gives no sign.
-- KEYS: 1 supervisors, 2 its added workers, 3 what it is asked
-- ARGV: 1 its id, 2 silence after which it is gone (ms), 3 most workers, 4 time to live of 2, 5 most requests,
--       6 id of the worker or '' for new ones, then for each request: its JSON, and for a new worker its id and value
local time = redis.call('TIME')
local at = time[1] * 1000 + math.floor(time[2] / 1000)
local sound, beat = pcall(cjson.decode, redis.call('HGET', KEYS[1], ARGV[1]) or '')
if not sound or type(beat) ~= 'table' or at - (tonumber(beat.at) or 0) > tonumber(ARGV[2]) then
  return {'gone', ''}
end
if ARGV[6] ~= '' then
  if redis.call('HEXISTS', KEYS[2], ARGV[6]) == 0 then
    return {'missing', ''}
  end
  if redis.call('LLEN', KEYS[3]) < tonumber(ARGV[5]) then
    redis.call('RPUSH', KEYS[3], ARGV[7])
    redis.call('EXPIRE', KEYS[3], 60)
  end
  return {'done', ''}
end
local living = {asked = true, running = true, ending = true, killing = true, waiting = true}
local count = 0
for _, stored in ipairs(redis.call('HVALS', KEYS[2])) do
  local known, worker = pcall(cjson.decode, stored)
  if known and type(worker) == 'table' and living[worker.state] then
    count = count + 1
  end
end
if count + (#ARGV - 6) / 3 > tonumber(ARGV[3]) then
  return {'full', tostring(count)}
end
for index = 7, #ARGV, 3 do
  redis.call('HSET', KEYS[2], ARGV[index + 1], ARGV[index + 2])
  redis.call('RPUSH', KEYS[3], ARGV[index])
end
redis.call('EXPIRE', KEYS[2], ARGV[4])
redis.call('EXPIRE', KEYS[3], 60)
return {'done', ''}
