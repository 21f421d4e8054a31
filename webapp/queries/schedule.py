"""What is scheduled over all queues: the next jobs, who serves each queue, and when load will come.

When load will come is counted in `schedule_load.py`.
"""

import json
from typing import Any

import redis

from webapp import rqkeys
from webapp.models import JobSummary
from webapp.models_overview import Overview
from webapp.queries import schedule_load
from webapp.queries.fields import integer, moment, reply, seconds_ms, text
from webapp.queries.plan import Plan
from webapp.queries.processes import SCHEDULER_SILENT_MS
from webapp.queries.rows import RowReader
from webapp.queries.schedule_load import Queue
from webapp.rights import EVERYTHING, Rights

#: Queues that are looked at: those that hold most; each costs four commands.
QUEUES_MAX = 100
#: Heads of each queue, and rows that are shown.
HEADS = 50
ROWS_MAX = 100
#: RQ's scheduler looks once a second: what is later than this is late.
OVERDUE_MS = 5_000

PLAN_FIELDS = ("repeats_left", "repeat_intervals", "retries_left", "ended_at")
SCHEDULER_FIELDS = ("hostname", "pid", "last_heartbeat")


def read(
    reader: redis.Redis, rows: RowReader, overview: Overview, now_ms: int, rights: Rights = EVERYTHING
) -> dict[str, Any]:
    """{"total", "overdue", "more", "queues", "queues_more", "jobs", "load"}, see docs/api.md.

    Of the queues in `overview`, and of their jobs those that `rights` cover.
    Two round trips, one more for the rows and up to three for jobs not met before.
    """
    holding = [stats for stats in overview.queues.values() if stats.scheduled]
    names = [stats.name for stats in sorted(holding, key=lambda stats: -stats.scheduled)[:QUEUES_MAX]]
    first = Plan(reader)
    for name in names:
        first.ask(name, _ask_queue, name, now_ms)
    first.execute()
    queues = [queue for name in names if (queue := _queue(name, first[name])).total]
    heads = sorted(((job_id, due) for queue in queues for job_id, due in queue.heads), key=lambda head: head[1] or 0)
    shown = dict(heads[:ROWS_MAX])
    listed = {job_id: queue.name for queue in queues for job_id, _ in queue.heads}
    locks = sorted({queue.lock for queue in queues if queue.lock})
    second = Plan(reader)
    second.ask("schedulers", _ask_schedulers, locks)
    second.ask("plans", _ask_plans, list(shown))
    second.ask("load", schedule_load.ask, queues, now_ms)
    second.execute()
    schedulers = {
        name: _scheduler(name, answer, now_ms) for name, answer in zip(locks, second["schedulers"], strict=True)
    }
    total = sum(queue.total for queue in queues)
    return {
        "total": total,
        "overdue": sum(queue.overdue for queue in queues),
        "more": max(0, total - len(shown)),
        "queues": [_told(queue, schedulers) for queue in sorted(queues, key=lambda queue: queue.name)],
        "queues_more": max(0, len(holding) - QUEUES_MAX),
        "jobs": _jobs(rows.rows(reader, shown, shown), shown, listed, second["plans"], rights),
        "load": schedule_load.told(queues, second["load"], now_ms),
    }


def _ask_queue(pipe: redis.client.Pipeline, name: str, now_ms: int) -> None:
    key = rqkeys.registry("scheduled", name)
    pipe.zcard(key)
    pipe.zcount(key, "-inf", f"({(now_ms - OVERDUE_MS) / 1000:.3f}")
    pipe.zrange(key, 0, HEADS - 1, withscores=True)
    pipe.get(rqkeys.scheduler_lock(name))


def _queue(name: str, replies: list[Any]) -> Queue:
    total, overdue, heads, lock = map(reply, replies)
    members = [(text(member) or "", seconds_ms(score)) for member, score in heads or ()]
    return Queue(name, total or 0, overdue or 0, members, text(lock))


def _ask_schedulers(pipe: redis.client.Pipeline, names: list[str]) -> None:
    for name in names:
        pipe.hmget(rqkeys.scheduler(name), *SCHEDULER_FIELDS)


def _ask_plans(pipe: redis.client.Pipeline, ids: list[str]) -> None:
    for job_id in ids:
        pipe.hmget(rqkeys.job(job_id), *PLAN_FIELDS)


def _scheduler(name: str, answer: Any, now_ms: int) -> dict[str, Any]:
    """Who serves a queue. Its heartbeat is told only where it is late: else it would change every second."""
    host, pid, heartbeat = reply(answer) or (None,) * len(SCHEDULER_FIELDS)
    at = moment(heartbeat)
    silent = at is not None and now_ms - at > SCHEDULER_SILENT_MS
    return {"name": name, "host": text(host), "pid": integer(pid), "silent_since": at if silent else None}


def _told(queue: Queue, schedulers: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "queue": queue.name,
        "scheduled": queue.total,
        "overdue": queue.overdue,
        "next_at": next((due for _, due in queue.heads), None),
        "scheduler": schedulers.get(queue.lock or ""),
    }


def _jobs(
    found: list[JobSummary], due: dict[str, int | None], listed: dict[str, str], plans: list[Any], rights: Rights
) -> list[dict[str, Any]]:
    """Rows with their plan; when they are due, and where if the job is gone, is what the list says."""
    rows = []
    for row, answer in zip(found, plans, strict=True):
        if rights.is_narrowed and not rights.sees_job(row.queue, row.func):
            continue
        told = {"run_at": due[row.id], "queue": row.queue or listed[row.id], "plan": _plan(answer)}
        rows.append(row.as_json() | told)
    return rows


def _plan(answer: Any) -> dict[str, Any]:
    """What becomes of the job after this run, and whether it is one after a run that failed."""
    repeats, intervals, retries, ended = reply(answer) or (None,) * len(PLAN_FIELDS)
    return {
        "repeats_left": integer(repeats),
        "repeat_every": _first_number(intervals),
        "retries_left": integer(retries),
        "ran_before": moment(ended) is not None,
    }


def _first_number(stored: bytes | None) -> int | None:
    """The first of a JSON list of whole numbers, as RQ keeps intervals; None where it is something else."""
    try:
        values = json.loads(stored) if stored else None
    except (ValueError, RecursionError):
        return None
    found = values[0] if isinstance(values, list) and values else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None
