"""Looks at jobs whose hash changed, and tells what happened to each since the last look. Reads only.

A look costs one pipeline of HMGETs per LOOK_CHUNK jobs, and a second one for the payloads of jobs never met before.
Of many new jobs at once it reads but the first: see `arrivals.py`.
"""

import sys
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import NamedTuple

import redis

from jobs import _keys
from webapp import decode
from webapp import figure_fields as ff
from webapp.operations.arrivals import AHEAD, BULK_MIN, MISSES_MAX, QUEUES_MAX, Unread, at_the_end
from webapp.operations.runs import FIELDS, Event, Known, Sight, judge, queue_of
from webapp.queries.fields import reply, text

#: Jobs in one pipeline: about 10 ms of this process, and 2 ms of Redis.
LOOK_CHUNK = 500
#: Jobs that are remembered: 50,000 take about 50 MB.
REMEMBERED = 50_000
#: A larger payload (compressed bytes) is not fetched; the function's name is taken from the description then.
PAYLOAD_BYTES = 64 * 1024
UNKNOWN_FUNCTION = "?"

Note = Callable[[str, bytes | None, bytes | None], None]


class Seen(NamedTuple):
    """What happened to one job, or to many that arrived: `function` is None then."""

    queue: str
    function: str | None
    events: list[Event]
    #: Its hash is gone, and it may have run.
    vanished: bool = False
    #: The start of that run was counted.
    started: bool = False


