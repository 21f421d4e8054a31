-- Ask a worker to end after its job. Answers {word, state, how many heard it}.
-- Never twice: RQ takes the second request for a cold shutdown, which kills the run and leaves its job `started`.
-- KEYS: 1 worker, 2 list of workers, 3 mark that this worker was told
-- ARGV: 1 member of that list, 2 command channel, 3 the command, 4 time to live of the mark
local state = redis.call('HGET', KEYS[1], 'state') or ''
-- A worker of the same name that was started since is another one.
local birth = redis.call('HGET', KEYS[1], 'birth') or ''
if redis.call('HEXISTS', KEYS[1], 'shutdown_requested_date') == 1 or redis.call('GET', KEYS[3]) == birth then
  return {'leaving', state}
end
local heard = redis.call('PUBLISH', ARGV[2], ARGV[3])
if heard > 0 then
  redis.call('SET', KEYS[3], birth, 'EX', ARGV[4])
elseif redis.call('EXISTS', KEYS[1]) == 0 and redis.call('SISMEMBER', KEYS[2], ARGV[1]) == 0 then
  return {'missing', ''}
end
return {'done', state, heard}
