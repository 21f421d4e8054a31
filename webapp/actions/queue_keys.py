"""All keys about one queue as a whole, in the order in which each script declares them. Pure."""

from jobs import _keys
from webapp import rqkeys

#: Ids that one call of a script moves where it cannot rename the list: some milliseconds of Redis.
STEP = 20_000
#: The same where it looks at each job.
LOOKED_AT = 1_000
#: The registries that keep a queue from being deleted, but for that of started runs.
KEEP = ("finished", "failed", "deferred", "scheduled", "canceled", "ready_to_enqueue")


def hold(queue: str) -> list[str]:
    return [rqkeys.queue(queue), _keys.held(queue), _keys.hold(queue), _keys.ASIDE]


def release(queue: str) -> list[str]:
    return [*hold(queue), _keys.pause(queue), _keys.parked(queue), rqkeys.QUEUES]


def pause(queue: str) -> list[str]:
    return [_keys.pause(queue), _keys.PAUSED, _keys.ASIDE, rqkeys.QUEUES, rqkeys.queue(queue)]


def begin(queue: str) -> list[str]:
    return [_keys.pause(queue), rqkeys.registry("started", queue)]


def settle(queue: str) -> list[str]:
    names = [_keys.pause(queue), _keys.PAUSED, _keys.ASIDE, rqkeys.queue(queue)]
    return [*names, _keys.parked(queue), _keys.held(queue), _keys.slipped(queue), _keys.resuming(queue)]


def settling(queue: str, resume: bool) -> list[str | int]:
    """What the script of `settle` is given."""
    return [queue, STEP, LOOKED_AT, "1" if resume else "", _keys.PAUSE_BELL, rqkeys.JOB_PREFIX]


def slipped(queue: str) -> list[str]:
    return [*begin(queue), _keys.slipped(queue)]


def delete(queue: str) -> list[str]:
    names = [rqkeys.QUEUES, rqkeys.queue(queue), _keys.held(queue), _keys.parked(queue), _keys.pause(queue)]
    names += [rqkeys.intermediate(queue), rqkeys.registry("started", queue), f"{rqkeys.WORKERS}:{queue}", _keys.ASIDE]
    return names + [rqkeys.registry(status, queue) for status in KEEP]
