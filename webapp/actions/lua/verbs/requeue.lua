-- A failed or stopped job is back in its queue, or before its rate limit. retries_left stays, as in RQ.
local function verb(job, o)
  if job.status ~= 'failed' and job.status ~= 'stopped' then
    return 'wrong'
  end
  if job.queue_name == '' then
    return 'no_queue'
  end
  local places = {registry(job, 'failed'), registry(job, 'finished'), registry(job, 'canceled')}
  local why = unfit('zset', job.executions, unpack(places)) or unfit_to_put(job) or runs(job) and 'runs'
  if why then
    return why
  end
  for _, place in ipairs(places) do
    if not absent[place] then
      redis.call('ZREM', place, job.id)
    end
  end
  redis.call('HDEL', job.key, 'exc_info', K.progress)
  -- A failed job has a time to live; one that waits has its own `ttl` or none.
  live_on(job, true)
  put(job, false, o.stamp, 'started_at', '', 'ended_at', '')
  return 'done'
end
