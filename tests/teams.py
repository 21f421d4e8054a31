"""One installation that two teams share. Whatever is of the other team has OTHER in its name, so that one look tells.

Our team sees the queue `alpha-q` and the functions `alpha.*`. What it must not see lies in every part of Redis that is
read: also a job of the other team's function in our queue, and one of our function in theirs.
"""

import base64
import json
import time
import zlib
from pathlib import Path

import redis as redis_py

from jobs import _keys
from tests import raw_jobs
from webapp import figure_fields as ff
from webapp import rights
from webapp.rights import Rights

OURS = Rights("viewer", ("alpha-q",), ("alpha.*",))
THEIRS = Rights("viewer", ("zebra-q",), ("zebra.*",))
#: In each word of the other team, and in none of ours.
OTHER = "zebra"
STATUSES = (
    *("queued", "started", "finished", "failed", "stopped", "deferred", "scheduled", "canceled"),
    "ready_to_enqueue",
)
TRACE = 'Traceback (most recent call last):\n  File "/srv/{team}/tasks.py", line 3, in run\n    boom()\n{raised}\n'


def ids(team: str) -> list[str]:
    """Its jobs, one in each status."""
    return [f"{team}-{status}" for status in STATUSES]


#: Jobs that are partly theirs: their function in our queue, and ours in theirs.
MIXED = [f"{OTHER}-in-alpha", f"{OTHER}-by-alpha"]


def settle(client: redis_py.Redis, folder: Path) -> None:
    """Put both teams and all that they left into an empty Redis, and their files into `folder`."""
    for team in ("alpha", OTHER):
        _jobs(client, team)
        _files(folder, team)
    _mixed(client)
    _relations(client)
    _workers(client)
    _cron(client)
    _ours(client)


def _job(client: redis_py.Redis, team: str, status: str, job_id: str, queue: str, func: str, **more: object) -> None:
    data = raw_jobs.payload(func, (f"{team}-argument",))
    told = {"data": data, "description": f"{func}('{team}-argument')", "worker_name": f"{team}-worker"}
    raw_jobs.listed(client, status, job_id, queue, **told | more)
    if status == "failed":
        raised = f"{team.title()}Error: {team} went wrong"
        packed = base64.b64encode(zlib.compress(TRACE.format(team=team, raised=raised).encode()))
        client.xadd(f"rq:results:{job_id}", {"type": 2, "exc_string": packed, "worker_name": f"{team}-worker"})
    if status == "started":
        raw_jobs.execution(client, job_id, f"{team}-worker", queue)
    _said(client, team, job_id)


def _said(client: redis_py.Redis, team: str, job_id: str) -> None:
    """A line of log, a note, and a line of activity about a job."""
    client.xadd(_keys.log(job_id), {"at": 1, "run": "r", "level": "INFO", "text": f"{team} log line of {job_id}"})
    client.xadd(_keys.notes(job_id), {"name": f"{team}-person", "by": "1234", "text": f"{team} note"})
    act(client, f"{team}-person", "cancel", job=job_id)


def act(client: redis_py.Redis, actor: str, action: str, **more: str) -> None:
    """A line of activity."""
    line = {"at": int(time.time() * 1000), "actor": actor, "action": action, "job": "", "outcome": "done"}
    client.xadd(_keys.ACTIVITY, line | {"queue": "", "server": "s", "address": "::1"} | more)


def _jobs(client: redis_py.Redis, team: str) -> None:
    for status in STATUSES:
        score = time.time() + (-90 if status == "scheduled" else 3_600)
        _job(client, team, status, f"{team}-{status}", f"{team}-q", f"{team}.tasks.run", score=score)
    act(client, f"{team}-person", "hold_queue", queue=f"{team}-q")
    act(client, f"{team}-person", "shut_down", worker=f"{team}-worker")


def _mixed(client: redis_py.Redis) -> None:
    in_ours, by_ours = MIXED
    _job(client, OTHER, "failed", in_ours, "alpha-q", f"{OTHER}.tasks.run")
    _job(client, OTHER, "queued", by_ours, f"{OTHER}-q", "alpha.tasks.run")


