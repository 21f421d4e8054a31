-- Hide a cause of failure. Mutes that are over, and what is none of ours, make room.
-- KEYS: 1 mutes
-- ARGV: 1 id of the cause, 2 its mute as JSON, 3 how many there may be
local left = 0
local stored = redis.call('HGETALL', KEYS[1])
for at = 1, #stored, 2 do
  local sound, mute = pcall(cjson.decode, stored[at + 1])
  local ends = sound and type(mute) == 'table' and mute['until']
  local over = not sound or type(mute) ~= 'table' or (type(ends) == 'number' and ends <= now * 1000)
  if over then
    redis.call('HDEL', KEYS[1], stored[at])
  elseif stored[at] ~= ARGV[1] then
    left = left + 1
  end
end
if left >= tonumber(ARGV[3]) then
  return {'full', ''}
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return {'done', ''}
