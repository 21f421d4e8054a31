-- A job that does not run is gone, with every key that RQ and we keep about it; for a while it can be put back.
-- Adds 'kept' and until when (epoch ms), or 'gone' and, with o.files, its payload: that names its uploads.

-- The id is in no sorted set any more; where it was, with its score.
local function leave_sets(job)
  local places = {}
  for name, key in pairs(sets_of(job)) do
    local score = redis.pcall('ZSCORE', key, job.id)
    if type(score) == 'string' then
      redis.call('ZREM', key, job.id)
      places[#places + 1] = {name, score}
    end
  end
  if job.limit then
    local slot = redis.pcall('ZSCORE', K.limit .. job.limit .. ':allowed', job.id)
    if type(slot) == 'string' then
      -- RQ's own call frees it.
      places[#places + 1] = {'slot', slot}
    end
  end
  return places
end

-- The id is in the set of no parent and no group any more; where it was.
local function leave_families(job, places)
  for _, parent in ipairs(touch_parents(job, false)) do
    places[#places + 1] = {'dependent', parent}
  end
  if job.group ~= '' and redis.pcall('SREM', K.group .. job.group, job.id) == 1 then
    places[#places + 1] = {'group'}
  end
end

local function verb(job, o)
  -- A worker that runs it would write the job anew when it ends.
  if job.status == 'started' then
    return 'wrong'
  end
  local why = unfit('zset', job.executions, registry(job, 'scheduled')) or runs(job) and 'runs'
    or job.status == 'queued' and take(job, o)
  if why then
    return why
  end
  local again = due(job)
  local parts = there(job.id)
  local kept = has_room(job, o)
  local data = not kept and o.files and redis.call('HGET', job.key, 'data') or ''
  -- pcall: a key of the wrong type next to the job must not leave it half deleted.
  if not o.side then
    redis.pcall('LREM', job.queue, 0, job.id)
    redis.pcall('LREM', job.intermediate, 0, job.id)
  end
  for _, execution in ipairs(redis.call('ZRANGE', job.executions, 0, -1)) do
    redis.pcall('ZREM', registry(job, 'started'), job.id .. ':' .. execution)
    redis.pcall('DEL', K.execution .. job.id .. ':' .. execution)
  end
  local places = leave_sets(job)
  leave_families(job, places)
  if job.place then
    places[#places + 1] = named(job, job.place)
  end
  redis.call('DEL', job.executions, job.intermediate .. ':first_seen:' .. job.id)
  if kept then
    throw(job.id, parts, places, o)
    return 'done', 'kept ' .. string.format('%d', now_ms + o.trash.life), again
  end
  for _, part in pairs(parts) do
    redis.call('DEL', part[1])
  end
  return 'done', 'gone ' .. data, again
end
