"""Reads every bounded number of an installation: queues, workers, what runs, figures. One snapshot at a time.

Names are remembered from one read to the next, so that a steady installation costs one round trip however many
queues it has; what is new is asked in a second one. So are the replies: who knows what changed (`Touched`) has that
asked again, and of the rest what was asked longest ago. What the numbers become is in `snapshot.py`.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from itertools import islice

import redis

from webapp import rqkeys
from webapp.models import JobSummary
from webapp.models_overview import Overview
from webapp.queries import aside, counts, workers
from webapp.queries.clock import RedisClock
from webapp.queries.counts import QueueReplies
from webapp.queries.fields import moment, reply, text
from webapp.queries.figures import FiguresCache
from webapp.queries.liveness import Liveness
from webapp.queries.names import Names, ask_rate_limits
from webapp.queries.plan import Plan
from webapp.queries.rows import RowReader
from webapp.queries.short_runs import ShortRuns
from webapp.queries.snapshot import Gathered, Memo, build
from webapp.queries.workers import Judged, WorkerReplies

#: Runs that are looked at; all are counted.
RUNS_MAX = 200
#: Seconds within which every queue is asked again though no change is known, some of them each second.
ROUND = 5
#: Workers that are asked again once a second: whether one was killed nothing tells.
WORKERS_A_TICK = 200
#: Workers that are asked again in between, the longest unasked first: nothing tells of a change of theirs.
WORKERS_A_LOOK = 50


@dataclass(frozen=True)
class Touched:
    """What changed since the last read."""

    #: (queue, status) of lists
    lists: Collection[tuple[str, str]] = ()
    #: ids
    jobs: Collection[str] = ()
    #: what spans queues: their names, workers, suspension, rate limits, what is set aside
    names: bool = False
    #: It is time to ask for what nothing tells of: a killed worker, an expired hash, a notice that was lost.
    is_tick: bool = False


@dataclass
class _Asked:
    """What one read asks about by name."""

    #: name -> statuses of the lists that are asked for
    queues: dict[str, Collection[str]] = field(default_factory=dict)
    workers: list[str] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)
    names: bool = True


class OverviewReader:
    """Reads the overview again and again. One per web process."""

    def __init__(self, clock: RedisClock, rows: RowReader, figures: FiguresCache, liveness: Liveness) -> None:
        self.clock = clock
        self._rows = rows
        self._figures = figures
        self._liveness = liveness
        self._names, self._asked = Names(), _Asked()
        #: What the last read gathered.
        self._last = Gathered(now=0)
        self._short, self._memo = ShortRuns(), Memo()
        #: The last replies, the oldest first.
        self._queues: dict[str, QueueReplies] = {}
        self._workers = WorkerReplies((), [])
        self._rows_read: dict[str, list] = {}
        self._judged: dict[str, Judged] = {}
        #: `<job id>:<execution>` of each run -> the worker that its execution names
        self._runs: dict[str, str | None] = {}
        #: id at the head of a queue -> when it was enqueued
        self._heads: dict[bytes, int | None] = {}

    def read(self, reader: redis.Redis) -> Overview:
        """The overview now. One round trip where nothing is new, at most five. Raises redis.RedisError."""
        plan = Plan(reader)
        self.ask(plan)
        return self.finish(reader, plan.execute())

    def finish(self, reader: redis.Redis, plan: Plan) -> Overview:
        """The overview from the replies to `ask`. No round trip where nothing is new, at most four."""
        got = self._read_known(plan)
        # Twice: what a new queue holds, its runs and its head, is known only after it was asked.
        for _ in range(2):
            self._read_new(reader, got)
        self._names = Names(list(got.queues), list(got.workers.fields), list(got.rate_limited), list(got.aside))
        self._forget(got)
        got.running = self._running(reader, got)
        got.oldest = {name: self._heads.get(replies.head) for name, replies in got.queues.items() if replies.head}
        for name in self._asked.workers:
            self._judged.pop(name, None)
        self._judged = got.workers.judge(self._liveness, got.now, self._judged)
        self._liveness.forget_all_but(set(got.workers.fields))
        self._queues, self._workers, self._rows_read, self._last = got.queues, got.workers, got.rows, got
        return build(got, self._judged, self._figures, self._short, self._memo)

    def running_ids(self) -> set[str]:
        """Ids of the jobs that ran at the last read."""
        return {rqkeys.job_of_run(run) for run in self._runs}

    def ask(self, plan: Plan, touched: Touched | None = None) -> None:
        """Put into `plan` the sets of names, and what is to be asked about the names of the last read.

        `touched`: nothing else is known to have changed; None: everything may have.
        """
        self._asked = self._choose(touched)
        plan.ask("clock", lambda pipe: pipe.time())
        if self._asked.names:
            self._names.ask(plan)
        plan.ask("workers", workers.ask, self._asked.workers)
        plan.ask("runs", self._ask_rows, self._asked.jobs)
        plan.ask("figures", self._figures.ask, self.clock.now_ms())
        for name, statuses in self._asked.queues.items():
            plan.ask(f"queue {name}", counts.ask, name, self.clock.now_ms(), statuses)

    def _choose(self, touched: Touched | None) -> _Asked:
        running = sorted(self.running_ids())
        if touched is None:
            return _Asked(dict.fromkeys(self._names.queues, counts.ALL), self._names.workers, running)
        queues: dict[str, Collection[str]] = {}
        for name, status in touched.lists:
            if name in self._queues:
                queues[name] = {*queues.get(name, ()), status}
        if touched.is_tick:
            queues |= dict.fromkeys(islice(self._queues, -(-len(self._queues) // ROUND)), counts.ALL)
        told = islice(self._workers.fields, WORKERS_A_TICK if touched.is_tick else WORKERS_A_LOOK)
        unread = [job_id for job_id in running if job_id in touched.jobs or job_id not in self._rows_read]
        names = touched.names or touched.is_tick
        return _Asked(queues, list(told), running if touched.is_tick else unread, names)

    def _read_known(self, plan: Plan) -> Gathered:
        """What `ask` asked for."""
        asked, now = self._asked, self.clock.absorb(reply(plan["clock"][0]))
        got = self._names.read(plan, now) if asked.names else self._last.of_names(now)
        # What was not asked first: the oldest replies come first.
        got.absorb_workers(self._workers.but({*asked.workers}))
        got.absorb_workers(WorkerReplies(asked.workers, plan["workers"]))
        got.absorb_queues({name: known for name, known in self._queues.items() if f"queue {name}" not in plan})
        for name, statuses in asked.queues.items():
            got.absorb_queues({name: self._replies(name, plan[f"queue {name}"], statuses)})
        got.rows.update({job_id: self._rows_read[job_id] for job_id in self.running_ids() - {*asked.jobs}})
        got.rows.update(_pairs(asked.jobs, plan["runs"]))
        self._figures.absorb(plan["figures"], got.now)
        return got

    def _replies(self, name: str, replies: list, statuses: Collection[str]) -> QueueReplies:
        """Those of the last read where nothing is new: what is made of them is the same, then."""
        known = self._queues.get(name)
        raw = replies if known is None else counts.merged(known.raw, replies, statuses)
        return known if known is not None and known.raw == raw else QueueReplies(raw)

    def _read_new(self, reader: redis.Redis, got: Gathered) -> None:
        """One more round trip for names, runs and heads not met before; none where there are none."""
        queues = [name for name in got.queue_names if name not in got.queues]
        names = [name for name in got.worker_names if name not in got.workers.fields]
        limits = [key for key in got.limit_keys if key not in got.rate_limited]
        apart = [name for name in got.aside_names if name not in got.aside]
        runs = [run for run in got.runs(RUNS_MAX) if run not in self._runs]
        jobs = sorted({rqkeys.job_of_run(run) for run in runs} - got.rows.keys())
        heads = sorted({replies.head for replies in got.queues.values() if replies.head} - self._heads.keys())
        plan = Plan(reader)
        plan.ask("workers", workers.ask, names)
        plan.ask("limits", ask_rate_limits, limits)
        plan.ask("aside", aside.ask, apart)
        plan.ask("runs", _ask_runs, runs)
        plan.ask("rows", self._ask_rows, jobs)
        plan.ask("heads", _ask_heads, heads)
        for name in queues:
            plan.ask(f"queue {name}", counts.ask, name, got.now)
        plan.execute()
        got.absorb_workers(WorkerReplies(names, plan["workers"]))
        got.absorb_rate_limits(limits, plan["limits"])
        got.absorb_aside(apart, plan["aside"])
        self._runs.update(zip(runs, (text((reply(answer) or [None])[0]) for answer in plan["runs"]), strict=True))
        got.rows.update(_pairs(jobs, plan["rows"]))
        self._heads.update(zip(heads, (moment(reply(answer)) for answer in plan["heads"]), strict=True))
        got.absorb_queues({name: QueueReplies(plan[f"queue {name}"]) for name in queues})

    def _forget(self, got: Gathered) -> None:
        """Drop runs and heads that are over."""
        runs = set(got.runs(RUNS_MAX))
        self._runs = {run: worker for run, worker in self._runs.items() if run in runs}
        heads = {replies.head for replies in got.queues.values()}
        self._heads = {head: at for head, at in self._heads.items() if head in heads}

    def _running(self, reader: redis.Redis, got: Gathered) -> list[JobSummary]:
        """A row for each run, with the worker of its execution: the hash may still name that of an earlier run."""
        worker_of = {rqkeys.job_of_run(run): worker for run, worker in self._runs.items()}
        rows = self._rows.finish(reader, {job_id: got.rows[job_id] for job_id in worker_of if job_id in got.rows})
        return [replace(row, worker=worker_of[row.id] or row.worker) for row in rows if row.status is not None]

    def _ask_rows(self, pipe: redis.client.Pipeline, ids: list[str]) -> None:
        for job_id in ids:
            self._rows.ask(pipe, job_id)


def _pairs(ids: list[str], replies: list) -> dict[str, list]:
    return {job_id: replies[2 * at : 2 * at + 2] for at, job_id in enumerate(ids)}


def _ask_runs(pipe: redis.client.Pipeline, runs: list[str]) -> None:
    for run in runs:
        pipe.hmget(rqkeys.execution(run), "worker_name")


def _ask_heads(pipe: redis.client.Pipeline, heads: list[bytes]) -> None:
    for head in heads:
        pipe.hget(rqkeys.JOB_PREFIX.encode() + head, "enqueued_at")
