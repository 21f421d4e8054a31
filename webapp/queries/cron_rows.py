"""What is told of each cron job: when it is due, how it ran, whether runs were missed, who carries it. No I/O."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from webapp.cron_jobs import CronJob
from webapp.decode import Call
from webapp.models import ENDED, WAITING, Value
from webapp.queries.processes import ALIVE, CRON_LOST_MS, CRON_SILENT_MS, LOST, NO_SIGNAL
from webapp.redact.redactor import Redactor
from webapp.tree import call_line

ROWS_MAX = 200
#: A process sleeps at most until its next job is due: one that is so late has been missed.
MISSED_MS = 60_000
#: Gaps between runs from which a habit can be told.
HABIT_GAPS = 3
#: Names of processes in one row.
CARRIERS_MAX = 10
#: Of a row of whose runs nothing is told.
NO_RUNS = {"runs": [], "runs_total": 0, "newest": None, "left_out": 0, "overlaps": False, "about_every": None}
ORDER = {"missed": 0, "silent": 1, "starting": 2, "on_time": 2, "gone": 3}


@dataclass(kw_only=True)
class Scheduler(Value):
    """One cron process."""

    name: str
    #: alive, no signal, lost
    state: str
    host: str | None
    pid: int | None
    config: str | None
    since: int | None
    heartbeat: int | None
    #: Cron jobs that it carries, and entries that cannot be read.
    jobs: int = 0
    odd: int = 0
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Run(Value):
    """One job that a cron job made."""

    id: str
    at: int | None
    #: None: its hash has expired.
    status: str | None
    #: How long it ran.
    seconds: float | None


#: The runs that were looked at, newest first, and how many the history holds.
Runs = tuple[list[Run], int]


def state(heartbeat: int | None, now_ms: int) -> str:
    """Whether a cron process lives, by its last heartbeat: it writes one each minute at least."""
    silent = CRON_LOST_MS if heartbeat is None else now_ms - heartbeat
    return ALIVE if silent <= CRON_SILENT_MS else (NO_SIGNAL if silent < CRON_LOST_MS else LOST)


def rows(
    carried: list[tuple[str, CronJob]],
    schedulers: Mapping[str, Scheduler],
    names: Mapping[str, int | None],
    runs: Mapping[str, Runs],
    now_ms: int,
    redactor: Redactor,
) -> list[dict[str, Any]]:
    """A row for each cron job that a process carries, and for each name that none carries any more.

    What was missed first, what nobody carries last; by name, since by time they would never stand still.
    """
    by_key: dict[str, list[tuple[Scheduler, CronJob]]] = {}
    for name, job in carried:
        by_key.setdefault(job.key, []).append((schedulers[name], job))
    found = [_row(carriers, names, runs, now_ms, redactor) for carriers in by_key.values()]
    known = {job.name for _, job in carried}
    found += [_gone(name, at, runs.get(name, ([], 0))) for name, at in names.items() if name not in known]
    return sorted(found, key=lambda row: (ORDER[row["state"]], row["name"], row["key"]))


def _row(
    carriers: list[tuple[Scheduler, CronJob]],
    names: Mapping[str, int | None],
    runs: Mapping[str, Runs],
    now_ms: int,
    redactor: Redactor,
) -> dict[str, Any]:
    alive = [(scheduler, job) for scheduler, job in carriers if scheduler.state == ALIVE]
    told = alive or carriers
    job = told[0][1]
    next_at = min((job.next_at for _, job in told if job.next_at is not None), default=None)
    latest = [at for at in (names.get(job.name), *(job.latest_at for _, job in carriers)) if at is not None]
    history = runs.get(job.name, ([], 0))
    return {
        "key": job.key,
        "name": job.name,
        "func": job.func,
        "queue": job.queue,
        "args": _arguments(job, redactor),
        "interval": job.interval,
        "cron": job.cron,
        "state": _state(bool(alive), next_at, now_ms),
        "next_at": next_at,
        "last_at": max(latest, default=None),
        "schedulers": sorted({scheduler.name for scheduler, _ in carriers})[:CARRIERS_MAX],
        "hosts": sorted({scheduler.host for scheduler, _ in told if scheduler.host})[:CARRIERS_MAX],
        "doubled": len(alive),
        "heard_at": max((scheduler.heartbeat or 0 for scheduler, _ in carriers), default=0) or None,
        "run_now": "carried" if job.whole and alive else _copy(history[0]),
        **_told(history, job.interval),
    }


def _arguments(job: CronJob, redactor: Redactor) -> str | None:
    """On one line, without secrets; None where they are not known."""
    if job.args is None or job.kwargs is None:
        return None
    given = redactor.call(Call(job.func, tuple(job.args), job.kwargs, raw=json.dumps([job.args, job.kwargs]).encode()))
    return call_line(given.args, given.kwargs)


def _gone(name: str, last_at: int | None, history: Runs) -> dict[str, Any]:
    gaps = _gaps(history[0])
    return {
        "key": f"/{name}",
        "name": name,
        "func": None,
        "queue": None,
        "args": "",
        "interval": None,
        "cron": None,
        "state": "gone",
        "next_at": None,
        "last_at": last_at,
        "schedulers": [],
        "hosts": [],
        "doubled": 0,
        "heard_at": None,
        "run_now": _copy(history[0]),
        **_told(history, None),
        "about_every": median(gaps) / 1000 if len(gaps) >= HABIT_GAPS else None,
    }


def _state(is_carried: bool, next_at: int | None, now_ms: int) -> str:
    if next_at is not None and now_ms - next_at > MISSED_MS:
        return "missed"
    if not is_carried:
        return "silent"
    return "starting" if next_at is None else "on_time"


def _told(history: Runs, interval: int | None) -> dict[str, Any]:
    found, total = history
    longest = max((run.seconds for run in found if run.seconds is not None), default=None)
    return {
        "runs": [run.as_json() for run in found],
        "runs_total": total,
        "newest": _newest(found),
        "left_out": _left_out(found, interval) if interval else 0,
        "overlaps": bool(interval and longest is not None and longest > interval),
        "about_every": None,
    }


def _gaps(found: list[Run]) -> list[int]:
    times = [run.at for run in found if run.at is not None]
    return [later - earlier for later, earlier in pairwise(times) if later > earlier]


def _left_out(found: list[Run], interval: int) -> int:
    """Runs that the shown history should hold and does not: where twice the interval passed without one."""
    return sum(gap // (interval * 1000) - 1 for gap in _gaps(found) if gap >= 2 * interval * 1000)


def _newest(found: list[Run]) -> str | None:
    """The newest run whose payload there still is, and of which no second could meet the first."""
    return next((run.id for run in found if run.status in ENDED | WAITING), None)


def _copy(found: list[Run]) -> str | None:
    return "copy" if _newest(found) else None
