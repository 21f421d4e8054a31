-- A job that does not run is gone, with every key that RQ and we keep about it.
local REGISTRIES = {'finished', 'failed', 'deferred', 'scheduled', 'canceled', 'ready_to_enqueue'}

local function verb(job, o)
  -- A worker that runs it would write the job anew when it ends.
  if job.status == 'started' then
    return 'wrong'
  end
  local why = unfit('zset', job.executions, registry(job, 'scheduled')) or runs(job) and 'runs'
    or job.status == 'queued' and take(job, o)
  if why then
    return why
  end
  local again = due(job)
  local data = o.files and redis.call('HGET', job.key, 'data')
  -- pcall: a key of the wrong type next to the job must not leave it half deleted.
  if not o.once then
    redis.pcall('LREM', job.queue, 0, job.id)
    redis.pcall('LREM', job.intermediate, 0, job.id)
  end
  for _, execution in ipairs(redis.call('ZRANGE', job.executions, 0, -1)) do
    redis.pcall('ZREM', registry(job, 'started'), job.id .. ':' .. execution)
    redis.pcall('DEL', K.execution .. job.id .. ':' .. execution)
  end
  touch_parents(job, false)
  if job.group ~= '' then
    redis.pcall('SREM', K.group .. job.group, job.id)
  end
  for _, status in ipairs(REGISTRIES) do
    redis.pcall('ZREM', registry(job, status), job.id)
  end
  if job.limit then
    redis.pcall('ZREM', job.limit_waiting, job.id)
  end
  redis.pcall('ZREM', K.log_index, job.id)
  local first_seen = job.intermediate .. ':first_seen:' .. job.id
  redis.call('DEL', job.key, job.executions, job.dependencies, job.dependents, K.results .. job.id, K.log .. job.id, first_seen)
  return 'done', data, again
end
