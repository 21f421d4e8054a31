-- Take back a note of one's own.
-- KEYS: 1 job, 2 its notes, 3 index of notes
-- ARGV: 1 id of the job, 2 field of its hash that counts them, 3 id of the note, 4 by
local found = redis.call('XRANGE', KEYS[2], ARGV[3], ARGV[3])[1]
if not found then
  return {'missing', ''}
end
local fields = {}
for at = 1, #found[2], 2 do
  fields[found[2][at]] = found[2][at + 1]
end
if fields.by ~= ARGV[4] then
  return {'other', fields.name or ''}
end
redis.call('XDEL', KEYS[2], ARGV[3])
local left = redis.call('XLEN', KEYS[2])
if left == 0 then
  redis.call('DEL', KEYS[2])
  redis.call('ZREM', KEYS[3], ARGV[1])
else
  redis.call('ZINCRBY', KEYS[3], -weight(fields.name or '', fields.text or ''), ARGV[1])
end
-- A field of a hash that is gone would be a job that nobody can delete.
if redis.call('EXISTS', KEYS[1]) == 1 then
  if left == 0 then
    redis.call('HDEL', KEYS[1], ARGV[2])
  else
    redis.call('HSET', KEYS[1], ARGV[2], left)
  end
end
return {'done', ''}
