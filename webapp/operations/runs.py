"""What happened to a job between two looks at its hash. Pure: no Redis, no clock.

RQ says little while it writes much: a retry or a repeat never shows `failed` or `finished`, a stopped job has no
`ended_at`, and several runs may pass between two looks. So runs are counted by what only a run's end changes:
`ended_at`, and the counters of retries and repeats. What cannot be seen is listed in docs/operations.md.
"""

import sys
from dataclasses import dataclass, replace
from typing import NamedTuple

from webapp import figure_fields as ff
from webapp.queries.fields import integer, moment, text

#: Fields of a job's hash that are looked at, in the order of `Sight.of`.
FIELDS = (
    "status",
    "origin",
    "created_at",
    "enqueued_at",
    "started_at",
    "ended_at",
    "retries_left",
    "number_of_retries",
    "repeats_left",
)

#: (metric, 1 or how many) for counts, (WAIT or RUN, milliseconds) for durations.
Event = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Sight:
    """One look at a job's hash; times as RQ spells them, since they are mostly only compared."""

    status: bytes | None
    origin: bytes | None
    created_at: bytes | None
    enqueued_at: bytes | None
    started_at: bytes | None
    ended_at: bytes | None
    retries_left: bytes | None
    number_of_retries: bytes | None
    repeats_left: bytes | None

    @classmethod
    def of(cls, values: list[bytes | None]) -> "Sight | None":
        """From the reply to HMGET of FIELDS; None where the hash is gone. Empty text means unset."""
        return cls(*(value or None for value in values)) if any(values) else None


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of a job: the last look, where it belongs, and whether a counted run of it goes on."""

    #: None where it was only seen to wait in its queue: its arrival was counted, and its hash not read yet.
    sight: Sight | None
    queue: str
    function: str
    running: bool = False


class _Ends(NamedTuple):
    """Runs that ended between two looks, by how they ended."""

    finished: int = 0
    failed: int = 0
    retried: int = 0
    stopped: int = 0

    @property
    def total(self) -> int:
        return sum(self)


def judge(before: Known | None, now: Known, fresh_since: int) -> tuple[list[Event], Known]:
    """The events between two looks at a job, and what to remember of it.

    `before` is None where the job was not looked at before; then what its times date before `fresh_since` (epoch ms)
    is taken to have happened unseen, and is not counted. The same where `before` was not read, but for its arrival.
    """
    old, new = before.sight if before else None, now.sight
    has_arrived = before is not None and old is None
    ends = _ends(old, new, fresh_since)
    was_running = before.running if before and old else _ran_before(new, ends, fresh_since)
    # A run that was not seen to end goes on, whatever the status says: canceled, or scheduled a moment too early.
    is_running = new.status == b"started" or (was_running and not ends.total)
    # A job may fail without a run, as one that was stuck on its way to a worker: then nothing started either.
    ran = ends.total if new.started_at or was_running else 0
    starts = max(0, ran + is_running - was_running)
    events = [
        (metric, count)
        for metric, count in (
            (ff.ARRIVED, 0 if has_arrived else _arrivals(old, new, fresh_since)),
            (ff.STARTED, starts),
            (ff.FINISHED, ends.finished),
            (ff.FAILED, ends.failed),
            (ff.RETRIED, ends.retried),
            (ff.STOPPED, ends.stopped),
            (ff.CANCELED, _became(old, new, b"canceled")),
        )
        if count
    ]
    if starts:
        events += _duration(ff.WAIT, new.enqueued_at, new.started_at)
    if ends.finished or ends.failed or ends.retried:
        events += _run_time(old, new)
    return events, replace(now, running=is_running)


def _ran_before(new: Sight, ends: _Ends, fresh_since: int) -> bool:
    """Whether a job that is looked at first was running, or ran until now, before `fresh_since`."""
    runs_or_ran = new.status == b"started" or ends.total
    return bool(runs_or_ran and new.started_at and not _fresh(new.started_at, fresh_since))


def _arrivals(old: Sight | None, new: Sight, fresh_since: int) -> int:
    if new.enqueued_at is None:
        return 0
    if old is not None:
        return int(new.enqueued_at != old.enqueued_at)
    waits_untouched = new.status == b"queued" and not new.started_at and not new.ended_at
    return int(waits_untouched or _fresh(new.enqueued_at, fresh_since))


def _ends(old: Sight | None, new: Sight, fresh_since: int) -> _Ends:
    retried, repeated = _retries(old, new), _fell(old, new, "repeats_left")
    ended = _ended(old, new, fresh_since)
    if new.status == b"finished":
        return _Ends(finished=repeated + ended, retried=retried)
    if new.status == b"failed":
        # RQ leaves no `ended_at` where it gives a job up that no worker ran any more.
        gave_up = (old is not None and old.status != b"failed") or (old is None and new.ended_at is None)
        return _Ends(finished=repeated, failed=int(ended or gave_up), retried=retried)
    if new.status == b"stopped":
        return _Ends(finished=repeated, retried=retried, stopped=_became(old, new, b"stopped"))
    if ended and not retried and not repeated:
        return _first_end_seen(old, new)
    return _Ends(finished=repeated, retried=retried)


def _first_end_seen(old: Sight | None, new: Sight) -> _Ends:
    """A run ended and the job goes on, but no counter tells which way: it was never looked at before, or has none."""
    if new.repeats_left is not None and new.retries_left is None:
        return _Ends(finished=1)
    counted = new.retries_left is not None or new.number_of_retries is not None
    return _Ends(retried=int(old is not None or counted))


def _retries(old: Sight | None, new: Sight) -> int:
    """Runs that ended in another try: by `Retry` at enqueue, or by a returned `Retry`."""
    if old is None:
        return 0
    returned = (integer(new.number_of_retries) or 0) - (integer(old.number_of_retries) or 0)
    return _fell(old, new, "retries_left") + max(0, returned)


def _fell(old: Sight | None, new: Sight, name: str) -> int:
    if old is None:
        return 0
    was, now = integer(getattr(old, name)), integer(getattr(new, name))
    return max(0, was - now) if was is not None and now is not None else 0


def _ended(old: Sight | None, new: Sight, fresh_since: int) -> int:
    if new.ended_at is None:
        return 0
    return int(new.ended_at != old.ended_at if old is not None else _fresh(new.ended_at, fresh_since))


def _became(old: Sight | None, new: Sight, status: bytes) -> int:
    return int(new.status == status and (old is None or old.status != status))


def _run_time(old: Sight | None, new: Sight) -> list[Event]:
    """How long the last run took; nothing where the next one has already overwritten its start."""
    if new.ended_at is None or (old is not None and new.ended_at == old.ended_at):
        return []
    started = new.started_at
    if new.status == b"started":
        started = old.started_at if old is not None and old.status == b"started" else None
    return _duration(ff.RUN, started, new.ended_at)


def _duration(metric: str, start: bytes | None, end: bytes | None) -> list[Event]:
    begun, over = moment(start), moment(end)
    return [(metric, over - begun)] if begun is not None and over is not None and over >= begun else []


def _fresh(raw: bytes, fresh_since: int) -> bool:
    at = moment(raw)
    return at is not None and at >= fresh_since


def queue_of(sight: Sight) -> str:
    """The name of the queue that a job belongs to; the same object for all its jobs."""
    return sys.intern(text(sight.origin) or "")
