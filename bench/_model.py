"""A model of an installation: how much of each resource a load takes, and how late a change is seen. No I/O, no chance.

Fluid for whatever adds up: a job, a listener, a look and a frame each cost what was measured, times how many there are.
Events one by one would be a hundred million a simulated second, and say the same. The one place where order matters,
the single thread of Redis, is simulated in `_waiting.py`.
"""

from dataclasses import dataclass, replace

from bench._costs import Costs, Line, pieces
from bench._waiting import Service, wait_mean
from webapp.live.easing import GAP_MAX, SLOW, TIMES
from webapp.live.pace import LOOKS_PER_SECOND, REST, REST_MAX

#: Seconds between two heartbeats of a worker that waits, and of one at work (rq.defaults).
BEAT_IDLE, BEAT_BUSY = 405.0, 30.0
#: Seconds that RQ keeps a result.
KEPT = 500.0
#: Changes of the overview in one job: queued, started, ended.
CHANGES_A_JOB = 3
#: Most that one of each has: connections of Redis and sockets of a web process by default, bytes a second of 10 Gbit/s,
#: and bytes of memory of a large host.
CLIENTS_MAX, SOCKETS_MAX, WIRE, MEMORY = 10_000, 4_000, 1.25e9, 64e9
#: Connections of a web process to Redis: its feed, and readers.
CONNECTIONS_WEB = 4
#: Seconds that a look waits for Redis at most, twice a reply's timeout.
REPLY = 10.0
#: Share of the hints that are of no job's hash, by bytes and by keys alike.
LEAN_HINTS = 0.25
#: Seconds between two looks, whatever the load; and halvings until they are known.
GAP_LONGEST, ROUNDS = 60.0, 40


@dataclass(frozen=True)
class Scenario:
    """What is to be carried. Everything is spread evenly over the shards, and viewers over the web processes."""

    hosts: int = 2
    workers: int = 100
    viewers: int = 50
    jobs: float = 100.0
    queues: int = 10
    #: Redis servers, each with its share of the queues and with web processes and operations of its own.
    shards: int = 1
    #: Seconds that a job runs.
    job_seconds: float = 0.1
    #: How it is built. Listeners a web process: 1, or 1/k where k of them share one; whether job hashes are tracked;
    #: seconds between looks at least; one process that looks for all; whether workers are read with every look.
    listeners: float = 1.0
    lean: bool = False
    look_gap: float = 1 / LOOKS_PER_SECOND
    tracking: bool = True
    relay: bool = False
    workers_each_look: bool = True
    #: Most of Redis' time that the looks of all web processes take together.
    budget: float | None = None


@dataclass(frozen=True)
class Load:
    """What becomes of it. `used` is by resource, 1 is all of it; beyond 1 it is more than there is."""

    used: dict[str, float]
    #: Of Redis' thread: RQ alone, tracking, operations, looks.
    redis: dict[str, float]
    #: Looks a second of one web process, and seconds between two of them.
    looks_s: float
    gap: float
    look_redis: float
    look_web: float
    services: tuple[Service, ...]
    viewers_each: float

    @property
    def first(self) -> tuple[str, float]:
        """The resource that is used most."""
        return max(self.used.items(), key=lambda item: item[1])


def load(costs: Costs, scene: Scenario) -> Load:
    """Solve for how often is looked: looks take Redis' time, and a slow Redis is looked at less often.

    The longer between two looks, the sooner the next one may follow: they meet in one place.
    """
    shard = share_of(scene)
    unheard = 1 / max(1.0, shard.jobs * CHANGES_A_JOB)
    low, high = shard.look_gap, GAP_LONGEST
    for _ in range(ROUNDS):
        middle = (low + high) / 2
        late = _gap_after(shard, at_gap(costs, shard, max(middle, unheard))) > middle
        low, high = (middle, high) if late else (low, middle)
    return at_gap(costs, shard, max(high, unheard))


