-- Remove a job that does not run, and every key that RQ and we keep about it.
-- KEYS: 1 job, 2 queue, 3 intermediate, 4 executions, 5 started, 6 dependencies, 7-10 more keys of this job alone,
--       11 scheduled, 12… the other sorted sets that name it
-- ARGV: 1 id, 2 status as drawn or '', 3 '1' if it may be in no list at all, 4 prefix of jobs, 5 prefix of executions,
--       6 its group's key or ''
if redis.call('EXISTS', KEYS[1]) == 0 then
  return {'missing', ''}
end
local status = redis.call('HGET', KEYS[1], 'status') or ''
if ARGV[2] ~= '' and ARGV[2] ~= status then
  return {'moved', status}
end
-- A worker that runs it would write the job anew when it ends.
if status == 'started' then
  return {'wrong', status}
end
if runs(KEYS[4]) then
  return {'runs', status}
end
if status == 'queued' then
  local why = take(KEYS[2], KEYS[3], KEYS[4], ARGV[1], ARGV[3])
  if why then
    return {why, status}
  end
end
local again = due(status, KEYS[11], ARGV[1])
-- pcall: a key of the wrong type next to the job must not leave it half deleted.
redis.pcall('LREM', KEYS[2], 0, ARGV[1])
redis.pcall('LREM', KEYS[3], 0, ARGV[1])
for _, execution in ipairs(redis.call('ZRANGE', KEYS[4], 0, -1)) do
  redis.pcall('ZREM', KEYS[5], ARGV[1] .. ':' .. execution)
  redis.pcall('DEL', ARGV[5] .. ARGV[1] .. ':' .. execution)
end
touch_parents(KEYS[6], ARGV[4], ARGV[1], false)
if ARGV[6] ~= '' then
  redis.pcall('SREM', ARGV[6], ARGV[1])
end
for i = 11, #KEYS do
  redis.pcall('ZREM', KEYS[i], ARGV[1])
end
redis.call('DEL', KEYS[1], KEYS[4], unpack(KEYS, 6, 10))
return {'done', status, again}
