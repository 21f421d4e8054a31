-- Deleted jobs that can be put back: their keys are renamed, and where they were is noted beside them.
-- `o.trash` is {token, life (ms), left (jobs that may still be kept), one (deleted one by one), apart (ms over which their
-- ends are spread)}; it counts `kept` up.

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

-- The sorted sets and the lists that may name a job, by the words that notes have for them: with one letter the note about
-- a queued job has 64 bytes, which Redis keeps in half of what 65 take.
local function sets_of(job)
  local sets = {log_index = K.log_index, notes_index = K.notes_index, waiting = job.limit_waiting}
  for _, status in ipairs({'finished', 'failed', 'deferred', 'scheduled', 'canceled', 'ready_to_enqueue'}) do
    sets[status] = registry(job, status)
  end
  return sets
end

local function lists_of(job)
  local held, parked, resuming = unpack(aside(job))
  return {q = job.queue, h = held, p = parked, r = resuming}
end

-- A place in a list, with the list's word instead of its key.
local function named(job, place)
  for word, list in pairs(lists_of(job)) do
    if list == place[1] then
      place[1] = word
      return place
    end
  end
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

-- Whether Redis has used so much of its memory that what is deleted is to leave it at once.
local function is_memory_short()
  local said = redis.pcall('INFO', 'memory')
  if type(said) ~= 'string' then
    -- A Redis user may lack the right to ask.
    return false
  end
  local used, most = string.match(said, 'used_memory:(%d+)'), string.match(said, '\nmaxmemory:(%d+)')
  return used and most and tonumber(most) > 0 and 100 * used >= K.trash_memory_percent * most
end

-- Whether one more can be kept of those deleted one by one; those that are over make room.
local function has_room_for_one()
  local count, stored = 0, redis.call('HGETALL', K.trash_index)
  for at = 1, #stored, 2 do
    local over = tonumber(string.match(stored[at + 1], '^%d+') or 0)
    if over > now_ms then
      count = count + 1
    elseif over + 3600000 < now_ms then
      -- No operations process has been there to remove its files.
      redis.call('HDEL', K.trash_index, stored[at])
    end
  end
  return count < K.trash_max and not is_memory_short()
end

-- Where it is noted how deleted jobs were: many in one key, since a key of its own would cost each more than its note.
local function notes_key(id)
  return K.trash .. string.sub(redis.sha1hex(id), 1, K.trash_spread)
end

-- Milliseconds by which the end of a job's keys is put off: the same for all that are noted in one key.
local function put_off(notes, o)
  return math.floor((o.trash.apart or 0) * tonumber(string.sub(notes, #K.trash + 1), 16) / 16 ^ K.trash_spread)
end

-- Whether the job is to be kept; it is counted.
local function has_room(job, o)
  if not o.trash or unfit('hash', K.trash_index, notes_key(job.id)) then
    return false
  end
  local kept = o.trash.kept or 0
  if o.trash.one and not has_room_for_one() or not o.trash.one and kept >= o.trash.left then
    return false
  end
  o.trash.kept = kept + 1
  if o.trash.one then
    redis.call('HSET', K.trash_index, job.id, string.format('%d ', now_ms + o.trash.life) .. o.trash.token)
  end
  return true
end

-- Rename the parts and note `places`, each {word, …}. Nothing of the job is left where it was.
local function throw(id, parts, places, o)
  local notes, lives = notes_key(id), {}
  local life = o.trash.life + 1000 * K.trash_grace + put_off(notes, o)
  if redis.call('EXISTS', trash_key('job', id)) == 1 then
    -- Of another job that had this id.
    for _, part in ipairs(PARTS) do
      redis.call('DEL', trash_key(part, id))
    end
  end
  for part, found in pairs(parts) do
    if found[2] > 0 then
      -- In ms: seconds would round a life away.
      lives[part] = now_ms + found[2]
    end
    redis.call('RENAME', found[1], trash_key(part, id))
    redis.call('PEXPIRE', trash_key(part, id), life)
  end
  redis.call('HSET', notes, id, o.trash.token .. cmsgpack.pack({places, next(lives) and lives}))
  if redis.call('PTTL', notes) < life then
    redis.call('PEXPIRE', notes, life)
  end
end

-- What is noted of a deleted job: {token, places, lives}; nil where it is not in the trash, or its time is over: its
-- parts outlive that by the grace.
local function note_of(id)
  local stored = redis.pcall('HGET', notes_key(id), id)
  if type(stored) ~= 'string' or redis.call('PTTL', trash_key('job', id)) <= 1000 * K.trash_grace then
    return nil
  end
  local places, lives = unpack(cmsgpack.unpack(string.sub(stored, K.trash_token + 1)))
  return {token = string.sub(stored, 1, K.trash_token), places = places, lives = lives or {}}
end

-- Every part is where it was, as it was.
local function bring_back(id, note)
  redis.call('HDEL', notes_key(id), id)
  for part, key in pairs(parts_of(id)) do
    if redis.call('EXISTS', trash_key(part, id)) == 1 then
      redis.call('RENAME', trash_key(part, id), key)
      if note.lives[part] then
        redis.call('PEXPIREAT', key, string.format('%d', note.lives[part]))
      else
        redis.call('PERSIST', key)
      end
    end
  end
end
