-- A queued job is set aside: no worker takes it until it is released.
local function verb(job, o)
  if job.status ~= 'queued' then
    return 'wrong'
  end
  -- Held already: it stays where it is.
  if redis.pcall('LPOS', K.held .. job.queue_name, job.id) then
    return 'held'
  end
  local why = unfit('list', K.held .. job.queue_name) or take(job, o)
  if why then
    return why
  end
  redis.call('RPUSH', K.held .. job.queue_name, job.id)
  return 'done'
end
