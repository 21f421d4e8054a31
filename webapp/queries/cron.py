"""RQ's cron: the processes that carry cron jobs, each job with its next and last runs, and what was missed.

When a job is due is what its process says, never reckoned here: a cron string means the local time of that process.
What the replies say is in `cron_rows.py`.
"""

from collections import Counter
from typing import Any

import redis

from webapp import cron_jobs, rqkeys
from webapp.cron_jobs import JOBS_BYTES, CronJob
from webapp.offload import offload
from webapp.queries import cron_rows
from webapp.queries.cron_rows import Run, Scheduler
from webapp.queries.fields import integer, moment, reply, seconds_ms, text
from webapp.queries.plan import Plan
from webapp.queries.titles import Titles
from webapp.redact.redactor import Redactor
from webapp.rights import Rights

SCHEDULERS_MAX = 50
#: Names that have ever run and are looked at, those that ran last.
NAMES_MAX = 100
#: Newest runs of a name that are looked at, and of all names together.
RUNS_EACH, RUNS_ALL, RUNS_LEAST = 20, 400, 3
#: Bytes of JSON of all processes together.
ALL_BYTES = 4 * JOBS_BYTES

FIELDS = ("hostname", "pid", "config_file", "created_at")


def read(reader: redis.Redis, titles: Titles, redactor: Redactor, now_ms: int) -> dict[str, Any]:
    """{"schedulers", "schedulers_more", "jobs", "more", "names_more", "note"}, see docs/api.md. Four round trips."""
    first = Plan(reader)
    first.ask("schedulers", _ask_newest, rqkeys.CRON_SCHEDULERS, SCHEDULERS_MAX)
    first.ask("names", _ask_newest, rqkeys.CRON_JOBS, NAMES_MAX)
    first.execute()
    listed, names = _pairs(first["schedulers"][0]), dict(_pairs(first["names"][0]))
    second = Plan(reader)
    second.ask("schedulers", _ask_schedulers, [name for name, _ in listed])
    second.ask("history", _ask_history, list(names))
    second.execute()
    schedulers = _schedulers(listed, second["schedulers"], now_ms)
    histories = {
        name: (_pairs(replies[0]), reply(replies[1], 0) or 0)
        for name, replies in zip(names, _in_pairs(second["history"]), strict=True)
    }
    third = Plan(reader)
    third.ask("jobs", _ask_jobs, [name for name, size in _small(listed, second["schedulers"])])
    third.ask("runs", _ask_runs, [job_id for runs, _ in histories.values() for job_id, _ in runs])
    third.execute()
    carried = _carried(schedulers, [name for name, _ in _small(listed, second["schedulers"])], third["jobs"])
    answers = iter(third["runs"])
    runs = {
        name: ([_run(job_id, at, next(answers)) for job_id, at in found], total)
        for name, (found, total) in histories.items()
    }
    rows = cron_rows.rows(carried, schedulers, names, runs, now_ms, redactor)
    for row in rows:
        row["type"], row["title"] = titles.of(row["func"]) if row["func"] else (None, row["name"])
    broken = any(isinstance(answer, redis.RedisError) for answer in (first["schedulers"][0], first["names"][0]))
    return {
        "schedulers": [scheduler.as_json() for scheduler in schedulers.values()],
        "schedulers_more": max(0, reply(first["schedulers"][1], 0) - len(listed)),
        "jobs": rows[: cron_rows.ROWS_MAX],
        "more": max(0, len(rows) - cron_rows.ROWS_MAX),
        "names_more": max(0, reply(first["names"][1], 0) - len(names)),
        "note": "unreadable" if broken else None,
    }


def within(told: dict[str, Any], rights: Rights) -> dict[str, Any]:
    """Of what `read` tells, the cron jobs in sight and the processes that carry them.

    A name that no process carries any more tells neither queue nor function, and the runs of a name that is carried out
    of sight too may be of either.
    """
    if not rights.is_narrowed:
        return told
    seen = [row for row in told["jobs"] if row["func"] and rights.sees_job(row["queue"], row["func"])]
    others = {row["name"] for row in told["jobs"] if row not in seen}
    jobs = [row | cron_rows.NO_RUNS if row["name"] in others else row for row in seen]
    carried = Counter(name for row in jobs for name in row["schedulers"])
    schedulers = [
        one | {"jobs": carried[one["name"]], "odd": 0} for one in told["schedulers"] if one["name"] in carried
    ]
    return told | {"schedulers": schedulers, "schedulers_more": 0, "jobs": jobs, "names_more": 0}


