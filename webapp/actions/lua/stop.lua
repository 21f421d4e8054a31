-- Tell every worker that runs this job to stop it. Answers {word, status, how many heard it, their names}.
-- Only ever sent for a started job: a worker without a horse that hears it kills its own process group (rq 3.0).
-- KEYS: 1 job, 2 executions
-- ARGV: 1 id, 2 status as drawn or '', 3 prefix of execution keys, 4 prefix of command channels, 5 the command,
--       6 prefix of the marks that a worker was told, see kill.lua, 7 their time to live
local status = redis.call('HGET', KEYS[1], 'status')
if not status then
  return {'missing', ''}
end
if ARGV[2] ~= '' and ARGV[2] ~= status then
  return {'moved', status}
end
if status ~= 'started' then
  return {'wrong', status}
end
-- The execution knows its worker. The job's hash may name an earlier one: RQ saves stale copies of it.
local workers, seen = {}, {}
local function add(name)
  if name and name ~= '' and not seen[name] then
    seen[name] = true
    workers[#workers + 1] = name
  end
end
for _, execution in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  add(redis.call('HGET', ARGV[3] .. ARGV[1] .. ':' .. execution, 'worker_name'))
end
if #workers == 0 then
  add(redis.call('HGET', KEYS[1], 'worker_name'))
end
local heard = 0
for _, name in ipairs(workers) do
  heard = heard + redis.call('PUBLISH', ARGV[4] .. name, ARGV[5])
  redis.call('SET', ARGV[6] .. name, ARGV[1], 'EX', ARGV[7])
end
return {'done', status, heard, table.concat(workers, ', ')}
