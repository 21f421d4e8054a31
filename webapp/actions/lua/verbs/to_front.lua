-- A job that waits is the next of its queue, or of its rate limit; one that waits for its time or for other jobs goes to
-- the front when that has come, as RQ does where it was asked for.
local LATER = {scheduled = 1, deferred = 1, ready_to_enqueue = 1}

local function verb(job, o)
  if LATER[job.status] then
    redis.call('HSET', job.key, 'enqueue_at_front', '1')
    return 'done'
  end
  if job.status == 'rate_limited' and job.limit then
    local why = unfit('zset', job.limit_waiting)
    local first = not why and redis.call('ZRANGE', job.limit_waiting, 0, 0, 'WITHSCORES')
    if why or not redis.call('ZSCORE', job.limit_waiting, job.id) then
      return why or 'wrong'
    end
    redis.call('HSET', job.key, 'enqueue_at_front', '1')
    redis.call('ZADD', job.limit_waiting, tonumber(first[2]) - 1, job.id)
    return 'done'
  end
  if job.status ~= 'queued' then
    return 'wrong'
  end
  local why = unfit('set', K.queues) or take(job, o)
  if why then
    return why
  end
  redis.call('SADD', K.queues, job.queue)
  redis.call('LPUSH', job.stood or job.queue, job.id)
  return 'done'
end
