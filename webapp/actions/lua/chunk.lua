-- A verb, done to the next jobs of an operation: as many as fit into some milliseconds. What was done, and how far it
-- is, are written in the same step: whoever dies, no job is done twice or left out.
-- KEYS: 1 lease, 2 operation, 3 list of what is looked at again
-- ARGV: 1 owner of the lease, 2 time to live, 3 milliseconds, 4 options as JSON, 5 position of the first job given here,
--       or 'later' for those to be looked at again, 6 position to stop at, 7… id, status as it was collected,
--       where it stands: '+' near the head of its list, '-' near the end, and 'h' if it is set aside; or its new id
-- Answers {state of the operation ('tried' where the first ones are done), position, ms to wait, jobs left to look at again, jobs that can be put
-- back, error, names of rate limits}.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return {'lost'}
end
local told = redis.call('HMGET', KEYS[2], 'state', 'position', 'paced_at', 'speed_at', 'speed_done', 'total', 'left_at', 'latest')
local state, position = told[1], tonumber(told[2] or 0)
if not state then
  return {'gone'}
end
if state ~= 'running' and state ~= 'trying' then
  return {state}
end
local SIDES = {['+'] = 1, ['-'] = -1}
-- os.clock is there from Redis 7.4 on, and in Valkey. TIME stands still within a script of Redis 7.2: few jobs then.
local BLIND = 50
local library = rawget(_G, 'os')
local function milliseconds()
  if library then
    return library.clock() * 1000
  end
  local now = redis.call('TIME')
  return now[1] * 1000 + now[2] / 1000
end
local began, looks = milliseconds(), 0
local o = cjson.decode(ARGV[4])
o.latest = told[8] or nil
local again = ARGV[5] == 'later'
local left_list, left_rank = string.match(told[7] or '', '^(.+) (%d+)$')
if left_list and not unfit('list', left_list) then
  expect(left_list, tonumber(left_rank))
end
local counts, limits, sample, wait, problem = {}, {}, {}, 0, ''
local paced = tonumber(told[3] or 0)

local function count(word, n)
  counts[word] = (counts[word] or 0) + n
end

