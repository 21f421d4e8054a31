-- A queued job is set aside: no worker takes it until it is released.
local function verb(job, o)
  if job.status ~= 'queued' then
    return 'wrong'
  end
  local name = job.queue_name
  local held, parked, resuming = K.held .. name, K.parked .. name, K.resuming .. name
  local why = unfit('list', held, job.queue, job.intermediate, parked, resuming) or unfit('zset', job.executions)
    or unfit('hash', K.hold .. name)
  if why then
    return why
  end
  if pick(job.queue, job.id, o) or pick(parked, job.id, o) or pick(resuming, job.id, o) then
    redis.call('RPUSH', held, job.id)
    redis.call('HSET', K.hold .. name, 'at', string.format('%d', now_ms))
    redis.call('HDEL', K.hold .. name, 'by')
    redis.call('SADD', K.aside, name)
    return 'done'
  end
  if redis.call('LPOS', held, job.id) then
    return 'held'
  end
  return (runs(job) or redis.call('LPOS', job.intermediate, job.id) or not o.lost) and 'taken' or 'wrong'
end
