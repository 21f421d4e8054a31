"""Empties the trash: what was deleted and can no longer be put back goes for good, with its files.

Whoever dies half way leaves keys that end by themselves, and files to the sweep of files.
"""

import logging
from collections.abc import Iterable, Iterator

import redis

from jobs import _keys
from webapp import files
from webapp.operations import chunks
from webapp.operations.shift import Tools
from webapp.queries.fields import integer, reply

log = logging.getLogger(__name__)

#: Jobs looked at in one round trip.
BATCH = 50
#: The work of a shift that is about jobs deleted one by one.
ONE_BY_ONE = "trash"

#: KEYS: index. ARGV: id, what stood there when it was read. Nothing happens where it was deleted anew meanwhile.
FORGET = """
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
return redis.call('HDEL', KEYS[1], ARGV[1])
"""

#: KEYS: where each job is noted, and its parts. ARGV: what the note about it was when it was read, its id. What another
#: delete has thrown away meanwhile stays.
EMPTY = """
local each = #KEYS / (#ARGV / 2)
for at = 0, #ARGV / 2 - 1 do
  local note, id = ARGV[2 * at + 1], ARGV[2 * at + 2]
  if (redis.call('HGET', KEYS[each * at + 1], id) or '') == note then
    redis.call('HDEL', KEYS[each * at + 1], id)
    redis.call('UNLINK', unpack(KEYS, each * at + 2, each * (at + 1)))
  end
end
"""


def due(stored: Iterable[tuple[bytes, bytes]], now_ms: int) -> list[tuple[bytes, bytes]]:
    """What of the index of jobs deleted one by one is over."""
    return [(job_id, told) for job_id, told in stored if (integer(told.split(b" ")[0]) or 0) <= now_ms]


class Bin:
    """What is done to trash, of whichever delete."""

    def __init__(self, writer: redis.Redis, store: files.Store) -> None:
        self._writer = writer
        self._store = store
        self._empty_now = writer.register_script(EMPTY)

    def empty(self, ids: list[bytes], thrown_by: bytes, with_files: frozenset[str] | None) -> None:
        """These jobs cannot be put back and have no files; what another delete has thrown away since stays.

        `thrown_by`: the token of the delete. `with_files`: the jobs with artifacts, where that is known. Two round
        trips for BATCH jobs. Raises redis.RedisError.
        """
        for start in range(0, len(ids), BATCH):
            self._empty(ids[start : start + BATCH], thrown_by, with_files)

    def _empty(self, ids: list[bytes], thrown_by: bytes, with_files: frozenset[str] | None) -> None:
        names = {job_id: job_id.decode("utf-8", "surrogateescape") for job_id in ids}
        pipe = self._writer.pipeline(transaction=False)
        for name in names.values():
            pipe.hget(_keys.trash(name), chunks.raw(name)).hget(chunks.raw(_keys.trash_part("job", name)), "data")
            pipe.exists(chunks.raw(_keys.job(name)))
        answers = [reply(answer) for answer in pipe.execute(raise_on_error=False)]
        found = zip(names.values(), answers[::3], answers[1::3], answers[2::3], strict=True)
        # A job without a note was not to be kept, or its time is over: it has files all the same.
        over = [(name, *told) for name, *told in found if token(told[0]) in (thrown_by, None)]
        for name, _, data, exists in over:
            uploads = files.uploads_in(data)
            if not exists and (uploads or with_files is None or name in with_files):
                self._store.forget_job(name, uploads)
        keys = [chunks.raw(key) for name, *_ in over for key in _all_keys(name)]
        if keys:
            self._empty_now(
                keys=keys, args=[part for name, note, *_ in over for part in (note or b"", chunks.raw(name))]
            )


class OneByOne:
    """Jobs that were deleted one by one, and whose time is over."""

    def __init__(self, stored: dict[bytes, bytes], tools: Tools, store: files.Store) -> None:
        self._due = due(stored.items(), tools.clock.now_ms())
        self._writer = tools.writer
        self._bin = Bin(tools.writer, store)
        self._forget = tools.writer.register_script(FORGET)

    def work(self) -> Iterator[float | None]:
        for job_id, told in self._due:
            if self._forget(keys=[_keys.TRASH], args=[job_id, told]):
                self._bin.empty([job_id], told.partition(b" ")[2], None)
            yield

    def fail(self, error: Exception) -> None:
        log.error("The trash could not be emptied", exc_info=error)

    def close(self) -> None:
        """It holds nothing."""


class OfOperation:
    """What an operation that has ended still holds: its chunks, and what it threw away."""

    def __init__(self, operation_id: str, stored: dict[bytes, bytes], tools: Tools, store: files.Store) -> None:
        self._id = operation_id
        self._deletes = stored.get(b"verb") == b"delete"
        self._writer = tools.writer
        self._store = store
        self._bin = Bin(tools.writer, store)

    def work(self) -> Iterator[float | None]:
        """Some milliseconds a step. Afterwards the operation is only told of."""
        key = _keys.operation_jobs(self._id)
        if self._deletes:
            with_files = self._store.jobs_with_artifacts()
            for number in range(self._writer.llen(key)):
                kept = chunks.unpack(self._writer.lindex(key, number))
                self._bin.empty([chunks.raw(one.id) for one in kept], self._id.encode(), with_files)
                yield
        pipe = self._writer.pipeline()
        pipe.hdel(_keys.operation(self._id), "trash_bytes", "bytes")
        pipe.unlink(key, _keys.operation_later(self._id)).execute()

    def fail(self, error: Exception) -> None:
        log.error("What an operation held could not be removed", exc_info=error)
        self._writer.hdel(_keys.operation(self._id), "bytes")

    def close(self) -> None:
        """It holds nothing."""


def token(note: bytes | None) -> bytes | None:
    """Who threw a job away, of a note about it; None without a note."""
    return note[: _keys.TRASH_TOKEN] if note else None


def _all_keys(job_id: str) -> list[str]:
    return [_keys.trash(job_id), *(_keys.trash_part(part, job_id) for part in _keys.TRASH_PARTS)]
