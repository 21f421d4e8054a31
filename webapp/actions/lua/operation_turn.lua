-- Start an operation that is ready, let it pause, go on or end. Answers {word, state that it had, how many jobs it holds}.
-- KEYS: 1 operation, 2 its jobs, 3 operations
-- ARGV: 1 id, 2 start, pause, resume or cancel, 3 for start: how many jobs it is to hold, 4 time to live, 5 bell,
--       6 seconds for which a delete can be undone
local FROM = {
  start = {ready = true},
  pause = {running = true, trying = true},
  resume = {paused = true, halted = true},
  cancel = {collecting = true, ready = true, running = true, trying = true, paused = true, halted = true},
}
local told = redis.call('HMGET', KEYS[1], 'state', 'total', 'first', 'paused_from', 'verb')
local state, total = told[1], tonumber(told[2] or 0)
if not state then
  return {'missing', '', 0, ''}
end
if not FROM[ARGV[2]][state] then
  return {'wrong', state, total, told[5]}
end
if ARGV[2] == 'start' and tonumber(ARGV[3]) ~= total then
  return {'other', state, total, told[5]}
end
local at = string.format('%d', now_ms)
if ARGV[2] == 'start' then
  redis.call('HSET', KEYS[1], 'state', tonumber(told[3] or 0) > 0 and 'trying' or 'running', 'started_at', at)
elseif ARGV[2] == 'pause' then
  redis.call('HSET', KEYS[1], 'state', 'paused', 'paused_from', state)
elseif ARGV[2] == 'resume' then
  redis.call('HSET', KEYS[1], 'state', state == 'paused' and told[4] or 'running', 'resumed_at', at)
  -- The time for which it stood still is no part of its pace.
  redis.call('HDEL', KEYS[1], 'message', 'paused_from', 'speed_at', 'speed_done', 'per_second')
  if state == 'halted' then
    redis.call('HSET', KEYS[1], 'since', at)
  end
else
  redis.call('HSET', KEYS[1], 'state', 'canceled', 'ended_at', at)
  if told[5] == 'delete' then
    redis.call('HSET', KEYS[1], 'undo_until', string.format('%d', now_ms + 1000 * ARGV[6]))
  end
end
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('EXPIRE', KEYS[2], ARGV[4])
redis.call('EXPIRE', KEYS[3], ARGV[4])
redis.pcall('PUBLISH', ARGV[5], ARGV[1])
return {'done', state, total, told[5]}
