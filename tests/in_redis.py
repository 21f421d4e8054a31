"""What lies in Redis about a job, read raw, and a door to the actions for tests. No fixtures here."""

from pathlib import Path

import redis
from rq.job import Job

from jobs import _keys
from webapp import files
from webapp.actions.door import Actor, Door
from webapp.config import Config
from webapp.connections import Connections
from webapp.memory import Memory
from webapp.operations.lease import Lease
from webapp.operations.shift import Tools
from webapp.operations.trash import OneByOne


def open_door(client: redis.Redis, folder: Path) -> Door:
    """A door for ada, who may do all."""
    return Door(client, Config(own_redis=True, files=str(folder / "files")), Actor("ada", "127.0.0.1"))


def status(client: redis.Redis, job: Job | str) -> str | None:
    """The status in the job's hash; None where there is none."""
    found = client.hget(f"rq:job:{job if isinstance(job, str) else job.id}", "status")
    return found and found.decode()


def stored(client: redis.Redis, job_id: str) -> dict[str, bytes]:
    """The job's whole hash."""
    return {name.decode(): value for name, value in client.hgetall(f"rq:job:{job_id}").items()}


def age_run(client: redis.Redis, job_id: str) -> None:
    """As if its worker had taken the job long ago: a run that has just begun is not killed."""
    for execution in client.zrange(f"rq:executions:{job_id}", 0, -1):
        client.hset(f"rq:execution:{job_id}:{execution.decode()}", "created_at", 1)


def where(client: redis.Redis, job: Job) -> list[str]:
    """Every list, set and sorted set that names the job, as often as it does."""
    found, member = [], job.id.encode()
    for key in client.scan_iter("rq:*"):
        kind = client.type(key)
        if kind == b"list":
            found += [key.decode()] * client.lrange(key, 0, -1).count(member)
        elif kind == b"zset":
            found += [key.decode() for entry in client.zrange(key, 0, -1) if entry.split(b":")[0] == member]
        elif kind == b"set" and client.sismember(key, member):
            found.append(key.decode())
    return sorted(found)


def activity(client: redis.Redis) -> list[tuple[str, ...]]:
    """(actor, action, job, outcome) of every line, oldest first."""
    lines = client.xrange(_keys.ACTIVITY)
    return [tuple(fields[name].decode() for name in (b"actor", b"action", b"job", b"outcome")) for _, fields in lines]


def empty_trash(door: Door) -> None:
    """A minute has passed since each delete, and the operations process has come by."""
    client = door.writer
    for job_id, told in client.hgetall(_keys.TRASH).items():
        client.hset(_keys.TRASH, job_id, b"1 " + told.split()[1])
    tools = Tools(Connections(client, client, client.connection_pool, Memory(client)), Lease(client, "operations"))
    tools.clock.absorb(client.time())
    work = OneByOne(client.hgetall(_keys.TRASH), tools, files.store(door.config)).work()
    assert all(step is None for step in work)
