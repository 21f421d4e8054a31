-- One job, and what the verbs share. A verb is a function of a job and options. It answers a word, and may add a text, and that
-- the caller is to look again.
-- It checks the types of all keys that it is going to write before it writes the first.
-- `o.lost` is true once the caller has waited: a job that is in no list is then held by no worker.
-- `o.side` is 1 or -1 where the job stands in its list once, and the jobs of this script are taken from the head on, or
-- from the end. `o.again`: this is the second look at a job that was due. `o.is_held`: in the list of those that are set aside.

local from_trash = false
local FIELDS = {'status', 'origin', 'group_id', 'rate_limit_key', 'rate_limit_concurrency', 'ttl'}

-- The job of this id; nil where there is none. A key of another type under its name is no job. `lies`: the key in which
-- its hash lies now, where that is not its own.
local function load(id, lies)
  local key = K.job .. id
  local said = redis.pcall('HMGET', lies or key, unpack(FIELDS))
  if said.err or (not (said[1] or said[2] or said[3] or said[4] or said[5]) and redis.call('EXISTS', lies or key) == 0) then
    return nil
  end
  local job = {id = id, key = key, status = said[1] or '', queue_name = said[2] or '', group = said[3] or '', ttl = tonumber(said[6] or '')}
  local most = tonumber(said[5] or '')
  if said[4] and said[4] ~= '' and most and most >= 1 then
    job.limit, job.concurrency = said[4], math.floor(most)
    job.limit_waiting = K.limit .. said[4] .. ':rate_limited'
  end
  job.queue = K.queue .. job.queue_name
  job.intermediate = job.queue .. ':intermediate'
  job.executions = K.executions .. id
  job.dependents = key .. ':dependents'
  job.dependencies = K.dependencies .. id .. ':dependencies'
  return job
end

-- The registry of its queue for jobs of this status.
local function registry(job, status)
  return K[status] .. job.queue_name
end

-- Whether the job is no longer what it was when somebody decided. RQ gives a slot whenever one is free: that is no move.
local function moved(job, drawn)
  return drawn ~= '' and drawn ~= job.status and not (drawn == 'rate_limited' and job.status == 'queued')
end

-- 'wrong_type' where a key is neither of this type nor absent. Asked once: within a script nobody else writes.
-- `absent`: keys that were not there then; what a verb only takes out of needs no second look.
local fits, absent = {}, {}
local function unfit(kind, ...)
  for _, key in ipairs({...}) do
    if fits[key] ~= kind then
      local found = redis.call('TYPE', key).ok
      if found ~= kind and found ~= 'none' then
        return 'wrong_type'
      end
      fits[key], absent[key] = kind, found == 'none'
    end
  end
end

-- Whether a run may still live: the deadline of its heartbeat is not over (RQ adds a minute to it).
local function runs(job)
  return redis.call('ZCOUNT', job.executions, '(' .. now, '+inf') > 0
end

-- The lists of its queue's jobs that are held, parked, and on their way back.
local function aside(job)
  return {K.held .. job.queue_name, K.parked .. job.queue_name, K.resuming .. job.queue_name}
end

-- Take a queued job out of its queue, or out of the lists of those held and parked; nil, or why not. A worker that has
-- popped the id has not written "started" yet, and would run the job whatever its hash says.
local function take(job, o)
  local held, parked, resuming = unpack(aside(job))
  local wrong = unfit('list', job.queue, job.intermediate, held, parked, resuming) or unfit('zset', job.executions)
  if wrong then
    return wrong
  end
  for _, list in ipairs({o.is_held and held or job.queue, o.is_held and job.queue or held, parked, resuming}) do
    local place = pick(list, job.id, o)
    if place then
      job.stood, job.was_held = list, list == held
      job.place = place
      return nil
    end
  end
  if runs(job) or redis.call('LPOS', job.intermediate, job.id) then
    return 'taken'
  end
  if not o.lost then
    return 'nowhere'
  end
  return nil
end

-- Whether RQ's scheduler may be about to queue the job: it reads jobs that are due, and writes them some time
-- later, whatever has become of them meanwhile. The caller looks again.
local function due(job)
  local score = job.status == 'scheduled' and redis.call('ZSCORE', registry(job, 'scheduled'), job.id)
  return score and tonumber(score) <= now + 1
end

-- The sets of dependents that name this job change, as far as WATCH can tell: a worker that ends a parent right now, and
-- has read that this job waits, starts over instead of queueing it. Answers whose sets named it.
local function touch_parents(job, keep)
  local parents = redis.pcall('SMEMBERS', job.dependencies)
  local found = {}
  for _, parent in ipairs(parents.err and {} or parents) do
    local dependents = K.job .. parent .. ':dependents'
    if redis.pcall('SREM', dependents, job.id) == 1 then
      found[#found + 1] = parent
      if keep then
        redis.call('SADD', dependents, job.id)
      end
    end
  end
  return found
end

-- What `put` writes to must be of the right type.
local function unfit_to_put(job)
  return unfit('list', job.queue) or unfit('set', K.queues)
    or job.limit and (unfit('zset', job.limit_waiting) or unfit('set', K.limits) or unfit('hash', K.limit .. job.limit))
end

-- RQ knows the queue. Said once: within a script nobody else forgets it.
local known_queues = {}
local function make_known(queue)
  if not known_queues[queue] then
    redis.call('SADD', K.queues, queue)
    known_queues[queue] = true
  end
end

-- Put a job into its queue, at the front or the back, or before its rate limit. What follows: fields and values that its
-- hash gets besides.
local function put(job, front, stamp, ...)
  make_known(job.queue)
  if job.limit then
    redis.call('HSET', job.key, 'status', 'rate_limited', 'enqueue_at_front', front and '1' or '0', ...)
    redis.call('SADD', K.limits, job.limit)
    redis.call('HSET', K.limit .. job.limit, 'concurrency', job.concurrency)
    redis.call('ZADD', job.limit_waiting, now, job.id)
  else
    redis.call('HSET', job.key, 'status', 'queued', 'enqueued_at', stamp, ...)
    redis.call(front and 'LPUSH' or 'RPUSH', job.queue, job.id)
  end
end

-- Give the job, with what hangs on it, its own time to live; where it has none, `else_keep` keeps it for good.
local function live_on(job, else_keep)
  for _, key in ipairs({job.key, job.dependents, job.dependencies}) do
    if job.ttl and job.ttl > 0 then
      redis.call('EXPIRE', key, math.floor(job.ttl))
    elseif else_keep then
      redis.call('PERSIST', key)
    end
  end
end