class Looks:
    """Remembers the last look at each job. Not thread-safe: it belongs to the recorder's thread."""

    def __init__(self, reader: redis.Redis, remembered: int = REMEMBERED, note: Note = lambda *_: None) -> None:
        """`note(id, status, queue)` is told of each look."""
        self._reader = reader
        self._note = note
        self._remembered = remembered
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._unread = Unread()

    def look(self, job_ids: Iterable[str], fresh_since: int) -> Iterator[Seen]:
        """What happened to these jobs since the last look. `fresh_since`: see `judge`. Raises redis.RedisError."""
        wanted = dict.fromkeys(job_ids)
        wanted |= dict.fromkeys(self._ahead(wanted))
        if sum(job_id not in self._known for job_id in wanted) >= BULK_MIN:
            yield from self._arrived(wanted, fresh_since)
        waiting = iter(wanted)
        while chunk := list(islice(waiting, LOOK_CHUNK)):
            yield from self._read(chunk, fresh_since)
        while len(self._known) > self._remembered:
            job_id, known = self._known.popitem(last=False)
            self._unread.discard(known.queue, job_id)

    def running(self, most: int) -> list[str]:
        """Jobs whose run was counted as started and not as ended, at most `most`. O(jobs remembered)."""
        return list(islice((job_id for job_id, known in self._known.items() if known.running), most))

    def _arrived(self, wanted: dict[str, None], fresh_since: int) -> Iterator[Seen]:
        """Take those of `wanted` out of it that wait at the end of a queue and were not met before.

        One of them is read to know a queue, then the end of that queue tells of its neighbours.
        """
        new = {job_id: None for job_id in wanted if job_id not in self._known}
        queues = misses = 0
        while len(new) >= BULK_MIN and queues < QUEUES_MAX and misses < MISSES_MAX:
            probe = next(iter(new))
            del new[probe], wanted[probe]
            yield from self._read([probe], fresh_since)
            known = self._known.get(probe)
            queue = known.queue if known and known.sight and known.sight.status == b"queued" else ""
            found = at_the_end(self._reader, queue, new) if queue else []
            misses, queues = misses + (not found), queues + 1
            for job_id in found:
                del new[job_id], wanted[job_id]
                self._known[job_id] = Known(None, queue, UNKNOWN_FUNCTION)
                self._note(job_id, b"queued", queue.encode())
            if found:
                self._unread.add(queue, found)
                wanted |= dict.fromkeys(self._unread.first(queue, AHEAD))
                yield Seen(queue, None, [(ff.ARRIVED, len(found))])

    def _ahead(self, wanted: Iterable[str]) -> list[str]:
        """Jobs that were not read yet and whose turn comes next, in queues of which others have changed."""
        changed: Counter[str] = Counter()
        for job_id in wanted:
            known = self._known.get(job_id)
            if known is not None and self._unread.has(known.queue):
                # Those that were not read before are first in their queue themselves.
                changed[known.queue] += 1 + (known.sight is None)
        return [job_id for queue, count in changed.items() for job_id in self._unread.first(queue, count)]

    def _read(self, job_ids: list[str], fresh_since: int) -> Iterator[Seen]:
        for job_id, sight in self._sights(job_ids).items():
            seen = self._compare(job_id, sight, fresh_since)
            if seen is not None:
                yield seen

    def _sights(self, job_ids: list[str]) -> dict[str, tuple[Sight, str] | None]:
        """A look at each job, with its function's name; None where its hash is gone or is none."""
        new = [job_id for job_id in job_ids if job_id not in self._known or self._known[job_id].sight is None]
        pipe = self._reader.pipeline(transaction=False)
        for job_id in job_ids:
            pipe.hmget(_keys.job(job_id), FIELDS)
        for job_id in new:
            pipe.hstrlen(_keys.job(job_id), "data")
        replies = [reply(answer) for answer in pipe.execute(raise_on_error=False)]
        looks = {job_id: Sight.of(answer or []) for job_id, answer in zip(job_ids, replies, strict=False)}
        sizes = dict(zip(new, replies[len(job_ids) :], strict=True))
        functions = self._functions({job_id: sizes[job_id] or 0 for job_id in new if looks[job_id] is not None})
        found = {}
        for job_id, sight in looks.items():
            if sight is None:
                found[job_id] = None
            elif job_id in functions:
                found[job_id] = (sight, functions[job_id])
            elif (known := self._known[job_id]).sight and known.sight.created_at == sight.created_at:
                found[job_id] = (sight, known.function)
            else:
                # The id was used again for another job.
                del self._known[job_id]
                found |= self._sights([job_id])
        return found

    def _functions(self, sizes: dict[str, int]) -> dict[str, str]:
        """The function of each job: from its payload where that is small, else from RQ's default description."""
        if not sizes:
            return {}
        pipe = self._reader.pipeline(transaction=False)
        for job_id, size in sizes.items():
            pipe.hmget(_keys.job(job_id), "description", *(("data",) if size <= PAYLOAD_BYTES else ()))
        answers = pipe.execute(raise_on_error=False)
        return {job_id: _function(*reply(answer, ())) for job_id, answer in zip(sizes, answers, strict=True)}

    def _compare(self, job_id: str, found: tuple[Sight, str] | None, fresh_since: int) -> Seen | None:
        before = self._known.pop(job_id, None)
        if before is not None and before.sight is None:
            self._unread.discard(before.queue, job_id)
        if found is None:
            self._note(job_id, None, None)
            return _gone(before)
        sight, function = found
        self._note(job_id, sight.status, sight.origin)
        events, known = judge(before, Known(sight, queue_of(sight), function), fresh_since)
        self._known[job_id] = known
        return Seen(known.queue, function, events) if events else None


def _gone(before: Known | None) -> Seen | None:
    """A job whose hash is gone may have run: RQ deletes one of `result_ttl=0` as it finishes."""
    if before is None:
        return Seen("", UNKNOWN_FUNCTION, [], vanished=True)
    if before.sight is not None and before.sight.status not in (b"queued", b"started"):
        return None
    return Seen(before.queue, before.function, [], vanished=True, started=before.running)


def _function(description: bytes | None = None, data: bytes | None = None) -> str:
    name = decode.call(data, decode.ROW_BYTES).func if data else None
    return sys.intern(name or decode.function_of_description(text(description) or "") or UNKNOWN_FUNCTION)
