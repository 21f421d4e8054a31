-- A job that waits for its time, or for other jobs, waits in its queue now, or before its rate limit. Repeats and retries
-- stay, as in RQ. What it depends on is not asked, and no longer queues it: it runs once.
local FROM = {scheduled = 1, deferred = 1, ready_to_enqueue = 1}

local function verb(job, o)
  if not FROM[job.status] then
    return 'wrong'
  end
  if job.queue_name == '' then
    return 'no_queue'
  end
  local place = registry(job, job.status)
  local why = unfit('zset', place) or unfit_to_put(job)
  if why then
    return why
  end
  -- A scheduler that lives may have read it already, and would queue it a second time.
  if due(job) and redis.call('EXISTS', K.lock .. job.queue_name) == 1 then
    return 'due'
  end
  -- RQ writes the status of a retry a moment before its place, and the place of a job that is ready before its status:
  -- the caller looks again.
  if redis.call('ZREM', place, job.id) == 0 and not o.lost then
    return 'nowhere'
  end
  touch_parents(job, false)
  local fields = redis.call('HMGET', job.key, 'enqueue_at_front', 'enqueue_at_front_on_retry', 'ended_at')
  local front = fields[1] == '1' or (fields[2] == '1' and fields[3] and fields[3] ~= '')
  put(job, front, o.stamp)
  -- A job's own time to live counts from when it is queued, as in RQ.
  live_on(job, false)
  return 'done'
end
