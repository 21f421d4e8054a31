-- Ask for a search. The oldest ones that have ended make room for it.
-- KEYS: 1 searches, 2 the new search
-- ARGV: 1 id, 2 query, 3 actor, 4 most, 5 time to live, 6 prefix of searches, 7 prefix of hits, 8 channel of the bell,
-- 9 rights of who asks, empty where they cover all
local time = redis.call('TIME')
local at = time[1] * 1000 + math.floor(time[2] / 1000)
local ended = {done = true, full = true, stopped = true, failed = true}
local kept, over = {}, {}
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  local state = redis.call('HGET', ARGV[6] .. id, 'state')
  if not state then
    redis.call('ZREM', KEYS[1], id)
  else
    kept[#kept + 1] = id
    if ended[state] then
      over[#over + 1] = id
    end
  end
end
local excess = #kept + 1 - tonumber(ARGV[4])
if excess > #over then
  return {'full', ''}
end
for i = 1, excess do
  redis.call('DEL', ARGV[6] .. over[i], ARGV[7] .. over[i])
  redis.call('ZREM', KEYS[1], over[i])
end
redis.call('HSET', KEYS[2], 'query', ARGV[2], 'actor', ARGV[3], 'state', 'waiting', 'asked_at', string.format('%d', at))
if ARGV[9] ~= '' then
  redis.call('HSET', KEYS[2], 'rights', ARGV[9])
end
redis.call('EXPIRE', KEYS[2], ARGV[5])
redis.call('ZADD', KEYS[1], at, ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[5])
redis.pcall('PUBLISH', ARGV[8], ARGV[1])
return {'done', ''}
