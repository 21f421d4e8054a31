"""How a run's lines and progress are written to Redis: a connection of its own that gives up soon, and two scripts.

Both scripts look first whether the job still exists: a plain HSET or XADD after a delete would leave a key for ever.
"""

import json
import time
from typing import Any

from redis import ConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.exceptions import ResponseError
from redis.retry import Retry as RetryPolicy
from rq.job import Job, Retry

from jobs import _keys
from jobs._log import LINE_BYTES, Line

#: Seconds after which Redis counts as away.
TIMEOUT = 0.5
#: Seconds for which it counts how full Redis was.
FRESH = 5.0
#: Lines of one script: it holds Redis up for about a millisecond.
LINES_AT_ONCE = 1_000
#: RQ's defaults (rq.defaults): seconds that a job is kept after its end.
RESULT_TTL, FAILURE_TTL = 500, 31_536_000
#: What redis-py keeps among a pool's arguments about that pool itself.
_OF_ANOTHER_POOL = (
    "event_dispatcher",
    "himport_registry",
    "maint_notifications_config",
    "maint_notifications_pool_handler",
    "orig_host_address",
    "orig_socket_connect_timeout",
    "orig_socket_timeout",
)

# KEYS: the job's hash. ARGV: field, JSON. Returns 0 if the job is gone.
PROGRESS = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1
"""

# KEYS: the job's hash, its log, the index of logs, how many bytes all logs may still grow by.
# ARGV: job id, epoch seconds, cap (bytes), bytes a line costs beyond its text, seconds to live (-1: for ever), run;
# then at, level, text and number of each line. Returns 0 if the job is gone, 2 if all logs together have no room.
# `b` is where a line begins in all the text ever written, so what lies before a cap is found without counting. Lines
# that are there already (their reply was lost, and they were sent again) are left out.
LOG = """
local log, run = KEYS[2], ARGV[6]
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('DEL', log)
  redis.call('ZREM', KEYS[3], ARGV[1])
  return 0
end
local room = redis.call('GET', KEYS[4])
if room and tonumber(room) <= 0 then return 2 end
local function fields(entry)
  local found = {}
  for i = 1, #entry[2], 2 do found[entry[2][i]] = entry[2][i + 1] end
  return found
end
local written, ends, began = 0, 0, nil
local last = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
if last then
  last = fields(last)
  ends = (tonumber(last.b) or 0) + #(last.text or '') + ARGV[4]
  if last.run == run then written = tonumber(last.n) or 0 end
end
for i = 7, #ARGV, 4 do
  if tonumber(ARGV[i + 3]) > written then
    redis.call('XADD', log, '*', 'at', ARGV[i], 'run', run, 'level', ARGV[i + 1], 'text', ARGV[i + 2],
      'n', ARGV[i + 3], 'b', string.format('%.0f', ends))
    began = began or ends
    ends = ends + #ARGV[i + 2] + ARGV[4]
  end
end
if room and began then redis.call('DECRBY', KEYS[4], string.format('%.0f', ends - began)) end
local from, kept, moved = '-', nil, false
repeat
  local head = redis.call('XRANGE', log, from, '+', 'COUNT', from == '-' and 1 or 100)
  for _, entry in ipairs(head) do
    if ends - (tonumber(fields(entry).b) or 0) <= tonumber(ARGV[3]) then kept = entry[1] break end
    moved = true
    from = '(' .. entry[1]
  end