local function refuse(id, word)
  count('refused:' .. word, 1)
  sample[#sample + 1] = id .. '\31' .. word
end

-- What became of one job.
local function act(id, drawn)
  local job = load(id, from_trash and trash_key('job', id))
  if not from_trash then
    if not job then
      return 'missing'
    end
    if moved(job, drawn) then
      return 'moved', false, job.status
    end
  end
  local fine, word, _, look_again = pcall(verb, job, o, id)
  if not fine then
    local said = type(word) == 'table' and word.err or tostring(word)
    if string.find(said, 'WRONGTYPE', 1, true) then
      return 'wrong_type'
    end
    problem = said
    return 'error'
  end
  if word == 'done' and job and job.limit then
    limits[job.limit] = true
  end
  return word, look_again, job and job.status
end

local function has_time()
  looks = looks + 1
  local passed = milliseconds() - began
  return passed < tonumber(ARGV[3]) and (passed > 0 or looks <= BLIND) and problem == ''
end

-- Whether the pace allows one more job; a pause is not made up for by a burst.
local function in_pace()
  if not o.rate or o.rate <= 0 then
    return true
  end
  if paced > now_ms then
    wait = paced - now_ms
    return false
  end
  paced = math.max(paced, now_ms - 200) + 1000 / o.rate
  return true
end

local function look_again(kind, drawn, id)
  o.again = kind == 'due'
  local word, _, status = act(id, kind == 'nowhere' and drawn or '')
  if kind == 'nowhere' then
    if word == 'done' then
      count('done', 1)
    else
      refuse(id, word)
    end
  elseif word ~= 'done' and word ~= 'missing' and status ~= 'canceled' then
    count('done', -1)
    refuse(id, word)
  end
end

if again then
  o.lost = true
  while has_time() do
    local entry = redis.call('LPOP', KEYS[3])
    if not entry then
      break
    end
    local kind, drawn, id = string.match(entry, '^(%l+) ([%l_]*) (.*)$')
    -- One whose place was noted stands there by now.
    if kind ~= 'place' then
      look_again(kind, drawn, id)
    end
  end
else
  local at = 7 + 3 * (position - tonumber(ARGV[5]))
  local stop_at = tonumber(ARGV[6])
  while ARGV[at] and position < stop_at and has_time() and in_pace() do
    o.side, o.is_held = SIDES[string.sub(ARGV[at + 2], 1, 1)], string.sub(ARGV[at + 2], 2) == 'h'
    o.new_id = ARGV[at + 2]
    local word, look_again = act(ARGV[at], ARGV[at + 1])
    if word == 'nowhere' or look_again then
      redis.call('RPUSH', KEYS[3], (word == 'nowhere' and 'nowhere ' or 'due ') .. ARGV[at + 1] .. ' ' .. ARGV[at])
    end
    if word == 'done' then
      count('done', 1)
    elseif word ~= 'nowhere' then
      refuse(ARGV[at], word)
    end
    position = position + 1
    at = at + 3
  end
end

left_list, left_rank = tidy_up()
for field, n in pairs(counts) do
  redis.call('HINCRBY', KEYS[2], field, n)
end
if #sample > 0 then
  local kept = redis.call('HGET', KEYS[2], 'refused_sample') or ''
  local _, lines = string.gsub(kept, '\n', '')
  for i = 1, math.min(#sample, 20 - lines) do
    kept = kept .. sample[i] .. '\n'
  end
  redis.call('HSET', KEYS[2], 'refused_sample', kept)
end
redis.call('HSET', KEYS[2], 'position', string.format('%d', position), 'paced_at', string.format('%d', paced),
  'left_at', left_list .. ' ' .. string.format('%d', left_rank))
if o.aside and #o.aside > 0 then
  redis.call('RPUSH', KEYS[3], unpack(o.aside))
end
if o.latest then
  redis.call('HSET', KEYS[2], 'latest', o.latest)
end
local left = redis.call('LLEN', KEYS[3])
if tonumber(told[4] or 0) + 1000 <= now_ms then
  local speed = told[4] and (position - tonumber(told[5])) * 1000 / (now_ms - tonumber(told[4])) or 0
  redis.call('HSET', KEYS[2], 'speed_at', string.format('%d', now_ms), 'speed_done', string.format('%d', position),
    'per_second', string.format('%.1f', speed))
end
if problem ~= '' then
  state = 'failed'
elseif state == 'trying' and position >= tonumber(ARGV[6]) and left == 0 then
  state = 'tried'
elseif state == 'running' and position >= tonumber(told[6]) and left == 0 then
  state = 'done'
end
if o.trash and o.trash.kept then
  redis.call('HINCRBY', KEYS[2], 'undo_kept', o.trash.kept)
end
if state == 'failed' or state == 'done' then
  redis.call('HSET', KEYS[2], 'state', state, 'ended_at', string.format('%d', now_ms))
  local ended = redis.call('HMGET', KEYS[2], 'actor', 'verb', 'done')
  local outcome = 'operation ' .. string.sub(KEYS[2], #K.operation + 1) .. ' ' .. ended[2] .. ' ' .. (ended[3] or 0)
  redis.pcall('XADD', K.activity, 'MAXLEN', '~', K.activity_max, '*', 'at', string.format('%d', now_ms), 'actor', ended[1] or '',
    'action', 'end_operation', 'job', '', 'queue', '', 'outcome', outcome)
  if o.trash then
    redis.call('HSET', KEYS[2], 'undo_until', string.format('%d', now_ms + o.trash.undo))
  end
end
redis.call('EXPIRE', KEYS[2], ARGV[2])
redis.call('EXPIRE', KEYS[3], ARGV[2])
local names = {}
for name in pairs(limits) do
  names[#names + 1] = name
end
return {state, position, math.ceil(wait), left, o.trash and o.trash.kept or 0, problem, unpack(names)}
