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
  redis.call('LPUSH', job.queue, job.id)
  return 'done'
end