def _ask_newest(pipe: redis.client.Pipeline, key: str, most: int) -> None:
    pipe.zrevrange(key, 0, most - 1, withscores=True)
    pipe.zcard(key)


def _ask_schedulers(pipe: redis.client.Pipeline, names: list[str]) -> None:
    for name in names:
        pipe.hmget(rqkeys.cron_scheduler(name), *FIELDS)
        pipe.hstrlen(rqkeys.cron_scheduler(name), "cron_jobs")


def _ask_history(pipe: redis.client.Pipeline, names: list[str]) -> None:
    each = min(RUNS_EACH, max(RUNS_LEAST, RUNS_ALL // max(1, len(names))))
    for name in names:
        _ask_newest(pipe, rqkeys.cron_history(name), each)


def _ask_jobs(pipe: redis.client.Pipeline, names: list[str]) -> None:
    for name in names:
        pipe.hget(rqkeys.cron_scheduler(name), "cron_jobs")


def _ask_runs(pipe: redis.client.Pipeline, ids: list[str]) -> None:
    for job_id in ids:
        pipe.hmget(rqkeys.job(job_id), "status", "started_at", "ended_at")


def _pairs(answer: Any) -> list[tuple[str, int | None]]:
    """(member, score as epoch ms) of a sorted set."""
    pairs = ((text(member), score) for member, score in reply(answer) or ())
    return [(member, seconds_ms(score)) for member, score in pairs if member]


def _in_pairs(replies: list[Any]) -> list[list[Any]]:
    return [replies[at : at + 2] for at in range(0, len(replies), 2)]


def _schedulers(listed: list, replies: list[Any], now_ms: int) -> dict[str, Scheduler]:
    found = {}
    for (name, heartbeat), (fields, _) in zip(listed, _in_pairs(replies), strict=True):
        host, pid, config, created = reply(fields) or (None,) * len(FIELDS)
        found[name] = Scheduler(
            name=name,
            state=cron_rows.state(heartbeat, now_ms),
            host=text(host),
            pid=integer(pid),
            config=text(config),
            since=moment(created),
            heartbeat=heartbeat,
            note="unreadable" if isinstance(fields, redis.RedisError) else None,
        )
    return found


def _small(listed: list, replies: list[Any]) -> list[tuple[str, int]]:
    """Those whose JSON is worth reading, with its bytes; in all at most ALL_BYTES."""
    found, left = [], ALL_BYTES
    for (name, _), (_, length) in zip(listed, _in_pairs(replies), strict=True):
        size = reply(length, 0) or 0
        if 0 < size <= min(JOBS_BYTES, left):
            found.append((name, size))
            left -= size
    return found


def _carried(schedulers: dict[str, Scheduler], names: list[str], replies: list[Any]) -> list[tuple[str, CronJob]]:
    """(process, cron job) of all; a process whose JSON could not be read, or not whole, says so."""
    parsed = offload(_parse_all, [reply(answer) for answer in replies])
    for name, (jobs, odd) in zip(names, parsed, strict=True):
        schedulers[name].jobs = len(jobs)
        schedulers[name].odd = odd
    return [(name, job) for name, (jobs, _) in zip(names, parsed, strict=True) for job in jobs]


def _parse_all(stored: list[bytes | None]) -> list[tuple[list[CronJob], int]]:
    return [cron_jobs.parse(raw) for raw in stored]


def _run(job_id: str, at: int | None, answer: Any) -> Run:
    status, started, ended = reply(answer) or (None, None, None)
    begun, over = moment(started), moment(ended)
    seconds = (over - begun) / 1000 if begun is not None and over is not None and over >= begun else None
    return Run(id=job_id, at=at, status=text(status), seconds=seconds)
