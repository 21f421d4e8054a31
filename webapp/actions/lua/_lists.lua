-- Taking jobs out of long lists. One alone is looked for in the whole list. Of many, taken in the order in which they
-- stand (`o.side` 1), a part of the list is read at a time: what is taken is marked, and all marks are removed at the end
-- of the script, in one look at the list. Nobody else sees a mark.

local MARK, PART = '\1taken', 600
local windows = {}

-- Read the part of the list that begins at `first`.
local function look_at(list, first)
  local window = windows[list] or {gone = 0}
  windows[list] = window
  window.first, window.ids, window.at = first, redis.call('LRANGE', list, first, first + PART - 1), {}
  for i, id in ipairs(window.ids) do
    window.at[id] = first + i - 1
  end
  return window
end

-- Where the last script of this operation stopped: the next jobs stand there or thereabouts.
local function expect(list, rank)
  look_at(list, math.max(0, rank - 20))
end

-- The part of the list in which the job stands, and its rank; nil where it is not in the list.
local function find(list, id)
  local window = windows[list] or look_at(list, 0)
  if window.at[id] then
    return window, window.at[id]
  end
  window = look_at(list, window.first + #window.ids)
  if not window.at[id] then
    local rank = redis.call('LPOS', list, id)
    if not rank then
      return nil
    end
    window = look_at(list, math.max(0, rank - 1))
  end
  return window, window.at[id]
end

-- Where a job stands, for whoever puts it back: {list, rank, who stands behind it, who stands before it}.
local function place_of(list, rank, gone, before, behind)
  return {list, rank - gone, behind ~= MARK and behind or '', before ~= MARK and before or nil}
end

-- Take the job out of the list; its place, or nil where it is not in it.
local function pick(list, id, o)
  if o.side == 1 then
    local window, rank = find(list, id)
    if not window then
      return nil
    end
    local i = rank - window.first + 1
    local place = place_of(list, rank, window.gone, i > 1 and window.ids[i - 1] or redis.call('LINDEX', list, rank - 1),
      window.ids[i + 1] or redis.call('LINDEX', list, rank + 1))
    redis.call('LSET', list, rank, MARK)
    window.ids[i], window.at[id], window.gone, window.last = MARK, nil, window.gone + 1, rank
    return place
  end
  local rank = o.trash and redis.call('LPOS', list, id)
  local before = rank and rank > 0 and redis.call('LINDEX', list, rank - 1)
  local behind = rank and redis.call('LINDEX', list, rank + 1)
  if redis.call('LREM', list, o.side or 0, id) > 0 then
    return place_of(list, rank or 0, 0, before, behind)
  end
  return nil
end

-- Remove all marks. Answers a list and where it was left, for the next script.
local function tidy_up()
  local left, at = '', 0
  for list, window in pairs(windows) do
    if window.gone > 0 then
      -- From the end that is nearer: it stops at the last mark.
      local from_the_end = 2 * window.last > redis.call('LLEN', list)
      redis.call('LREM', list, from_the_end and -window.gone or window.gone, MARK)
      left, at = list, window.last + 1 - window.gone
    end
  end
  return left, at
end
