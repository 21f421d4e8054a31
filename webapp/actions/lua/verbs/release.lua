-- A job that was set aside is the next of its queue. Many are released from the last one on: they keep their order.
local function verb(job, o)
  local held = K.held .. job.queue_name
  if job.status ~= 'queued' then
    return 'wrong'
  end
  local why = unfit('list', held, job.queue) or unfit('set', K.queues)
  if why then
    return why
  end
  if redis.call('LREM', held, o.side or 0, job.id) == 0 then
    return 'not_held'
  end
  redis.call('SADD', K.queues, job.queue)
  -- In a paused queue it is parked, as the next of those.
  local paused = redis.call('EXISTS', K.pause .. job.queue_name) == 1
  redis.call('LPUSH', paused and K.parked .. job.queue_name or job.queue, job.id)
  if not paused and redis.call('EXISTS', held, K.parked .. job.queue_name) == 0 then
    redis.call('DEL', K.hold .. job.queue_name)
    redis.call('SREM', K.aside, job.queue_name)
  end
  return 'done'
end
