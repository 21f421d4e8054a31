-- A job that does not run belongs to another queue, in the status that it has, at the end of the other queue's list.
local LISTED = {'finished', 'failed', 'deferred', 'scheduled', 'canceled'}

local function verb(job, o)
  -- One that is ready to enqueue is in the hands of a worker, for a moment.
  if job.status == 'started' or job.status == 'ready_to_enqueue' then
    return 'wrong'
  end
  if job.queue_name == o.queue then
    return 'same_queue'
  end
  local queue, held = K.queue .. o.queue, K.held .. o.queue
  local why = unfit('list', queue, held) or unfit('set', K.queues) or unfit('zset', job.executions)
  for _, status in ipairs(LISTED) do
    why = why or unfit('zset', registry(job, status), K[status] .. o.queue)
  end
  why = why or runs(job) and 'runs'
  -- A scheduler that lives may have read it already, and would queue it where it was.
  why = why or due(job) and redis.call('EXISTS', K.lock .. job.queue_name) == 1 and 'due'
  why = why or job.status == 'queued' and take(job, o)
  if why then
    return why
  end
  for _, status in ipairs(LISTED) do
    local score = not absent[registry(job, status)] and redis.call('ZSCORE', registry(job, status), job.id)
    if score then
      redis.call('ZREM', registry(job, status), job.id)
      redis.call('ZADD', K[status] .. o.queue, score, job.id)
    end
  end
  redis.call('HSET', job.key, 'origin', o.queue)
  make_known(queue)
  touch_parents(job, true)
  if job.status == 'queued' then
    redis.call('RPUSH', job.was_held and held or queue, job.id)
  end
  return 'done'
end
