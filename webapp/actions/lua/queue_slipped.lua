-- Note runs of a paused queue that began since it was paused: those named, and those that there are.
-- KEYS: 1 pause, 2 started, 3 slipped
-- ARGV: 1 how many are told apart, 2… runs
local before = redis.call('HGET', KEYS[1], 'before')
if not before then
  return {'wrong', 0}
end
local known = {}
for _, run in ipairs(cjson.decode(before)) do
  known[run] = true
end
local count = redis.call('SCARD', KEYS[3])
local function note(run)
  if not known[run] and count < tonumber(ARGV[1]) then
    count = count + redis.call('SADD', KEYS[3], run)
  end
end
for i = 2, #ARGV do
  note(ARGV[i])
end
for _, run in ipairs(redis.call('ZRANGE', KEYS[2], -tonumber(ARGV[1]), -1)) do
  note(run)
end
return {'done', count}
