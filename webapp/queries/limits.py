"""RQ's rate limits: who holds the slots of each, who waits, and which slots are held by jobs that need none.

RQ frees such a slot in its maintenance: when a worker starts, and every ten minutes. Never by RQ's `cleanup`: it frees.
"""

from typing import Any

import redis

from webapp import rqkeys
from webapp.models import JobSummary
from webapp.queries.fields import integer, reply, seconds_ms, text
from webapp.queries.plan import Plan
from webapp.queries.rows import RowReader
from webapp.rights import Rights

#: Keys that are looked at, in the order of the alphabet.
KEYS_MAX = 200
#: Holders and first of the waiting that are shown of one key, and of all keys together: shared among them.
HOLDERS_MAX, HEADS_MAX, HOLDERS_ALL, HEADS_ALL = 50, 10, 150, 50
#: A job in one of these holds its slot rightly.
HOLDING = frozenset({"queued", "started"})


def read(reader: redis.Redis, rows: RowReader, now_ms: int) -> dict[str, Any]:
    """{"limits", "more", "note"}, see docs/api.md. Three round trips, and those for the rows."""
    keys, more, broken = _keys_of(reader)
    plan = Plan(reader)
    for key in keys:
        plan.ask(key, _ask_limit, key, len(keys))
    plan.execute()
    found = {key: [reply(answer) for answer in plan[key]] for key in keys}
    odd = {key for key in keys if any(isinstance(answer, redis.RedisError) for answer in plan[key])}
    ids = _shown(found)
    jobs = {row.id: row for row in rows.rows(reader, ids)} if ids else {}
    runs = _runs(reader, [job_id for job_id in ids if jobs[job_id].status not in HOLDING], now_ms)
    limits = [_limit(key, found[key], jobs, runs) | {"note": "unreadable" if key in odd else None} for key in keys]
    return {"limits": limits, "more": more, "note": "unreadable" if broken else None}


def within(told: dict[str, Any], rights: Rights) -> dict[str, Any]:
    """Of what `read` tells, the limits of which a job in sight holds a slot or waits for one, with those jobs.

    How many hold a slot and how many wait are whole numbers.
    """
    if not rights.is_narrowed:
        return told

    def seen(jobs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [job for job in jobs if rights.sees_job(job["queue"], job["func"])]

    limits = [one | {"holders": seen(one["holders"]), "heads": seen(one["heads"])} for one in told["limits"]]
    for one in limits:
        one["stuck"] = sum(holder["slot"] == "stuck" for holder in one["holders"])
    return told | {"limits": [one for one in limits if one["holders"] or one["heads"]]}


def _keys_of(reader: redis.Redis) -> tuple[list[str], int, bool]:
    """(keys, how many more there are, whether the set of keys is none). One round trip, two where there are many."""
    plan = Plan(reader)
    plan.ask("keys", lambda pipe: pipe.scard(rqkeys.RATE_LIMIT_KEYS).sscan(rqkeys.RATE_LIMIT_KEYS, 0, count=KEYS_MAX))
    total, scanned = plan.execute()["keys"]
    if isinstance(total, redis.RedisError) or isinstance(scanned, redis.RedisError):
        return [], 0, True
    keys = sorted(key for member in scanned[1] if (key := text(member)))[:KEYS_MAX]
    return keys, max(0, total - len(keys)), False


def _ask_limit(pipe: redis.client.Pipeline, key: str, keys: int) -> None:
    pipe.hget(rqkeys.limit_settings(key), "concurrency")
    pipe.zcard(rqkeys.allowed(key))
    pipe.zcard(rqkeys.rate_limited(key))
    pipe.zrange(rqkeys.allowed(key), 0, _share(HOLDERS_MAX, HOLDERS_ALL, keys) - 1, withscores=True)
    pipe.zrange(rqkeys.rate_limited(key), 0, _share(HEADS_MAX, HEADS_ALL, keys) - 1, withscores=True)


def _share(most: int, of_all: int, keys: int) -> int:
    return min(most, max(1, of_all // keys))


def _shown(found: dict[str, list[Any]]) -> list[str]:
    """Ids of holders and heads."""
    ids: dict[str, None] = {}
    for *_, holders, heads in found.values():
        ids.update((text(member) or "", None) for member, _ in [*(holders or ()), *(heads or ())])
    return [job_id for job_id in ids if job_id]


def _runs(reader: redis.Redis, ids: list[str], now_ms: int) -> set[str]:
    """Those of which a run may still live: RQ leaves them their slot. One round trip, none without ids."""
    plan = Plan(reader)
    for job_id in ids:
        plan.ask(job_id, lambda pipe, key: pipe.zcount(key, f"({now_ms / 1000:.3f}", "+inf"), rqkeys.executions(job_id))
    plan.execute()
    return {job_id for job_id in ids if reply(plan[job_id][0], 0)}


def _limit(key: str, values: list[Any], jobs: dict[str, JobSummary], runs: set[str]) -> dict[str, Any]:
    concurrency, held, waiting, holders, heads = values
    shown = [_holder(jobs[job_id], since, runs) for job_id, since in _members(holders) if job_id in jobs]
    return {
        "key": key,
        "concurrency": integer(concurrency),
        "held": held or 0,
        "waiting": waiting or 0,
        "holders": shown,
        "heads": [jobs[job_id].as_json() | {"since": since} for job_id, since in _members(heads) if job_id in jobs],
        "stuck": sum(holder["slot"] == "stuck" for holder in shown),
    }


def _members(members: Any) -> list[tuple[str, int | None]]:
    return [(text(member) or "", seconds_ms(score)) for member, score in members or ()]


def _holder(job: JobSummary, since: int | None, runs: set[str]) -> dict[str, Any]:
    """`slot`: used; still_runs (it has ended, and a run of it may live); stuck (nothing is left to give it back)."""
    slot = "used" if job.status in HOLDING else ("still_runs" if job.id in runs else "stuck")
    return job.as_json() | {"slot": slot, "since": since}