def _relations(client: redis_py.Redis) -> None:
    """Jobs wait for those of the other team, share groups and rate limits with them."""
    for waits, parent in (("alpha-deferred", f"{OTHER}-failed"), (f"{OTHER}-deferred", "alpha-failed")):
        client.hset(f"rq:job:{waits}", mapping={"dependency_ids": json.dumps([parent]), "dependency_id": parent})
        client.sadd(f"rq:job:{parent}:dependents", waits)
    for group, members in {"shared": [*ids("alpha"), *ids(OTHER)], f"{OTHER}-group": ids(OTHER)}.items():
        client.sadd("rq:groups", group)
        client.sadd(f"rq:group:{group}", *members)
    for key, holder, waits in (
        ("shared-limit", f"{OTHER}-finished", "alpha-limited"),
        (f"{OTHER}-limit", f"{OTHER}-finished", f"{OTHER}-limited"),
    ):
        team = waits.partition("-")[0]
        client.sadd("rq:rl-keys", key)
        client.hset(f"rq:rl:{key}", "concurrency", 1)
        client.zadd(f"rq:rl:{key}:allowed", {holder: time.time()})
        client.zadd(f"rq:rl:{key}:rate_limited", {waits: time.time()})
        fields = {"rate_limit_key": key, "data": raw_jobs.payload(f"{team}.tasks.run")}
        raw_jobs.write(client, waits, "rate_limited", queue=f"{team}-q", **fields)


def _workers(client: redis_py.Redis) -> None:
    for team in ("alpha", OTHER):
        raw_jobs.worker(client, f"{team}-worker", "busy", f"{team}-q", hostname=f"{team}-host")
    raw_jobs.worker(client, "common-worker", "busy", f"alpha-q,{OTHER}-q", hostname="common-host")
    run = f"{OTHER}-on-common"
    _job(client, OTHER, "started", run, f"{OTHER}-q", f"{OTHER}.tasks.run", worker_name="common-worker")
    raw_jobs.execution(client, run, "common-worker", f"{OTHER}-q")


def _cron(client: redis_py.Redis) -> None:
    for team in ("alpha", OTHER):
        name, now = f"{team}-cron", time.time()
        entry = {"func_name": f"{team}.tasks.run", "queue_name": f"{team}-q", "name": f"{team}-nightly", "interval": 60}
        client.zadd("rq:cron_schedulers", {name: now})
        told = {"hostname": f"{team}-host", "pid": 1, "created_at": raw_jobs.stamp()}
        client.hset(f"rq:cron_scheduler:{name}", mapping=told | {"cron_jobs": json.dumps([entry])})
        client.zadd("rq:cron_jobs", {f"{team}-nightly": now})
        client.zadd(f"rq:cron_job:{team}-nightly:jobs", {f"{team}-finished": now})


def _ours(client: redis_py.Redis) -> None:
    """Keys of the dashboard's own: catalog, figures, mutes, what is unlisted, operations and searches."""
    minute, now = int(time.time()) // 60, int(time.time() * 1000)
    client.hset(_keys.RECORDER, "heartbeat", now)
    for team in ("alpha", OTHER):
        entry = {"title": f"{team} type", "func": f"{team}.tasks.run", "queue": f"{team}-q", "schema": {}}
        client.hset(_keys.CATALOG, f"{team}_type", json.dumps(entry))
        client.hset(_keys.UNLISTED, f"{team}-limited", f"rate_limited\x1f{team}-q")
        for at in (minute, minute - 1):
            client.hset(_keys.figures(at), mapping={ff.COVERED: 60_000, ff.ARRIVALS_COVERED: 60_000})
            for metric in (ff.FINISHED, ff.FAILED, ff.ARRIVED, ff.STARTED):
                client.hset(_keys.figures(at), ff.field(metric, f"{team}-q"), 7 if team == "alpha" else 700)
            client.hset(_keys.functions(at), ff.field("run:50", f"{team}-q", f"{team}.tasks.run"), 9)
        sight = rights.stored(OURS if team == "alpha" else THEIRS)
        facets = json.dumps({"queue": {f"{team}-q": 1}, "func": {f"{team}.tasks.run": 1}})
        told = {"state": "done", "asked_at": now, "ended_at": now, "facets": facets, "rights": sight}
        told |= {"actor": f"{team}-person", "found": 1, "kept": 1, "total": 1}
        of = json.dumps({"q": f"{team}-word"})
        client.hset(_keys.operation(f"{team}-op"), mapping=told | {"verb": "cancel", "of": of})
        client.zadd(_keys.OPERATIONS, {f"{team}-op": now})
        client.hset(_keys.search(f"{team}-search"), mapping=told | {"query": f"{team}-word"})
        client.rpush(_keys.search_hits(f"{team}-search"), f"{team}-finished")
        client.zadd(_keys.SEARCHES, {f"{team}-search": now})
    mute = {"type": f"{OTHER.title()}Gone", "by": f"{OTHER}-person", "at": now, "until": None}
    client.hset(_keys.MUTES, "0123456789ab", json.dumps(mute))
    act(client, f"{OTHER}-person", "mute", outcome=f"cause 0123456789ab {OTHER.title()}Gone")
    act(client, f"{OTHER}-person", "suspend")


def _files(folder: Path, team: str) -> None:
    made = folder / _keys.artifact_path(f"{team}-finished", f"{team}.txt")
    made.parent.mkdir(parents=True, exist_ok=True)
    made.write_text(f"{team} made this")
