-- A scheduled job waits in its queue now, or before its rate limit. Repeats and retries stay, as in RQ.
local function verb(job, o)
  if job.status ~= 'scheduled' then
    return 'wrong'
  end
  if job.queue_name == '' then
    return 'no_queue'
  end
  local scheduled = registry(job, 'scheduled')
  local why = unfit('zset', scheduled) or unfit_to_put(job)
  if why then
    return why
  end
  -- A scheduler that lives may have read it already, and would queue it a second time.
  if due(job) and redis.call('EXISTS', K.lock .. job.queue_name) == 1 then
    return 'due'
  end
  -- RQ writes the status of a retry a moment before its place: the caller looks again.
  if redis.call('ZREM', scheduled, job.id) == 0 and not o.lost then
    return 'nowhere'
  end
  local fields = redis.call('HMGET', job.key, 'enqueue_at_front', 'enqueue_at_front_on_retry', 'ended_at')
  local front = fields[1] == '1' or (fields[2] == '1' and fields[3] and fields[3] ~= '')
  put(job, front, o.stamp)
  -- A job's own time to live counts from when it is queued, as in RQ.
  live_on(job, false)
  return 'done'
end
