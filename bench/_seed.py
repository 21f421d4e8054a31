"""Jobs written as RQ writes them, without running them: hashes, queues and registries of rq 3.0."""

import json
import time
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from pickle import dumps
from zlib import compress

import redis

#: Jobs in one pipeline.
CHUNK = 5_000
YEAR = 365 * 86_400
PAYLOAD = compress(dumps(("reports.send", None, ("user@example.com",), {"subject": "Invoice"}), protocol=5))


def job_fields(status: str, at: float, queue: str = "default") -> dict[str, object]:
    """The hash of a job that was created at `at` (epoch seconds) and took a second."""
    ended = status in ("finished", "failed")
    started = ended or status == "started"
    return {
        "status": status,
        "origin": queue,
        "description": "reports.send('user@example.com', subject='Invoice')",
        "data": PAYLOAD,
        "created_at": _stamp(at),
        "enqueued_at": _stamp(at),
        "started_at": _stamp(at + 1) if started else "",
        "ended_at": _stamp(at + 2) if ended else "",
        "last_heartbeat": "",
        "worker_name": "w1" if started else "",
        "timeout": 180,
        "success_callback_name": "",
        "failure_callback_name": "",
        "stopped_callback_name": "",
        "group_id": "",
    }


def finished(
    client: redis.Redis, count: int, prefix: str = "seeded", newest_in: float = 0.0, queue: str = "default"
) -> None:
    """Add `count` finished jobs to the queue's registry; the last one expires in a year and `newest_in` seconds."""
    now = time.time()
    client.sadd("rq:queues", f"rq:queue:{queue}")
    for start in range(0, count, CHUNK):
        pipe = client.pipeline(transaction=False)
        scores = {}
        for number in range(start, min(start + CHUNK, count)):
            job_id = f"{prefix}-{number:07d}"
            pipe.hset(f"rq:job:{job_id}", mapping=job_fields("finished", now - 86_400, queue))
            scores[job_id] = now + YEAR + newest_in - (count - number) * 1e-3
        pipe.zadd(f"rq:finished:{queue}", scores)
        pipe.execute()


#: Jobs that one call of LISTED writes: some 50 ms of Redis.
LISTED_CHUNK = 5_000
#: Writes jobs within Redis, ten times as fast as from here. KEYS: none. ARGV: first number, jobs, score of the first,
#: statuses of lists as JSON, fields and values…
LISTED = """
local lists = cjson.decode(ARGV[4])
for number = tonumber(ARGV[1]), ARGV[1] + ARGV[2] - 1 do
  local id = string.format('%08d-5eed-4000-8000-%012d', number, number)
  redis.call('HSET', 'rq:job:' .. id, unpack(ARGV, 5))
  for _, status in ipairs(lists) do
    if status == 'queued' then
      redis.call('RPUSH', 'rq:queue:default', id)
    else
      redis.call('ZADD', 'rq:' .. status .. ':default', ARGV[3] + number * 0.001, id)
    end
  end
end
"""


def listed(client: redis.Redis, count: int, statuses: Sequence[str]) -> None:
    """Add `count` finished jobs, each to the default queue's list of every one of these statuses."""
    client.sadd("rq:queues", "rq:queue:default")
    script = client.register_script(LISTED)
    fields = [part for pair in job_fields("finished", time.time() - 86_400).items() for part in pair]
    for start in range(0, count, LISTED_CHUNK):
        many = min(LISTED_CHUNK, count - start)
        script(args=[start, many, int(time.time() + YEAR), json.dumps(list(statuses)), *fields])


#: The same for jobs of one list. ARGV: first number, jobs, score, status, names of functions as JSON, traceback, then
#: for each function its payload, and fields and values of all…
OF_FUNCTIONS = """
local names = cjson.decode(ARGV[5])
for number = tonumber(ARGV[1]), ARGV[1] + ARGV[2] - 1 do
  local id = string.format('%08d-5eed-4000-8000-%012d', number * 7919 % 1000003, number)
  local nth = number % #names + 1
  local key, said = 'rq:job:' .. id, names[nth] .. '()'
  redis.call('HSET', key, 'data', ARGV[6 + nth], 'description', said, unpack(ARGV, 7 + #names))
  if ARGV[4] == 'queued' then
    redis.call('RPUSH', 'rq:queue:default', id)
  else
    redis.call('ZADD', 'rq:' .. ARGV[4] .. ':default', ARGV[3] + number * 0.001, id)
  end
  if ARGV[4] == 'failed' then
    redis.call('XADD', 'rq:results:' .. id, '*', 'type', '2', 'exc_string', ARGV[6])
  end
end
"""
TRACEBACK = b64encode(compress(b'Traceback (most recent call last):\n  File "app.py", line 7\nKeyError: 1'))


def of_functions(client: redis.Redis, count: int, status: str, functions: Sequence[str]) -> None:
    """Add `count` jobs of this status to the default queue's list of it, of these functions in turn."""
    client.sadd("rq:queues", "rq:queue:default")
    script = client.register_script(OF_FUNCTIONS)
    payloads = [compress(dumps((name, None, (5,), {"subject": "Invoice"}), protocol=5)) for name in functions]
    fields = {
        name: value for name, value in job_fields(status, time.time()).items() if name not in ("data", "description")
    }
    told = [int(time.time() + YEAR), status, json.dumps(list(functions)), TRACEBACK, *payloads]
    told += [part for pair in fields.items() for part in pair]
    for start in range(0, count, LISTED_CHUNK):
        script(args=[start, min(LISTED_CHUNK, count - start), *told])


def running(client: redis.Redis, job_id: str, queue: str = "default") -> None:
    """A started job that reports its progress through `progress`; no worker is needed to look at it."""
    client.sadd("rq:queues", f"rq:queue:{queue}")
    client.hset(f"rq:job:{job_id}", mapping=job_fields("started", time.time(), queue) | {"live_progress": progress(0)})


def progress(done: int) -> str:
    """The field in which a job reports progress, as `jobs/_progress.py` writes it."""
    stage = {"message": "Reading rows", "done": done, "total": 1_000_000, "unit": "rows", "rate": None, "left": None}
    return json.dumps({"run": "5eeded00", "at": int(time.time() * 1000), "stages": [stage]})


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
