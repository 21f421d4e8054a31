"""The recorded figures: read minute by minute, kept while they are of use. Their maths is in `figures_maths.py`."""

from collections.abc import Mapping, Sequence
from typing import Any

import redis

from jobs import _keys
from webapp import figure_fields as ff
from webapp.queries import figures_maths as maths
from webapp.queries.fields import integer, reply
from webapp.queries.figures_maths import MINUTE_MS, Functions, Minute, QueueLoad, WorkerLoad
from webapp.queries.titles import Titles
from webapp.rights import Rights

#: Minutes that figures look back.
KEPT = maths.FAILURES_MINUTES
#: Minutes read at once: 30 of an installation of 20 queues take 10 ms of this process.
MINUTES_A_READ = 30
#: A minute does not change any more so long after its end (tally.LATE_MS, and the time of a write).
SETTLED_MS = 10_000
#: Figures are written every 2 s and read at most this often, whoever asks.
READ_EVERY_MS = 900


class FiguresCache:
    """The last hour, in memory. One per process, not thread-safe: it belongs to the watcher.

    `ask` puts what is not known yet into a pipeline, `absorb` takes its replies, `view` tells the figures.
    """

    def __init__(self, titles: Titles) -> None:
        self._titles = titles
        self._minutes: dict[int, Minute] = {}
        self._functions: dict[int, Functions] = {}
        self._settled: set[int] = set()
        self._heartbeat: int | None = None
        self._read_ms = 0
        self._asked: tuple[list[int], list[int]] = ([], [])
        #: A settled minute that Redis must still have: where it is gone, Redis was emptied, and so is what we remember.
        self._witness: int | None = None
        self._view: tuple[dict, tuple[dict, ...]] | None = None
        self._viewed_ms = 0
        #: The figures of the last view within rights that somebody has.
        self._narrowed: dict[Rights, dict] = {}

    def ask(self, pipe: redis.client.Pipeline, now_ms: int) -> None:
        """Put reads into `pipe`: none within READ_EVERY_MS of the last one, then 6, and up to 33 at first."""
        self._asked = ([], [])
        if abs(now_ms - self._read_ms) < READ_EVERY_MS:
            return
        last = now_ms // MINUTE_MS
        wanted = [minute for minute in range(last, last - KEPT, -1) if minute not in self._settled]
        self._asked = (wanted[:MINUTES_A_READ], [last, last - 1])
        self._witness = max((minute for minute in self._settled if self._minutes[minute].covered_ms), default=None)
        pipe.hget(_keys.RECORDER, "heartbeat")
        pipe.exists(_keys.figures(last if self._witness is None else self._witness))
        for minute in self._asked[0]:
            pipe.hgetall(_keys.figures(minute))
        for minute in self._asked[1]:
            pipe.hgetall(_keys.functions(minute))

    def absorb(self, replies: Sequence[Any], now_ms: int) -> None:
        """Take the replies to the last `ask`."""
        if not replies:
            return
        minutes, functions = self._asked
        heartbeat, witnessed, *values = map(reply, replies)
        self._heartbeat = integer(heartbeat)
        if self._witness is not None and witnessed == 0:
            self._minutes, self._settled = {}, set()
        self._read_ms = now_ms
        for minute, fields in zip(minutes, values, strict=False):
            self._minutes[minute] = _minute(fields or {})
            if (minute + 1) * MINUTE_MS + SETTLED_MS <= now_ms:
                self._settled.add(minute)
        self._functions = {
            minute: _functions(fields or {}) for minute, fields in zip(functions, values[len(minutes) :], strict=True)
        }
        self._forget(before=now_ms // MINUTE_MS - KEPT)

    def view(
        self, now_ms: int, queues: Mapping[str, QueueLoad], workers: Mapping[str, WorkerLoad]
    ) -> tuple[dict, tuple[dict, ...]]:
        """(figures, gathered) as they go over the wire. Reckoned anew at most every READ_EVERY_MS."""
        if self._view is None or abs(now_ms - self._viewed_ms) >= READ_EVERY_MS:
            self._view, self._viewed_ms = self._reckon(now_ms, queues, workers), now_ms
            self._narrowed = {}
        return self._view

    def within(self, rights: Rights) -> dict:
        """The figures of the last `view`, of the queues that these rights cover; {} before the first. O(minutes).

        How soon a job would start is what it is for everybody: workers serve other queues too.
        """
        if self._view is None:
            return {}
        if rights not in self._narrowed:
            at_ms, recording = self.last_word(self._viewed_ms)
            minutes = {minute: known.of(rights.sees_queue) for minute, known in list(self._minutes.items())}
            shown = maths.figures(minutes, at_ms, recording, (), ()).as_json()
            starts = [one for one in self._view[0]["start_in"] if rights.sees_queue(one["queue"])]
            self._narrowed[rights] = shown | {"start_in": starts}
        return self._narrowed[rights]

    @property
    def minutes(self) -> Mapping[int, Minute]:
        """What is known of each minute of the last hour, by epoch minute."""
        return self._minutes

    def last_word(self, now_ms: int) -> tuple[int, bool]:
        """(epoch ms at which figures are reckoned, whether a recorder is at work)."""
        if self._heartbeat is not None and now_ms - self._heartbeat < _keys.RECORDER_TTL * 1000:
            return self._heartbeat, True
        return now_ms, False

    def _reckon(
        self, now_ms: int, queues: Mapping[str, QueueLoad], workers: Mapping[str, WorkerLoad]
    ) -> tuple[dict, tuple[dict, ...]]:
        at_ms, recording = self.last_word(now_ms)
        last = at_ms // MINUTE_MS
        recent = [last - back for back in range(maths.GATHERED_MINUTES)]
        covered = sum(self._minutes[minute].covered_ms for minute in recent if minute in self._minutes)
        functions = [self._functions[minute] for minute in recent if minute in self._functions]
        short = maths.gathered(functions, covered, lambda function: self._titles.of(function)[1])
        shown = maths.figures(self._minutes, at_ms, recording, queues.values(), workers.values())
        return shown.as_json(), tuple(entry.as_json() for entry in short)

    def _forget(self, before: int) -> None:
        self._minutes = {minute: known for minute, known in self._minutes.items() if minute > before}
        self._settled = {minute for minute in self._settled if minute > before}


def _minute(fields: Mapping[bytes, bytes]) -> Minute:
    """One minute from its hash; what cannot be read is left out."""
    minute = Minute()
    for name, value in fields.items():
        metric, _, queue = name.decode("utf-8", "replace").partition(ff.SEPARATOR)
        count = integer(value) or 0
        if metric in ff.COUNTS:
            minute.counts.setdefault(metric, {})[queue] = count
        elif metric == ff.RUN_SUM:
            minute.run_ms[queue] = count
        elif metric.startswith(f"{ff.RUN}:"):
            minute.runs[queue] = minute.runs.get(queue, 0) + count
        elif metric == ff.COVERED:
            minute.covered_ms = count
        elif metric == ff.ARRIVALS_COVERED:
            minute.arrivals_ms = count
    return minute


def _functions(fields: Mapping[bytes, bytes]) -> Functions:
    """The run times of each function of one minute, from its hash."""
    functions: dict[tuple[str, str], dict[float, int]] = {}
    for name, value in fields.items():
        parts = ff.split(name)
        bound = ff.bound_of(parts[0], ff.RUN)
        if bound is not None and len(parts) == 3:
            functions.setdefault((parts[1], parts[2]), {})[bound] = integer(value) or 0
    return functions
