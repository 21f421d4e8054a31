"""Whole values, and what somebody with narrowed rights may see of them. Pure: no Redis, no clock, no Flask.

A queue's counts are whole numbers: who sees the queue sees them, also where some of its functions are out of sight.
What cannot be told apart by queue is left out; see docs/decisions/rights.md.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from webapp.models import RUNNING_MAX, JobSummary
from webapp.models_job import JobDetail
from webapp.models_overview import Overview, QueueStats, Totals, WorkerInfo
from webapp.rights import Rights

SUMMED = ("queued", "started", "scheduled", "deferred", "failed", "finished", "canceled", "ready")

Facts = tuple[str | None, str | None]


def overview(whole: Overview, rights: Rights, figures: Callable[[Rights], dict[str, Any]]) -> Overview:
    """The overview of the queues in sight. O(queues + workers + running jobs).

    `figures`: reckons those of the recorder within rights.
    """
    queues = {name: stats for name, stats in whole.queues.items() if rights.sees_queue(name)}
    shown = [row for row in whole.lasting if rights.sees_job(row.queue, row.func)]
    seen = {row.id for row in whole.runs if rights.sees_job(row.queue, row.func)}
    told = (_worker(info, rights, seen) for info in whole.workers.values())
    workers = {info.name: info for info in told if info is not None}
    return replace(
        whole,
        totals=_totals(whole.totals, queues.values(), workers.values()),
        queues=queues,
        workers=workers,
        runs=tuple(row for row in whole.runs if row.id in seen),
        lasting=tuple(shown),
        running={row.id: row for row in shown[:RUNNING_MAX]},
        figures=figures(rights),
        gathered=tuple(one for one in whole.gathered if rights.sees_job(one["queue"], one["func"])),
    )


def _worker(info: WorkerInfo, rights: Rights, seen: set[str]) -> WorkerInfo | None:
    """The worker, where it serves a queue in sight, without what else it serves and runs."""
    queues = tuple(name for name in info.queues if rights.sees_queue(name))
    if not queues:
        return None
    return replace(info, queues=queues, jobs=tuple(job for job in info.jobs if job["id"] in seen))


def _totals(whole: Totals, queues: Iterable[QueueStats], workers: Iterable[WorkerInfo]) -> Totals:
    """Summed anew. A rate limit spans queues: how many wait for one is told by the board `unlisted`, by queue."""
    queues, states = list(queues), [info.state for info in workers]
    summed = {name: sum(getattr(queue, name) for queue in queues) for name in SUMMED}
    oldest = (queue.oldest_enqueued_at for queue in queues if queue.oldest_enqueued_at is not None)
    return replace(
        whole,
        **summed,
        rate_limited=None,
        jobs=sum(summed.values()),
        workers=len(states) - states.count("lost"),
        busy=states.count("busy"),
        idle=states.count("idle"),
        lost=states.count("lost"),
        oldest_enqueued_at=min(oldest, default=None),
        held=sum(queue.held.jobs for queue in queues if queue.held),
        parked=sum(queue.paused.parked for queue in queues if queue.paused),
    )


def job(whole: JobDetail, rights: Rights, relatives: Mapping[str, Facts]) -> JobDetail | None:
    """The job without ids of others that are out of sight, which are counted; None where it is out of sight itself.

    `relatives`: queue and function of the jobs that it waits for and that wait for it; who is not there is not named.
    """
    if not rights.sees_job(whole.queue, whole.func):
        return None

    def named(ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(job_id for job_id in ids if job_id in relatives and rights.sees_job(*relatives[job_id]))

    return replace(whole, depends_on=named(whole.depends_on), dependents=named(whole.dependents))


def relatives_of(jobs: Iterable[JobDetail]) -> set[str]:
    """The ids that these jobs name."""
    return {job_id for one in jobs for job_id in (*one.depends_on, *one.dependents)}


def facts(rows: Iterable[JobSummary]) -> dict[str, Facts]:
    """Queue and function of each of these jobs, by id. Of one whose hash is gone neither is known."""
    return {row.id: (row.queue, row.func) for row in rows}


def rows(found: Iterable[JobSummary], rights: Rights) -> list[JobSummary]:
    """Those in sight. An id whose hash is gone belongs to nobody: who may not see all does not see it."""
    return [row for row in found if rights.sees_job(row.queue, row.func)]


def server(described: dict[str, Any], rights: Rights) -> dict[str, Any]:
    """What a page is told of its server. Commands that start a worker name queues: they are for who may see all."""
    if not rights.is_narrowed:
        return described
    queues = [name for name in described["queues"] if rights.sees_queue(name)]
    return described | {"queues": queues, "worker_command": None, "remote_command": None}


def job_types(entries: Iterable[dict[str, Any]], rights: Rights) -> list[dict[str, Any]]:
    """Those whose function is in sight, and whose own queue is, where it names one."""
    return [
        entry
        for entry in entries
        if rights.sees_function(entry["func"]) and (not entry["queue"] or rights.sees_queue(entry["queue"]))
    ]
