-- A part of a list, counted from the job that was its last one: whatever is pushed or popped meanwhile moves nothing.
-- KEYS: 1 list. ARGV: 1 id of that job, 2 first cell (0: that job itself, 1: who stands before it, …), 3 cells
-- Answers ids from right to left; nothing where that job is not near the end any more.
local last = redis.call('LPOS', KEYS[1], ARGV[1], 'RANK', -1, 'MAXLEN', 10000)
if not last then
  return false
end
local stop = last - tonumber(ARGV[2])
if stop < 0 then
  return {}
end
local ids, turned = redis.call('LRANGE', KEYS[1], math.max(0, stop - tonumber(ARGV[3]) + 1), stop), {}
for i = #ids, 1, -1 do
  turned[#turned + 1] = ids[i]
end
return turned
