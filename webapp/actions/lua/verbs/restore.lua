-- A deleted job is back as it was: its keys with their lives, its places with their scores. One that was queued stands
-- before or behind the same neighbour; one that held a slot of its rate limit waits for one, before the others.
from_trash = true

local PLACES = {
  group = function(job)
    redis.call('SADD', K.group .. job.group, job.id)
    redis.call('SADD', K.groups, job.group)
  end,
  dependent = function(job, parent)
    if redis.call('EXISTS', K.job .. parent) == 1 then
      local dependents, life = K.job .. parent .. ':dependents', redis.call('PTTL', K.job .. parent)
      redis.call('SADD', dependents, job.id)
      if life > 0 and redis.call('PTTL', dependents) == -1 then
        redis.call('PEXPIRE', dependents, life)
      end
    end
  end,
  slot = function(job, score)
    redis.call('HSET', job.key, 'status', 'rate_limited')
    redis.call('ZADD', job.limit_waiting, score, job.id)
  end,
}

-- Whether this job stands near the head of the list: to find any other, Redis looks at all that stand before it.
local NEAR = 1000
local function is_near(list, id)
  return id and id ~= '' and redis.call('LPOS', list, id, 'MAXLEN', NEAR)
end

-- One of many jobs, the last one first. One whose place is far from the head comes to the end: whoever carries the operation
-- is told the place, and puts all of them there together. `o.latest` tells the one that came back before it: it stood behind it.
local function line_up_with_others(job, o, list, rank, behind, before)
  local own = list .. '\31'
  local latest = o.latest and string.sub(o.latest, 1, #own) == own and string.sub(o.latest, #own + 1)
  if rank >= NEAR then
    redis.call('RPUSH', list, job.id)
    o.aside[#o.aside + 1] = 'place  ' .. table.concat({list, string.format('%d', rank), behind, before or '', job.id}, '\31')
  elseif is_near(list, behind) then
    redis.call('LINSERT', list, 'BEFORE', behind, job.id)
  elseif is_near(list, before) then
    redis.call('LINSERT', list, 'AFTER', before, job.id)
  elseif is_near(list, latest) then
    redis.call('LINSERT', list, 'BEFORE', latest, job.id)
  elseif latest or redis.call('LLEN', list) <= rank then
    -- Workers have taken all that stood around it, or nobody tells.
    redis.call(latest and 'LPUSH' or 'RPUSH', list, job.id)
  else
    redis.call('LINSERT', list, 'BEFORE', redis.call('LINDEX', list, rank), job.id)
  end
  o.latest = own .. job.id
end

-- Into one of the lists of its queue.
local function line_up(job, o, list, rank, behind, before)
  make_known(job.queue)
  if o.aside and redis.call('LLEN', list) <= o.line_max then
    line_up_with_others(job, o, list, rank, behind, before)
    return
  end
  if behind ~= '' and redis.call('LINSERT', list, 'BEFORE', behind, job.id) > 0
    or before and redis.call('LINSERT', list, 'AFTER', before, job.id) > 0 then
    return
  end
  local there = redis.call('LINDEX', list, rank)
  if rank == 0 then
    redis.call('LPUSH', list, job.id)
  elseif there then
    redis.call('LINSERT', list, 'BEFORE', there, job.id)
  else
    redis.call('RPUSH', list, job.id)
  end
end

-- Who waited for the job: those that have gone on without it meanwhile would be queued a second time when it ends.
local function forget_those_gone_on(dependents)
  local children = redis.pcall('SMEMBERS', dependents)
  for _, child in ipairs(children.err and {} or children) do
    if redis.call('HGET', K.job .. child, 'status') ~= 'deferred' then
      redis.call('SREM', dependents, child)
    end
  end
end

-- A job that waited for others, all of which have ended meanwhile: nobody would queue it any more.
local function go_on(job, stamp)
  local id = job.id
  if job.status ~= 'deferred' or job.queue_name == '' or unfit_to_put(job) then
    return
  end
  local takes_any = redis.call('HGET', job.key, 'allow_dependency_failures') == '1'
  local parents = redis.pcall('SMEMBERS', job.dependencies)
  for _, parent in ipairs(parents.err and {} or parents) do
    local status = redis.call('HGET', K.job .. parent, 'status')
    -- RQ takes one that is gone for one that has ended.
    if status and status ~= 'finished' and not (takes_any and status == 'failed') then
      return
    end
  end
  redis.call('ZREM', registry(job, 'deferred'), id)
  put(job, redis.call('HGET', job.key, 'enqueue_at_front') == '1', stamp)
end

-- Why one of the keys that it is written to cannot take it, or nil.
local function unfit_place(job, place, sets, lists)
  local name = place[1]
  return (sets[name] or name == 'slot') and unfit('zset', sets[name] or job.limit_waiting)
    or lists[name] and unfit('list', lists[name])
    or name == 'group' and unfit('set', K.group .. job.group)
    or name == 'dependent' and unfit('set', K.job .. place[2] .. ':dependents')
end

local function verb(job, o, id)
  if redis.call('EXISTS', K.job .. id) == 1 then
    return 'exists'
  end
  local note = note_of(id)
  if not note or note.token ~= o.token then
    return 'over'
  end
  local sets, lists, slot = sets_of(job), lists_of(job), false
  for _, place in ipairs(note.places) do
    slot = slot or place[1] == 'slot'
    local wrong = unfit_place(job, place, sets, lists)
    if wrong then
      return wrong
    end
  end
  bring_back(id, note)
  for _, place in ipairs(note.places) do
    local name = place[1]
    if sets[name] then
      redis.call('ZADD', sets[name], place[2], id)
    elseif PLACES[name] then
      PLACES[name](job, unpack(place, 2))
    elseif not slot then
      -- Whoever held a slot was queued as well; it is queued again by RQ, once it has a slot.
      line_up(job, o, lists[name], unpack(place, 2))
    end
  end
  forget_those_gone_on(job.dependents)
  go_on(job, o.stamp)
  redis.call('HDEL', K.trash_index, id)
  return 'done'
end
