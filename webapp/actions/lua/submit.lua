-- Write new jobs, each whole and in its place at once, as far as their ids are free. A repeated call makes none twice.
-- A parent that ends now is no trap: its worker WATCHes the set of dependents that this script adds to, or has written
-- its status before.
-- KEYS: 1 set of queues, 2 queue, 3 sorted set to wait in (the queue again where it does not wait), 4 deferred jobs
-- ARGV: 1 plan as JSON (see webapp/actions/placing.py), 2… fields and values of every job,
--       then for each job its row, its id, and its own fields and values
-- Answers {'done', a '1' (written) or '0' for each job, 'deferred' or '', length of the queue, epoch ms, why there is no
-- line of activity or ''}, or {'unknown' or 'canceled', parents…}, or {'outdated'} where the type was published anew.
local plan = cjson.decode(ARGV[1])
if plan.type and redis.sha1hex(redis.call('HGET', plan.catalog, plan.type) or '') ~= plan.digest then
  return {'outdated'}
end

-- A row that is marked was written once, whatever has become of its job.
local function is_new(row, id)
  return not (plan.marks and redis.call('GETBIT', plan.marks, row) == 1) and redis.call('EXISTS', plan.jobs .. id) == 0
end

local step = 2 + plan.own
local flags, new = {}, {}
for at = 2 + plan.shared, #ARGV, step do
  local fresh = is_new(ARGV[at], ARGV[at + 1])
  flags[#flags + 1] = fresh and '1' or '0'
  if fresh then
    new[#new + 1] = at
  end
end
if #new == 0 then
  return {'done', table.concat(flags), '', 0, now_ms, ''}
end

-- As RQ does: a parent is met when it has finished; or failed, where that is allowed.
local unknown, canceled, waits = {}, {}, false
for _, parent in ipairs(plan.after) do
  local status = redis.call('HGET', plan.jobs .. parent, 'status')
  if not status then
    unknown[#unknown + 1] = parent
  elseif status == 'canceled' then
    canceled[#canceled + 1] = parent
  elseif status ~= 'finished' and not (plan.allow_failure and status == 'failed') then
    waits = true
  end
end
if #unknown > 0 then
  return {'unknown', unpack(unknown)}
end
if #canceled > 0 then
  return {'canceled', unpack(canceled)}
end

redis.call('SADD', KEYS[1], KEYS[2])
if plan.limit and not waits then
  redis.call('SADD', plan.limit.all, plan.limit.key)
  redis.call('HSET', plan.limit.settings, 'concurrency', plan.limit.concurrency)
end

-- What RQ calls the registration of a dependency. The set of a parent that has finished goes with that job.
local function defer(id)
  redis.call('ZADD', KEYS[4], now, id)
  for _, parent in ipairs(plan.after) do
    local dependents = plan.jobs .. parent .. ':dependents'
    redis.call('SADD', dependents, id)
    redis.call('SADD', plan.jobs .. ':' .. id .. ':dependencies', parent)
    local left = redis.call('PTTL', plan.jobs .. parent)
    if left > 0 and redis.call('HGET', plan.jobs .. parent, 'status') == 'finished' then
      redis.call('PEXPIRE', dependents, left)
    end
  end
end

local function put(id, row)
  if plan.group then
    redis.call('SADD', plan.group, id)
  end
  if waits then
    defer(id)
  elseif plan.place == 'wait' then
    redis.call('ZADD', KEYS[3], plan.score + row * plan.apart, id)
  elseif plan.place == 'front' then
    redis.call('LPUSH', KEYS[2], id)
  else
    redis.call('RPUSH', KEYS[2], id)
  end
end

local function limit_life(id)
  redis.call('EXPIRE', plan.jobs .. id, plan.ttl)
  redis.call('EXPIRE', plan.jobs .. ':' .. id .. ':dependencies', plan.ttl)
end

local fields = {}
for i = 1, plan.shared do
  fields[i] = ARGV[1 + i]
end
local last = plan.shared + plan.own
fields[last + 1], fields[last + 2] = 'status', waits and 'deferred' or plan.status
if plan.enqueued_at and not waits then
  fields[last + 3], fields[last + 4] = 'enqueued_at', plan.enqueued_at
end
for _, at in ipairs(new) do
  local id = ARGV[at + 1]
  for i = 1, plan.own do
    fields[plan.shared + i] = ARGV[at + 1 + i]
  end
  -- In this order: a key of an odd type stops the script before there is a hash that nothing names.
  put(id, ARGV[at])
  redis.call('HSET', plan.jobs .. id, unpack(fields))
  if plan.ttl then
    limit_life(id)
  end
  if plan.marks then
    redis.call('SETBIT', plan.marks, ARGV[at], 1)
  end
end
if plan.group then
  redis.call('SADD', plan.groups, plan.group_name)
end
if plan.marks then
  redis.call('EXPIRE', plan.marks, plan.marks_ttl)
end
local trouble = ''
if plan.line then
  local left = redis.pcall('XADD', plan.activity, 'MAXLEN', '~', plan.activity_max, '*', unpack(plan.line))
  trouble = type(left) == 'table' and left.err or ''
end
return {'done', table.concat(flags), waits and 'deferred' or '', redis.call('LLEN', KEYS[2]), now_ms, trouble}
