-- Jobs of a list change places with each other, all at once or none: at any time the list holds the same jobs.
-- KEYS: 1 lease, 2 operation, 3 list
-- ARGV: 1 owner of the lease, 2 id of the job that cells are counted from, to the left, 3… cell, who stands there, who is to
-- Answers {'done' or 'changed', cells that there are}, or {why not}. 'changed': somebody else stands in one of the cells, or, with
-- -1, that job is not near the end any more.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return {'lost'}
end
local state = redis.call('HGET', KEYS[2], 'state')
if state ~= 'running' then
  return {state or 'gone'}
end
local last = redis.call('LPOS', KEYS[3], ARGV[2], 'RANK', -1, 'MAXLEN', 10000)
if not last then
  return {'changed', -1}
end
for at = 3, #ARGV, 3 do
  local rank = last - tonumber(ARGV[at])
  if rank < 0 or redis.call('LINDEX', KEYS[3], rank) ~= ARGV[at + 1] then
    return {'changed', last + 1}
  end
end
for at = 3, #ARGV, 3 do
  redis.call('LSET', KEYS[3], last - tonumber(ARGV[at]), ARGV[at + 2])
end
return {'done', last + 1}
