"""Jobs as they lie in Redis, written field by field: of RQ 2.12, of odd programs, of nobody in his right mind."""

import json
import pickle
import zlib
from datetime import UTC, datetime
from itertools import count
from uuid import uuid4

import redis

_serial = count()


def stamp(seconds: float | None = None) -> str:
    """RQ's way to write a time; now where none is given, and never twice the same."""
    moment = datetime.now(UTC) if seconds is None else datetime.fromtimestamp(seconds, UTC)
    return moment.replace(microsecond=next(_serial) % 1_000_000).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def payload(func: str = "elsewhere.tasks.run", args: tuple = (), kwargs: dict | None = None) -> bytes:
    """The `data` of a call, as RQ's default serializer writes it."""
    return zlib.compress(pickle.dumps((func, None, args, kwargs or {}), pickle.HIGHEST_PROTOCOL))


def fields(status: str = "queued", queue: str = "default", **more: object) -> dict[str, object]:
    """The hash of a job as RQ 2.12 and 3.0 both write it: empty strings for what is unset."""
    base = {
        "status": status,
        "created_at": stamp(),
        "data": payload(),
        "success_callback_name": "",
        "failure_callback_name": "",
        "stopped_callback_name": "",
        "started_at": stamp() if status in ("started", "finished", "failed", "stopped") else "",
        "ended_at": stamp() if status in ("finished", "failed") else "",
        "last_heartbeat": "",
        "worker_name": "",
        "group_id": "",
        "origin": queue,
        "description": "elsewhere.tasks.run()",
        "enqueued_at": stamp(),
        "timeout": 180,
    }
    return {name: value for name, value in (base | more).items() if value is not None}


def write(client: redis.Redis, job_id: str | None = None, status: str = "queued", **more: object) -> str:
    """Write the hash alone; returns the id."""
    job_id = job_id or str(uuid4())
    client.hset(f"rq:job:{job_id}", mapping=fields(status, **more))
    return job_id


def listed(
    client: redis.Redis,
    where: str,
    job_id: str | None = None,
    queue: str = "default",
    score: float | None = None,
    **more: object,
) -> str:
    """Write a job and put it where RQ keeps jobs of the status `where`; returns the id."""
    job_id = write(client, job_id, **{"status": where, "queue": queue} | more)
    client.sadd("rq:queues", f"rq:queue:{queue}")
    if where == "queued":
        client.rpush(f"rq:queue:{queue}", job_id)
        return job_id
    prefixes = {"started": "wip", "stopped": "failed", "ready_to_enqueue": "ready"}
    member = f"{job_id}:{uuid4().hex}" if where == "started" else job_id
    when = datetime.now(UTC).timestamp() + 500 if score is None else score
    client.zadd(f"rq:{prefixes.get(where, where)}:{queue}", {member: when})
    return job_id


def execution(client: redis.Redis, job_id: str, worker: str, queue: str = "default") -> str:
    """A run of the job by this worker; returns the id of the execution."""
    run, now = uuid4().hex, datetime.now(UTC).timestamp()
    client.hset(
        f"rq:execution:{job_id}:{run}",
        mapping={"id": run, "created_at": now, "last_heartbeat": now, "worker_name": worker},
    )
    client.zadd(f"rq:executions:{job_id}", {run: now + 150})
    client.zadd(f"rq:wip:{queue}", {f"{job_id}:{run}": now + 90})
    return run


def worker(client: redis.Redis, name: str, state: str | None = "idle", queue: str = "default", **more: object) -> str:
    """A worker that Redis lists, as 2.12 and 3.0 write it; nobody hears its command channel."""
    base = {
        "birth": stamp(),
        "last_heartbeat": stamp(),
        "queues": queue,
        "pid": 4_000_000,
        "hostname": "elsewhere",
        "ip_address": "10.0.0.7",
        "version": "2.12.0",
        "python_version": "3.11.2 (main)",
        "state": state,
        "successful_job_count": 3,
        "failed_job_count": 1,
        "total_working_time": 2.5,
    }
    mapping = {key: value for key, value in (base | more).items() if value is not None}
    client.hset(f"rq:worker:{name}", mapping=mapping)
    client.sadd("rq:workers", f"rq:worker:{name}")
    client.sadd(f"rq:workers:{queue}", f"rq:worker:{name}")
    return name


def json_payload(func: str, args: list, kwargs: dict) -> bytes:
    """The `data` of a call, as RQ's JSON serializer writes it."""
    return zlib.compress(json.dumps([func, None, args, kwargs]).encode())
