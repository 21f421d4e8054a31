-- Deleted jobs that can be put back: their keys are renamed, and where they were is noted beside them.
-- `o.trash` is {token, life (ms), room (bytes), one (deleted one by one)}; it counts `bytes` and `kept` up.

-- The keys of a job that are kept, by part; a part that is not there is left out.
local function parts_of(job)
  return {
    job = job.key, dependents = job.dependents, dependencies = job.dependencies,
    results = K.results .. job.id, log = K.log .. job.id,
  }
end

local function trash_key(part, id)
  return K.trash_part .. part .. ':' .. id
end

-- Bytes of a job with all its parts, and of the note about it.
local function weigh(parts)
  local bytes = 600
  for _, key in pairs(parts) do
    local said = redis.pcall('MEMORY', 'USAGE', key, 'SAMPLES', 0)
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
local function throw(job, parts, places, o)
  local note = {token = o.trash.token, places = places, lives = {}}
  for part, key in pairs(parts) do
    local life, kept = redis.call('PTTL', key), trash_key(part, job.id)
    if life == -2 then
      redis.call('DEL', kept)
    else
      -- Seconds would round a life away: all in ms.
      note.lives[part] = life > 0 and string.format('%d', now_ms + life) or '0'
      redis.call('RENAME', key, kept)
      redis.call('PEXPIRE', kept, o.trash.life + 1000 * K.trash_grace)
    end
  end
  redis.call('SET', K.trash .. job.id, cjson.encode(note), 'PX', o.trash.life)
end
