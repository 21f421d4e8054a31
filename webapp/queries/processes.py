"""The processes beside the workers: schedulers, cron processes, the recorder; and what RQ will do about lost workers.

Schedulers have no list of their own: a lock of each queue names the one that serves it. Never writes, and never by
RQ's own reads, which clean up.
"""

from typing import Any

import redis

from jobs import _keys
from webapp import rqkeys
from webapp.models_overview import Overview
from webapp.queries import lost_workers
from webapp.queries.fields import integer, moment, reply, seconds_ms, text
from webapp.queries.lost_workers import LOST_MAX
from webapp.queries.plan import Plan

ALIVE, NO_SIGNAL, LOST = "alive", "no signal", "lost"
#: RQ before 2.10 locks a queue with a number and keeps nothing else about its scheduler.
UNKNOWN = "unknown"

#: A scheduler writes its heartbeat every second, but none while it enqueues a thousand overdue jobs.
SCHEDULER_SILENT_MS = 10_000
#: A cron process writes its heartbeat at least every 60 s; after 120 s RQ itself takes it for dead.
CRON_SILENT_MS, CRON_LOST_MS = 75_000, 120_000

SCHEDULERS_MAX = CRON_MAX = 50
#: Queues whose lock is read.
QUEUES_MAX = 2_000
#: Channels in all of this Redis up to which those of workers are looked for: PUBSUB CHANNELS walks them all.
CHANNELS_MAX = 10_000
UNLISTED_MAX = 20

SCHEDULER_FIELDS = ("hostname", "pid", "created_at", "last_heartbeat")
CRON_FIELDS = ("hostname", "pid", "created_at", "config_file")


def read(reader: redis.Redis, overview: Overview, now_ms: int) -> dict[str, Any]:
    """Every process that is not a worker, and the end of each lost worker. Two round trips.

    Bounded by SCHEDULERS_MAX, CRON_MAX, LOST_MAX and UNLISTED_MAX; what is cut is counted as `…_more`.
    """
    # A worker may listen to a queue, and schedule for it, before the first job has made it.
    listened = {queue for info in overview.workers.values() for queue in info.queues}
    queues = sorted(overview.queues.keys() | listened)[:QUEUES_MAX]
    lost = [info for info in overview.workers.values() if info.state == "lost"]
    looked_at = lost[:LOST_MAX]
    first = Plan(reader)
    first.ask("locks", _ask_locks, queues)
    first.ask("cron", _ask_cron)
    first.ask("recorder", lambda pipe: pipe.hmget(_keys.RECORDER, "started_at", "heartbeat"))
    first.ask("pausable", lambda pipe: pipe.zrangebyscore(_keys.PAUSABLE, now_ms / 1000 - _keys.PAUSABLE_TTL, "+inf"))
    first.ask("stats", lambda pipe: pipe.info("stats"))
    first.ask("lost", lost_workers.ask, looked_at)
    first.execute()
    held = _held(queues, first["locks"])
    names = list(held)[:SCHEDULERS_MAX]
    cron = _members(first["cron"][0])
    jobs = lost_workers.jobs_of(looked_at, first["lost"])
    second = Plan(reader)
    second.ask("schedulers", _ask_hashes, [rqkeys.scheduler(name) for name in names], SCHEDULER_FIELDS)
    second.ask("cron", _ask_hashes, [rqkeys.cron_scheduler(name) for name in cron], CRON_FIELDS)
    second.ask("runs", lost_workers.ask_runs, sorted({job["queue"] for job in jobs.values() if job["queue"]}))
    if _few_channels(first["stats"][0]):
        second.ask("channels", lambda pipe: pipe.pubsub_channels(rqkeys.commands("*")))
    second.execute()
    lost_workers.add_deadlines(jobs, second["runs"])
    schedulers = map(_scheduler, names, [held[name] for name in names], second["schedulers"], [now_ms] * len(names))
    crons = map(_cron, cron, cron.values(), second["cron"], [now_ms] * len(cron))
    return {
        "schedulers": sorted(schedulers, key=_order),
        "schedulers_more": len(held) - len(names),
        "cron": sorted(crons, key=_order),
        "cron_more": max(0, (reply(first["cron"][1]) or 0) - len(cron)),
        "operations": _operations(first["recorder"][0], now_ms),
        "lost": lost_workers.ends(looked_at, first["lost"], jobs, overview, now_ms),
        "lost_more": len(lost) - len(looked_at),
        "unlisted": _unlisted(second, overview),
        "pausable": _pausable(first["pausable"][0], overview),
    }


