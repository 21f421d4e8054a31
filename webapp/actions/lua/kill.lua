-- Kill the run of one job, if it is what the worker runs now: the command itself names no job, and hits whatever runs
-- when it is heard. Answers {word, status of the job, how many heard it, or what runs instead}.
-- KEYS: 1 worker, 2 its executions (RQ 3), 3 job, 4 executions of the job, 5 list of workers
-- ARGV: 1 worker, 2 job, 3 member of that list, 4 prefix of execution keys, 5 command channel, 6 the command
if redis.call('EXISTS', KEYS[1]) == 0 and redis.call('SISMEMBER', KEYS[5], ARGV[3]) == 0 then
  return {'missing', ''}
end
local status = redis.call('HGET', KEYS[3], 'status') or ''

-- Whether the worker runs the job; else what it runs, where that is known.
local function runs_it()
  local other
  for _, run in ipairs(redis.call('SMEMBERS', KEYS[2])) do
    other = string.match(run, '^(.*):[^:]*$') or run
    if other == ARGV[2] then
      return true
    end
  end
  -- RQ 2 has no such set, and names the job in the worker's hash.
  other = other or redis.call('HGET', KEYS[1], 'current_job')
  if other then
    return other == ARGV[2], other
  end
  for _, execution in ipairs(redis.call('ZRANGE', KEYS[4], 0, -1)) do
    if redis.call('HGET', ARGV[4] .. ARGV[2] .. ':' .. execution, 'worker_name') == ARGV[1] then
      return true
    end
  end
  return false
end

local mine, other = runs_it()
if not mine then
  return {other and 'other' or 'idle', status, 0, other or ''}
end
if status ~= 'started' then
  return {'wrong', status, 0, ''}
end
return {'done', status, redis.call('PUBLISH', ARGV[5], ARGV[6]), ''}
