-- Kill the run of one job, if it is what the worker runs now: the command itself names no job, and hits whatever runs
-- when it is heard. Answers {word, status of the job, how many heard it, or what runs instead}.
-- Never twice within seconds: a run that dies is the worker's until it has written that, and a second command would
-- be heard when the next one runs.
-- KEYS: 1 worker, 2 its executions (RQ 3), 3 job, 4 executions of the job, 5 list of workers, 6 mark that it was told
-- ARGV: 1 worker, 2 job, 3 member of that list, 4 prefix of execution keys, 5 command channel, 6 the command,
--       7 time to live of the mark, 8 seconds of a run that may be killed
if redis.call('EXISTS', KEYS[1]) == 0 and redis.call('SISMEMBER', KEYS[5], ARGV[3]) == 0 then
  return {'missing', ''}
end
local status = redis.call('HGET', KEYS[3], 'status') or ''

-- Seconds since this worker took the job, by its own clock; nil where that is not known.
local function age()
  local youngest
  for _, execution in ipairs(redis.call('ZRANGE', KEYS[4], 0, -1)) do
    local fields = redis.call('HMGET', ARGV[4] .. ARGV[2] .. ':' .. execution, 'worker_name', 'created_at')
    local at = fields[1] == ARGV[1] and tonumber(fields[2])
    if at and (not youngest or at > youngest) then
      youngest = at
    end
  end
  local time = redis.call('TIME')
  return youngest and time[1] + time[2] / 1e6 - youngest
end

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
-- A clock that is ahead gives no age: then nothing can be said.
local old = age()
if old and old > -1 and old < tonumber(ARGV[8]) then
  return {'young', status, 0, ''}
end
if redis.call('GET', KEYS[6]) == ARGV[2] then
  return {'told', status, 0, ''}
end
local heard = redis.call('PUBLISH', ARGV[5], ARGV[6])
if heard > 0 then
  redis.call('SET', KEYS[6], ARGV[2], 'EX', ARGV[7])
end
return {'done', status, heard, ''}