def share_of(scene: Scenario) -> Scenario:
    """What one of its Redis servers carries."""
    return replace(
        scene,
        shards=1,
        jobs=scene.jobs / scene.shards,
        workers=scene.workers / scene.shards,
        viewers=scene.viewers / scene.shards,
        hosts=max(1.0, scene.hosts / scene.shards),
        queues=max(1.0, scene.queues / scene.shards),
    )


def _gap_after(shard: Scenario, found: Load) -> float:
    """Seconds between two looks of this cost, as webapp/live/pace.py and easing.py have it."""
    answer = min(REPLY, wait_mean(found.services) * pieces(shard.queues, shard.workers) + found.look_redis)
    others = min(1.0, found.used["web CPU"] - found.look_web * found.looks_s)
    # The other work of the web process stretches the look that it does meanwhile.
    spent = answer + found.look_web / max(0.05, 1 - others)
    rest = min(REST_MAX, REST * spent)
    if answer > SLOW:
        rest = max(rest, min(GAP_MAX, TIMES * answer))
    budget = 0.0 if shard.budget is None else _lookers(shard) * found.look_redis / shard.budget
    return max(shard.look_gap, spent + rest, budget)


def _looks(line: Line, shard: Scenario, runs: float) -> float:
    """Of one look, on the average."""
    whole = line.at(shard.queues, shard.workers, runs)
    if shard.workers_each_look:
        return whole
    bare = line.at(shard.queues, 0, runs)
    return bare + (whole - bare) / LOOKS_PER_SECOND


def _lookers(shard: Scenario) -> float:
    """Processes that look at this Redis."""
    return 1.0 if shard.relay else shard.hosts


def at_gap(costs: Costs, shard: Scenario, gap: float) -> Load:
    """One Redis server and what looks at it once in `gap` seconds."""
    runs = min(shard.workers, shard.jobs * shard.job_seconds)
    look_redis, look_web = _looks(costs.look_redis, shard, runs), _looks(costs.look_web, shard, runs)
    looks, turns = 1 / gap, pieces(shard.queues, shard.workers)
    # And operations, which hears of every job.
    listeners = (_lookers(shard) * shard.listeners + 1) * shard.tracking
    each, heard = (
        (costs.lean_listener, costs.bytes_lean_listener) if shard.lean else (costs.listener, costs.bytes_listener)
    )
    beats = runs / BEAT_BUSY * costs.heartbeat_busy + (shard.workers - runs) / BEAT_IDLE * costs.heartbeat_idle
    tracking = costs.tracked * shard.tracking + listeners * each
    job = costs.job + tracking + costs.operations_redis
    viewers = shard.viewers / shard.hosts
    hint = 0.0 if shard.relay or not shard.tracking else costs.hint * (LEAN_HINTS if shard.lean else 1.0)
    services = (
        Service(shard.jobs * costs.packets, job / costs.packets),
        Service(_lookers(shard) * looks * turns, look_redis / turns),
    )
    connections = shard.workers * costs.connections_worker + runs + shard.hosts * CONNECTIONS_WEB
    used = {
        "Redis CPU": sum(service.share for service in services) + beats,
        "Redis network": shard.jobs * listeners * heard / WIRE,
        "Redis connections": connections / CLIENTS_MAX,
        "Redis memory": shard.jobs * KEPT * costs.bytes_job / MEMORY,
        "web CPU": shard.jobs * hint + viewers * looks * costs.frame + (not shard.relay) * looks * look_web,
        "web sockets": viewers / SOCKETS_MAX,
        "web network": viewers * looks * costs.bytes_frame / WIRE,
        "operations CPU": shard.jobs * costs.operations,
    }
    redis = {
        "RQ alone": shard.jobs * costs.job + beats,
        "tracking": shard.jobs * tracking,
        "operations": shard.jobs * costs.operations_redis,
        "looks": services[1].share,
    }
    return Load(used, redis, looks, gap, look_redis, look_web, services, viewers)