def _pausable(answer: Any, overview: Overview) -> list[str]:
    """Workers that said lately that they skip paused queues: as many as there are workers, at most PAUSABLE_MAX."""
    told = {text(member) for member in reply(answer) or ()}
    return sorted(name for name, info in overview.workers.items() if f"{info.hostname}:{info.pid}" in told)


def _ask_locks(pipe: redis.client.Pipeline, queues: list[str]) -> None:
    for name in queues:
        pipe.get(rqkeys.scheduler_lock(name))


def _ask_cron(pipe: redis.client.Pipeline) -> None:
    pipe.zrevrange(rqkeys.CRON_SCHEDULERS, 0, CRON_MAX - 1, withscores=True)
    pipe.zcard(rqkeys.CRON_SCHEDULERS)


def _ask_hashes(pipe: redis.client.Pipeline, keys: list[str], fields: tuple[str, ...]) -> None:
    for key in keys:
        pipe.hmget(key, *fields)


def _held(queues: list[str], locks: list[Any]) -> dict[str, list[str]]:
    """Scheduler -> the queues whose lock it holds."""
    held: dict[str, list[str]] = {}
    for queue, lock in zip(queues, locks, strict=True):
        name = text(reply(lock))
        if name:
            held.setdefault(name, []).append(queue)
    return dict(sorted(held.items()))


def _members(answer: Any) -> dict[str, int | None]:
    """Cron process -> its last heartbeat."""
    return {name: seconds_ms(score) for raw, score in reply(answer) or () if (name := text(raw))}


def _few_channels(stats: Any) -> bool:
    count = reply(stats, {}).get("pubsub_channels")
    return count is not None and (integer(count) or 0) <= CHANNELS_MAX


def _order(process: dict[str, Any]) -> tuple:
    """Who is in trouble first, then by place."""
    return process["state"] == ALIVE, process["host"] or "", process["pid"] or 0, process["name"]


def _scheduler(name: str, queues: list[str], answer: Any, now_ms: int) -> dict[str, Any]:
    host, pid, created, heartbeat = reply(answer) or (None,) * len(SCHEDULER_FIELDS)
    at = moment(heartbeat)
    state = UNKNOWN if at is None else (ALIVE if now_ms - at <= SCHEDULER_SILENT_MS else LOST)
    place = {"name": name, "host": text(host), "pid": integer(pid), "since": moment(created)}
    return place | {"state": state, "heartbeat": at, "queues": queues}


def _cron(name: str, heartbeat: int | None, answer: Any, now_ms: int) -> dict[str, Any]:
    host, pid, created, config = reply(answer) or (None,) * len(CRON_FIELDS)
    silent = CRON_LOST_MS if heartbeat is None else now_ms - heartbeat
    state = ALIVE if silent <= CRON_SILENT_MS else (NO_SIGNAL if silent < CRON_LOST_MS else LOST)
    place = {"name": name, "host": text(host), "pid": integer(pid), "since": moment(created)}
    return place | {"state": state, "heartbeat": heartbeat, "config": text(config)}


def _operations(answer: Any, now_ms: int) -> dict[str, Any]:
    started, heartbeat = reply(answer) or (None, None)
    at = integer(heartbeat)
    state = LOST if at is None or now_ms - at >= _keys.RECORDER_TTL * 1_000 else ALIVE
    return {"state": state, "since": integer(started), "heartbeat": at}


def _unlisted(plan: Plan, overview: Overview) -> list[str] | None:
    """Workers that hear commands and are in no list of RQ; None where that was not looked for."""
    channels = reply(plan["channels"][0]) if "channels" in plan else None
    if channels is None:
        return None
    prefix = len(rqkeys.commands(""))
    names = {name[prefix:] for channel in channels if (name := text(channel))}
    return sorted(names - overview.workers.keys())[:UNLISTED_MAX]
