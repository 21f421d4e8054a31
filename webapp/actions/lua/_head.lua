-- Stands before every script. A script first checks everything and only then writes: a refusal changes nothing.
-- What it answers is {word, status, …}: "done" with the status that the job had, or why it was refused.

local now = tonumber(redis.call('TIME')[1])

-- Whether a run may still live: the deadline of its heartbeat is not over (RQ adds a minute to it).
local function runs(executions)
  return redis.call('ZCOUNT', executions, '(' .. now, '+inf') > 0
end

-- Take a queued job out of its queue; nil, or why not. A worker that has popped the id has not written "started" yet,
-- and would run the job whatever its hash says. `lost` is '1' once the caller has waited: then no worker has it.
local function take(queue, intermediate, executions, id, lost)
  if redis.call('LREM', queue, 0, id) > 0 then
    return nil
  end
  if runs(executions) or redis.call('LPOS', intermediate, id) then
    return 'taken'
  end
  if lost ~= '1' then
    return 'nowhere'
  end
  return nil
end

-- '1' where RQ's scheduler may be about to queue the job: it reads jobs that are due, and writes them some time later,
-- whatever has become of them meanwhile. The caller looks again.
local function due(status, scheduled, id)
  local score = status == 'scheduled' and redis.call('ZSCORE', scheduled, id)
  return score and tonumber(score) <= now + 1 and '1' or ''
end

-- The sets of dependents that name this job change, as far as WATCH can tell: a worker that ends a parent right now, and
-- has read that this job waits, starts over instead of queueing it.
local function touch_parents(dependencies, jobs, id, keep)
  local parents = redis.pcall('SMEMBERS', dependencies)
  for _, parent in ipairs(parents.err and {} or parents) do
    local dependents = jobs .. parent .. ':dependents'
    if redis.pcall('SREM', dependents, id) == 1 and keep then
      redis.call('SADD', dependents, id)
    end
  end
end
