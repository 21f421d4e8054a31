-- Every worker that runs this job is told to stop it. Answers how many heard it, and their names.
-- Only ever sent for a started job: a worker without a horse that hears it kills its own process group (rq 3.0).
local function verb(job, o)
  if job.status ~= 'started' then
    return 'wrong'
  end
  -- The execution knows its worker. The job's hash may name an earlier one: RQ saves stale copies of it.
  local workers, seen = {}, {}
  local function add(name)
    if name and name ~= '' and not seen[name] then
      seen[name] = true
      workers[#workers + 1] = name
    end
  end
  for _, execution in ipairs(redis.call('ZRANGE', job.executions, 0, -1)) do
    add(redis.call('HGET', K.execution .. job.id .. ':' .. execution, 'worker_name'))
  end
  if #workers == 0 then
    add(redis.call('HGET', job.key, 'worker_name'))
  end
  local heard = 0
  for _, name in ipairs(workers) do
    heard = heard + redis.call('PUBLISH', K.commands .. name, cjson.encode({command = 'stop-job', job_id = job.id}))
    -- A kill soon after would hit the next run of this worker, see kill.lua.
    redis.call('SET', K.told_to_end .. name, job.id, 'EX', K.told_to_end_ttl)
  end
  return heard > 0 and 'done' or 'not_heard', heard .. ' ' .. table.concat(workers, ', ')
end
