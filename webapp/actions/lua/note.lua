-- Leave a note on a job. Where there is no room left, notes whose job is gone make some.
-- KEYS: 1 job, 2 its notes, 3 index of notes
-- ARGV: 1 id of the job, 2 field of its hash that counts them, 3 most notes on a job, 4 most jobs with notes,
--       5 most bytes of all, 6 prefix of jobs, 7 prefix of notes, 8 name, 9 by, 10 text
if redis.call('EXISTS', KEYS[1]) == 0 then
  return {'missing', ''}
end
-- Also asks whether the key is a hash at all: nothing may be written then.
redis.call('HGET', KEYS[1], ARGV[2])
local count = redis.call('XLEN', KEYS[2])
if count >= tonumber(ARGV[3]) then
  return {'many', ''}
end
local size = weight(ARGV[8], ARGV[10])
local noted = redis.call('ZRANGE', KEYS[3], 0, -1, 'WITHSCORES')
local jobs, bytes = #noted / 2, 0
for at = 2, #noted, 2 do
  bytes = bytes + tonumber(noted[at])
end
local function full()
  return bytes + size > tonumber(ARGV[5]) or (count == 0 and jobs >= tonumber(ARGV[4]))
end
if full() then
  for at = 1, #noted, 2 do
    if redis.call('EXISTS', ARGV[6] .. noted[at]) == 0 then
      redis.call('DEL', ARGV[7] .. noted[at])
      redis.call('ZREM', KEYS[3], noted[at])
      jobs, bytes = jobs - 1, bytes - tonumber(noted[at + 1])
    end
  end
end
if full() then
  return {'full', ''}
end
local id = redis.call('XADD', KEYS[2], '*', 'name', ARGV[8], 'by', ARGV[9], 'text', ARGV[10])
redis.call('ZINCRBY', KEYS[3], size, ARGV[1])
redis.call('HSET', KEYS[1], ARGV[2], count + 1)
return {'done', id}
