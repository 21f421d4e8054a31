-- A queued job is set aside: no worker takes it until it is released.
local function verb(job, o)
  if job.status ~= 'queued' then
    return 'wrong'
  end
  local held = K.held .. job.queue_name
  local why = unfit('list', held, job.queue, job.intermediate) or unfit('zset', job.executions)
  if why then
    return why
  end
  if pick(job.queue, job.id, o) then
    redis.call('RPUSH', held, job.id)
    return 'done'
  end
  if redis.call('LPOS', held, job.id) then
    return 'held'
  end
  return (runs(job) or redis.call('LPOS', job.intermediate, job.id) or not o.lost) and 'taken' or 'wrong'
end
