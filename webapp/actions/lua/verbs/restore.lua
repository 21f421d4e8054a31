-- A deleted job is back as it was: its keys with their lives, its places with their scores. One that was queued stands
-- before or behind the same neighbour; one that held a slot of its rate limit waits for one, before the others.
from_trash = true

local PLACES = {
  zset = function(id, key, score)
    redis.call('ZADD', key, score, id)
  end,
  group = function(id, name)
    redis.call('SADD', K.group .. name, id)
    redis.call('SADD', K.groups, name)
  end,
  dependent = function(id, parent)
    if redis.call('EXISTS', K.job .. parent) == 1 then
      local dependents, life = K.job .. parent .. ':dependents', redis.call('PTTL', K.job .. parent)
      redis.call('SADD', dependents, id)
      if life > 0 and redis.call('PTTL', dependents) == -1 then
        redis.call('PEXPIRE', dependents, life)
      end
    end
  end,
  slot = function(id, waiting, score)
    redis.call('HSET', K.job .. id, 'status', 'rate_limited')
    redis.call('ZADD', waiting, score, id)
  end,
  list = function(id, list, rank, before, behind, queue)
    redis.call('SADD', K.queues, queue)
    if behind ~= '' and redis.call('LINSERT', list, 'BEFORE', behind, id) > 0
      or before ~= '' and redis.call('LINSERT', list, 'AFTER', before, id) > 0 then
      return
    end
    local there = redis.call('LINDEX', list, rank)
    if rank == 0 then
      redis.call('LPUSH', list, id)
    elseif there then
      redis.call('LINSERT', list, 'BEFORE', there, id)
    else
      redis.call('RPUSH', list, id)
    end
  end,
}
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
local function go_on(id, stamp)
  local job = load(id)
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

local KINDS = {zset = 'zset', slot = 'zset', list = 'list'}

local function verb(_, o, id)
  if redis.call('EXISTS', K.job .. id) == 1 then
    return 'exists'
  end
  local stored = redis.pcall('GET', K.trash .. id)
  local note = type(stored) == 'string' and cjson.decode(stored)
  if not note or note.token ~= o.token or redis.call('EXISTS', trash_key('job', id)) == 0 then
    return 'over'
  end
  local slot = false
  for _, place in ipairs(note.places) do
    slot = slot or place[1] == 'slot'
    local wrong = KINDS[place[1]] and unfit(KINDS[place[1]], place[2])
      or place[1] == 'group' and unfit('set', K.group .. place[2])
      or place[1] == 'dependent' and unfit('set', K.job .. place[2] .. ':dependents')
    if wrong then
      return wrong
    end
  end
  for part, key in pairs(parts_of(id)) do
    if note.lives[part] and redis.call('EXISTS', trash_key(part, id)) == 1 then
      redis.call('RENAME', trash_key(part, id), key)
      if note.lives[part] == '0' then
        redis.call('PERSIST', key)
      else
        redis.call('PEXPIREAT', key, note.lives[part])
      end
    end
  end
  for _, place in ipairs(note.places) do
    -- Whoever held a slot was queued as well; it is queued again by RQ, once it has a slot.
    if not (slot and place[1] == 'list') then
      PLACES[place[1]](id, unpack(place, 2))
    end
  end
  forget_those_gone_on(K.job .. id .. ':dependents')
  go_on(id, o.stamp)
  redis.call('DEL', K.trash .. id)
  redis.call('HDEL', K.trash_index, id)
  return 'done'
end
