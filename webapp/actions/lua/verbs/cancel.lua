-- A job that waits is canceled.
local WAITS = {created = 1, scheduled = 1, deferred = 1, rate_limited = 1, ready_to_enqueue = 1, queued = 1}

local function verb(job, o)
  if not WAITS[job.status] then
    if o.again and job.status ~= 'canceled' then
      -- The scheduler was faster, and wrote over the cancel: the job is not canceled, and must not be listed so.
      redis.pcall('ZREM', registry(job, 'canceled'), job.id)
    end
    return 'wrong'
  end
  local canceled, scheduled = registry(job, 'canceled'), registry(job, 'scheduled')
  local why = unfit('zset', canceled, scheduled) or job.status == 'queued' and take(job, o)
  if why then
    return why
  end
  local again = due(job)
  redis.call('HSET', job.key, 'status', 'canceled')
  redis.call('ZREM', scheduled, job.id)
  redis.pcall('ZREM', registry(job, 'deferred'), job.id)
  redis.pcall('ZREM', registry(job, 'ready_to_enqueue'), job.id)
  if job.limit then
    redis.pcall('ZREM', job.limit_waiting, job.id)
  end
  touch_parents(job, true)
  redis.call('ZADD', canceled, now, job.id)
  return 'done', nil, again
end