until kept or #head == 0
if moved and kept then redis.call('XTRIM', log, 'MINID', kept) end
if redis.call('EXISTS', log) == 0 then return 1 end
redis.call('ZADD', KEYS[3], 'NX', ARGV[2], ARGV[1])
if tonumber(ARGV[5]) < 0 then redis.call('PERSIST', log) else redis.call('EXPIRE', log, ARGV[5]) end
return 1
"""


#: What the script answers where all logs together have no room.
NO_ROOM = 2


class NoRoom(Exception):
    """Redis is nearly full, or all logs together are as large as they may be: to be tried again."""


class RedisPost:
    """Writes what a run tells, for as long as its job exists. One connection, opened by the first delivery."""

    def __init__(self, job: Job, run_id: str) -> None:
        self._client = Redis(connection_pool=own_pool(job.connection))
        self._job_id, self._run_id, self._lifetime = job.id, run_id, lifetime(job, succeeded=None)
        self._keys = (_keys.job(job.id), _keys.log(job.id), _keys.LOG_INDEX, _keys.LOG_ROOM)
        self._is_full, self._ask_at, self._cap = False, 0.0, _keys.LOG_BYTES

    def deliver(self, lines: list[Line], stages: list[dict[str, Any]] | None, lifetime: int | None) -> bool:
        """Write progress and log in one round trip, two every FRESH seconds. False if the job is gone: then its log is
        gone too. Raises NoRoom."""
        self._ask_for_room()
        with self._client.pipeline(transaction=False) as pipe:
            if stages is not None:
                pipe.eval(PROGRESS, 1, self._keys[0], _keys.PROGRESS_FIELD, self._progress(stages))
            for start in range(0, len(lines), LINES_AT_ONCE) or ([0] if lifetime is not None else []):
                self._add_lines(pipe, lines[start : start + LINES_AT_ONCE], lifetime)
            answers = pipe.execute()
        if NO_ROOM in answers:
            raise NoRoom
        return all(answers)

    def close(self) -> None:
        """Close the connection."""
        self._client.connection_pool.disconnect()

    def _ask_for_room(self) -> None:
        if time.monotonic() >= self._ask_at:
            try:
                memory = self._client.info("memory")
            except ResponseError:
                # This user may not ask: as where there is no limit.
                memory = {}
            self._ask_at = time.monotonic() + FRESH
            self._is_full = _keys.is_full(memory, self._is_full)
            self._cap = _keys.log_bytes(_keys.used_memory(memory)[1], _keys.LOG_BYTES)
        if self._is_full:
            raise NoRoom

    def _progress(self, stages: list[dict[str, Any]]) -> bytes:
        told = {"run": self._run_id, "at": int(time.time() * 1000), "stages": stages}
        return _bytes(json.dumps(told, ensure_ascii=False, separators=(",", ":")))

    def _add_lines(self, pipe: Any, lines: list[Line], lifetime: int | None) -> None:
        seconds = self._lifetime if lifetime is None else lifetime
        head = (self._job_id, int(time.time()), self._cap, LINE_BYTES, seconds, self._run_id)
        told = [part for line in lines for part in (line.at, line.level, _bytes(line.text), line.number)]
        pipe.eval(LOG, 4, *self._keys, *head, *told)


def lifetime(job: Job, succeeded: bool | None, result: Any = None) -> int:
    """Seconds that a log is kept, as long as RQ keeps its job: -1 for ever, 0 not at all.

    While the job runs (`succeeded` None), and where it will run again, that is how long a failed job is kept.
    """
    failure_ttl = FAILURE_TTL if job.failure_ttl is None else job.failure_ttl
    if succeeded is False:
        return failure_ttl
    if succeeded is None or job.repeats_left or isinstance(result, Retry):
        return failure_ttl or FAILURE_TTL
    return RESULT_TTL if job.result_ttl is None else job.result_ttl


def own_pool(connection: Redis) -> ConnectionPool:
    """A pool of one connection to where `connection` leads (TCP, TLS, unix socket or Sentinel), without patience."""
    pool = connection.connection_pool
    kwargs = {name: value for name, value in pool.connection_kwargs.items() if name not in _OF_ANOTHER_POOL}
    kwargs |= {"socket_timeout": TIMEOUT, "socket_connect_timeout": TIMEOUT, "retry": RetryPolicy(NoBackoff(), 0)}
    kwargs |= {"retry_on_timeout": False, "retry_on_error": [], "health_check_interval": 0, "protocol": 2}
    return ConnectionPool(connection_class=pool.connection_class, max_connections=1, **kwargs)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")
