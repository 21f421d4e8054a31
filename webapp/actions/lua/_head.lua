-- Stands before every script. A script first checks everything and only then writes: a refusal changes nothing.
-- What it answers is {word, status}: "done" with the status that the job had, or why it was refused.

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
