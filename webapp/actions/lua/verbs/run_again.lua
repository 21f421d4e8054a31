-- A new job with the payload, queue and lifetimes of this one, which stays as it is. The payload is copied, never read.
-- Where `o.new_id` exists already, nothing is done. `o.data`: another payload.
local STAYS = {queued = 1, scheduled = 1, deferred = 1, rate_limited = 1, ready_to_enqueue = 1, created = 1, finished = 1,
  failed = 1, stopped = 1, canceled = 1}

local function verb(job, o)
  if not STAYS[job.status] then
    return 'wrong'
  end
  if job.queue_name == '' then
    return 'no_queue'
  end
  local why = unfit('zset', job.executions) or unfit_to_put(job) or runs(job) and 'runs'
  if why then
    return why
  end
  if redis.call('HSTRLEN', job.key, 'data') == 0 then
    return 'no_payload'
  end
  local again = {id = o.new_id, queue = job.queue, queue_name = job.queue_name, limit = job.limit,
    concurrency = job.concurrency, ttl = job.ttl, limit_waiting = job.limit_waiting}
  again.key = K.job .. again.id
  again.dependents, again.dependencies = again.key .. ':dependents', K.dependencies .. again.id .. ':dependencies'
  if redis.call('EXISTS', again.key) == 1 then
    return 'exists'
  end
  local values, fields = redis.call('HMGET', job.key, unpack(o.copied)), {}
  for i, name in ipairs(o.copied) do
    if values[i] then
      fields[#fields + 1], fields[#fields + 2] = name, values[i]
      if name == o.meta_field then
        fields[#fields + 1], fields[#fields + 2] = 'meta', values[i]
      end
    end
  end
  for name, value in pairs(o.fields) do
    fields[#fields + 1], fields[#fields + 2] = name, value
  end
  local submitted = cjson.decode(o.submitted)
  submitted.again_of = job.id
  if o.data then
    fields[#fields + 1], fields[#fields + 2] = 'data', o.data
  end
  redis.call('HSET', again.key, 'created_at', o.stamp, o.submitted_field, cjson.encode(submitted), unpack(fields))
  put(again, false, o.stamp)
  redis.call('HDEL', again.key, 'enqueue_at_front')
  live_on(again, false)
  return 'done'
end
