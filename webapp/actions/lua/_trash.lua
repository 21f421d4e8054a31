-- Deleted jobs that can be put back: their keys are renamed, and where they were is noted beside them.
-- `o.trash` is {token, life (ms), room (bytes), one (deleted one by one)}; it counts `bytes` and `kept` up.

local PARTS = {'job', 'dependents', 'dependencies', 'results', 'log', 'notes'}

-- The keys of a job that are kept, by part.
local function parts_of(id)
  local key = K.job .. id
  return {
    job = key, dependents = key .. ':dependents', dependencies = K.dependencies .. id .. ':dependencies',
    results = K.results .. id, log = K.log .. id, notes = K.notes .. id,
  }
end

local function trash_key(part, id)
  return K.trash_part .. part .. ':' .. id
end

-- Those parts that there are: {key, ms for which it lives or -1}.
local function there(id)
  local found = {}
  for part, key in pairs(parts_of(id)) do
    local life = redis.call('PTTL', key)
    if life ~= -2 then
      found[part] = {key, life}
    end
  end
  return found
end

-- Bytes of a job with all its parts, and of the note about it.
local function weigh(parts)
  local bytes = 600
  for _, part in pairs(parts) do
    local said = redis.pcall('MEMORY', 'USAGE', part[1], 'SAMPLES', 0)
    -- A Redis user may lack the right to ask.
    bytes = bytes + (type(said) == 'table' and 4096 or said or 0)
  end
  return bytes
end

-- Bytes that are left for jobs deleted one by one; those that are over make room.
local function room_for_one()
  local left, count, stored = K.trash_one_by_one, 0, redis.call('HGETALL', K.trash_index)
  for at = 1, #stored, 2 do
    local over, bytes = string.match(stored[at + 1], '^(%d+) (%d+)$')
    if over and tonumber(over) > now_ms then
      count, left = count + 1, left - bytes
    elseif not over or tonumber(over) + 3600000 < now_ms then
      -- No operations process has been there to remove its files.
      redis.call('HDEL', K.trash_index, stored[at])
    end
  end
  return count < K.trash_max and left or 0
end

-- Whether the job fits into the trash; its weight is taken off.
local function has_room(job, parts, o)
  if not o.trash or unfit('hash', K.trash_index) then
    return false
  end
  local bytes = weigh(parts)
  if bytes > (o.trash.one and room_for_one() or o.trash.room - (o.trash.bytes or 0)) then
    return false
  end
  o.trash.bytes, o.trash.kept = (o.trash.bytes or 0) + bytes, (o.trash.kept or 0) + 1
  if o.trash.one then
    redis.call('HSET', K.trash_index, job.id, string.format('%d %d', now_ms + o.trash.life, bytes))
  end
  return true
end

-- Rename the parts and note `places`, each {kind, key, …}. Nothing of the job is left where it was.
local function throw(id, parts, places, o)
  local note = {token = o.trash.token, places = places, lives = {}}
  if redis.call('EXISTS', K.trash .. id, trash_key('job', id)) > 0 then
    -- Of another job that had this id.
    for _, part in ipairs(PARTS) do
      redis.call('DEL', trash_key(part, id))
    end
  end
  for part, found in pairs(parts) do
    local key, life = found[1], found[2]
    -- In ms: seconds would round a life away.
    note.lives[part] = life > 0 and string.format('%d', now_ms + life) or '0'
    redis.call('RENAME', key, trash_key(part, id))
    redis.call('PEXPIRE', trash_key(part, id), o.trash.life + 1000 * K.trash_grace)
  end
  redis.call('SET', K.trash .. id, cjson.encode(note), 'PX', o.trash.life)
end
