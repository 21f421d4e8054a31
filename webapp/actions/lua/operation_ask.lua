-- Ask for an operation. The oldest ones that have ended make room for it.
-- KEYS: 1 operations, 2 the new operation, 3 the delete that it undoes
-- ARGV: 1 id, 2 most, 3 most that have not ended, 4 time to live, 5 prefix of operations, 6 prefix of their jobs,
--       7 channel of the bell, 8… fields and values
if KEYS[3] then
  local undone = redis.call('HMGET', KEYS[3], 'verb', 'state', 'undo_until', 'undone_by')
  if not undone[2] then
    return {'missing'}
  elseif undone[1] ~= 'delete' then
    return {'wrong'}
  elseif undone[4] then
    return {'undone'}
  elseif not undone[3] then
    return {'runs'}
  elseif tonumber(undone[3]) <= now_ms then
    return {'over'}
  end
end
local ENDED = {done = true, canceled = true, failed = true}
local kept, over = 0, {}
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  local state = redis.call('HGET', ARGV[5] .. id, 'state')
  if not state then
    redis.call('ZREM', KEYS[1], id)
  else
    kept = kept + 1
    if ENDED[state] then
      over[#over + 1] = id
    end
  end
end
if not KEYS[3] and kept - #over >= tonumber(ARGV[3]) then
  return {'full'}
end
for i = 1, kept + 1 - tonumber(ARGV[2]) do
  redis.call('UNLINK', ARGV[5] .. over[i], ARGV[6] .. over[i])
  redis.call('ZREM', KEYS[1], over[i])
end
if KEYS[3] then
  redis.call('HSET', KEYS[3], 'undone_by', ARGV[1])
end
redis.call('HSET', KEYS[2], 'asked_at', string.format('%d', now_ms), unpack(ARGV, 8))
redis.call('EXPIRE', KEYS[2], ARGV[4])
redis.call('ZADD', KEYS[1], now_ms, ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.pcall('PUBLISH', ARGV[7], ARGV[1])
return {'done'}
