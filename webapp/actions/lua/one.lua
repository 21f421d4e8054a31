-- A verb, done to one job. Answers {word, status, what the verb adds, '1' to look again, queue, rate limit, its concurrency}.
-- ARGV: 1 id, 2 status as drawn or '', 3 options as JSON, 4 bytes that the verb takes
local job = load(ARGV[1], from_trash and trash_key('job', ARGV[1]))
if not job and not from_trash then
  return {'missing', '', '', '', '', '', 0}
end
local word, more, again = 'moved', nil, nil
local o = cjson.decode(ARGV[3])
o.data = ARGV[4]
if from_trash or not moved(job, ARGV[2]) then
  word, more, again = verb(job, o, ARGV[1])
end
tidy_up()
if from_trash then
  job = load(ARGV[1])
end
if not job then
  return {word, '', '', '', '', '', 0}
end
return {word, job.status, more or '', again and '1' or '', job.queue_name, job.limit or '', job.concurrency or 0}
