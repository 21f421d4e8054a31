"""What one read of the overview has gathered, and the Overview that it makes. No I/O."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from webapp.headcount import UNKNOWN, Headcount
from webapp.models import RUNNING_MAX, JobSummary
from webapp.models_overview import Hold, Overview, Pause, QueueStats, Totals, WorkerInfo
from webapp.queries import aside
from webapp.queries.counts import QueueReplies
from webapp.queries.fields import reply
from webapp.queries.figures import FiguresCache
from webapp.queries.short_runs import ShortRuns
from webapp.queries.workers import Judged, WorkerReplies


class Memo:
    """What the last overview was made of, so that what did not change is the same object in the next one.

    A thousand queues of which one has changed cost a thousand comparisons of identity, not of values.
    """

    def __init__(self) -> None:
        self.workers: dict[str, tuple[Any, WorkerInfo]] = {}
        self._queues: dict[str, tuple[Any, QueueStats]] = {}

    def queue(self, name: str, replies: QueueReplies, *more: Any) -> QueueStats:
        """What is told of a queue. `more`: see `QueueReplies.stats`."""
        known = self._queues.get(name)
        if known is None or known[0] != (replies, *more):
            self._queues[name] = known = (replies, *more), replies.stats(name, *more)
        return known[1]

    def forget_all_but(self, queues: Collection[str]) -> None:
        """Drop what is known of queues that are gone."""
        for name in self._queues.keys() - queues:
            del self._queues[name]


@dataclass
class Gathered:
    """Replies of one read, by name."""

    #: Redis time, epoch ms
    now: int
    suspended: bool = False
    suspended_until: int | None = None
    headcount: Headcount = UNKNOWN
    queue_names: list[str] = field(default_factory=list)
    worker_names: list[str] = field(default_factory=list)
    limit_keys: list[str] = field(default_factory=list)
    aside_names: list[str] = field(default_factory=list)
    #: whether there are more names than are read
    cut: bool = False
    #: whether somebody keeps the paused queues
    is_kept: bool = False
    queues: dict[str, QueueReplies] = field(default_factory=dict)
    workers: WorkerReplies = field(default_factory=lambda: WorkerReplies((), []))
    rate_limited: dict[str, int] = field(default_factory=dict)
    aside: dict[str, tuple[Hold | None, Pause | None]] = field(default_factory=dict)
    #: job id -> its two replies, see RowReader.ask
    rows: dict[str, list] = field(default_factory=dict)
    running: list[JobSummary] = field(default_factory=list)
    #: queue -> when the job at its head was enqueued
    oldest: dict[str, int | None] = field(default_factory=dict)

    def of_names(self, now: int) -> "Gathered":
        """A new read in which nothing was asked about what spans queues: that is as it was."""
        kept = Gathered(now, self.suspended, self.suspended_until, self.headcount, is_kept=self.is_kept, cut=self.cut)
        kept.queue_names, kept.worker_names, kept.limit_keys = self.queue_names, self.worker_names, self.limit_keys
        kept.aside_names, kept.aside, kept.rate_limited = self.aside_names, {**self.aside}, {**self.rate_limited}
        return kept

    def runs(self, limit: int) -> list[str]:
        """`<job id>:<execution>` of the runs that are looked at, over all queues."""
        members = [member for name in self.queue_names if name in self.queues for member in self.queues[name].runs]
        return [member.decode("utf-8", "replace") for member in members[:limit]]

    def absorb_queues(self, replies: Mapping[str, QueueReplies]) -> None:
        """Keep what was asked of queues that still exist."""
        listed = {*self.queue_names}
        self.queues.update({name: answer for name, answer in replies.items() if name in listed})

    def absorb_workers(self, replies: WorkerReplies) -> None:
        """Keep what was asked of workers that are still listed."""
        self.workers.absorb(replies, self.worker_names)

    def absorb_suspension(self, left_ms: object) -> None:
        """Keep whether workers are suspended, and until when: the answer to PTTL, -2 where they are not."""
        if isinstance(left_ms, int) and left_ms != -2:
            self.suspended = True
            # To the second: the answer to the next read differs by a millisecond.
            self.suspended_until = round((self.now + left_ms) / 1_000) * 1_000 if left_ms >= 0 else None

    def absorb_aside(self, names: Iterable[str], replies: list) -> None:
        """Keep what is set aside of queues of which anything still is."""
        found = aside.parse(names, replies, self.is_kept)
        self.aside.update({name: one for name, one in found.items() if name in self.aside_names})

    def absorb_rate_limits(self, keys: Iterable[str], replies: Iterable) -> None:
        """Keep how many jobs wait for each rate limit that still exists."""
        counted = {key: reply(count, 0) for key, count in zip(keys, replies, strict=True)}
        self.rate_limited.update({key: count for key, count in counted.items() if key in self.limit_keys})


def build(got: Gathered, judged: Mapping[str, Judged], figures: FiguresCache, short: ShortRuns, memo: Memo) -> Overview:
    """The overview that these replies make."""
    infos = dict(sorted(got.workers.infos(judged, got.running, memo.workers).items()))
    listening = Counter(queue for info in infos.values() if info.state != "lost" for queue in {*info.queues})
    queues = {
        name: memo.queue(name, replies, got.oldest.get(name), listening[name], *got.aside.get(name, (None, None)))
        for name, replies in sorted(got.queues.items())
    }
    memo.forget_all_but(queues.keys())
    shown_figures, recorded = figures.view(got.now, queues, infos)
    short.learn(got.running, got.now)
    gathered = recorded or short.gathered(queues, got.now)
    held = {entry["func"] for entry in gathered} | short.functions()
    rows = [replace(row, worker_state=judged[row.worker][0] if row.worker in judged else None) for row in got.running]
    lasting = short.lasting(rows, held, got.now)
    return Overview(
        as_of=got.now,
        totals=_totals(queues.values(), infos.values(), got),
        queues=queues,
        workers=infos,
        running={row.id: row for row in lasting[:RUNNING_MAX]},
        figures=shown_figures,
        gathered=gathered,
        servers=got.headcount.servers,
        pages=got.headcount.pages,
        runs=tuple(rows),
        lasting=tuple(lasting),
    )


def _totals(queues: Iterable[QueueStats], infos: Iterable[WorkerInfo], got: Gathered) -> Totals:
    queues, infos = list(queues), list(infos)
    summed = {
        name: sum(getattr(queue, name) for queue in queues)
        for name in ("queued", "started", "scheduled", "deferred", "failed", "finished", "canceled", "ready")
    }
    rate_limited = sum(got.rate_limited.values())
    oldest = [queue.oldest_enqueued_at for queue in queues if queue.oldest_enqueued_at is not None]
    states = [info.state for info in infos]
    return Totals(
        **summed,
        rate_limited=rate_limited,
        jobs=sum(summed.values()) + rate_limited,
        workers=len(infos) - states.count("lost"),
        busy=states.count("busy"),
        idle=states.count("idle"),
        lost=states.count("lost"),
        oldest_enqueued_at=min(oldest, default=None),
        suspended=got.suspended,
        suspended_until=got.suspended_until,
        held=sum(hold.jobs for hold, _ in got.aside.values() if hold),
        parked=sum(pause.parked for _, pause in got.aside.values() if pause),
        cut=got.cut,
    )
