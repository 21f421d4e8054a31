"""What a user does to a whole queue: hold, release, pause, resume, empty, delete; and suspend and resume all.

What is moved is moved by scripts each of whose calls is whole: one that ends in the middle is gone on with by the next
press, or by the operations process. docs/decisions/pause.md says what each verb promises.
"""

import time
from collections.abc import Callable
from typing import Any

import redis

from jobs import _keys
from webapp import outcomes, rqkeys
from webapp.actions import bulk, queue_keys, queue_refusals, scripts, waiting_line
from webapp.actions.door import Door
from webapp.queries.fields import integer, text

#: Seconds that a request goes on moving jobs; the operations process does the rest.
MOVING_MAX = 5.0
#: Seconds that a pause gets to stand.
TAKING_UP = 4.0
LOOK = 0.02


def hold(door: Door, queue: str) -> int:
    """The jobs that wait in the queue now are set aside, behind those held already; returns how many. New ones start.

    Raises StateChanged where none waits, Refused. Two round trips for a queue of which nothing is held.
    """
    with door.act("hold", queue=queue) as line:
        args = [queue, door.actor.name, queue_keys.STEP]
        moved, _, _ = _whole(lambda: scripts.run(door.writer, "queue_hold", queue_keys.hold(queue), args))
        if not moved:
            raise queue_refusals.nothing("hold", queue)
        line.outcome = outcomes.jobs(moved)
        return moved


def release(door: Door, queue: str) -> dict[str, int]:
    """The held jobs wait again, before those that wait, in their order; returns {"released", "let_go", "left"}.

    `let_go`: no longer queued. `left` is 0 but for very many: the operations process goes on. Raises StateChanged where
    nothing is held, Refused. A round trip for each thousand jobs.
    """
    with door.act("release", queue=queue) as line:
        put, let_go, left = _whole(lambda: release_some(door.writer, queue, door.actor.name))
        if not put + let_go:
            raise queue_refusals.nothing("release", queue)
        line.outcome = outcomes.jobs(put)
        return {"released": put, "let_go": let_go, "left": left}


def pause(door: Door, queue: str, seconds: int | None = None) -> dict[str, Any]:
    """What waits in the queue and what comes is parked, until it is resumed or the seconds are over; how it stands.

    Raises Refused where Redis does not let us, NotFound, StateChanged where no operations process takes it up: then
    nothing was changed. Takes up to TAKING_UP seconds.
    """
    with door.act("pause", queue=queue):
        waiting_line.check(door.writer)
        if not dict(door.writer.pubsub_numsub(_keys.PAUSE_BELL)).get(_keys.PAUSE_BELL.encode()):
            raise queue_refusals.nobody_pauses(queue)
        args = [queue, door.actor.name, seconds or "", _keys.PAUSE_BELL, _keys.PAUSED_MAX]
        word, before = scripts.run(door.writer, "queue_pause", queue_keys.pause(queue), args)
        queue_refusals.check_pause(queue, word)
        if not _stands(door.writer, queue):
            if before == b"new":
                _settle(door.writer, queue, resume=True)
            raise queue_refusals.nobody_pauses(queue)
        return paused(door.writer, queue)


def resume(door: Door, queue: str) -> dict[str, int]:
    """What was parked waits again, before what came since, and workers take it; returns {"resumed", "let_go", "left"}.

    `let_go`: no longer queued. Works without an operations process. Raises StateChanged where the queue is not paused,
    Refused. A round trip for each thousand jobs.
    """
    with door.act("resume", queue=queue) as line:
        if not door.writer.exists(_keys.pause(queue), _keys.parked(queue), _keys.resuming(queue)):
            raise queue_refusals.nothing("resume", queue)
        moved, let_go, left = _whole(lambda: _settle(door.writer, queue, resume=True))
        line.outcome = outcomes.jobs(moved)
        return {"resumed": moved, "let_go": let_go, "left": left}


def empty(door: Door, queue: str) -> str:
    """The jobs that wait, are held or parked are collected to be deleted; returns the operation's id. None is gone yet.

    Raises what `bulk.ask` raises. One round trip.
    """
    return bulk.ask(door, "delete", {"queue": queue, "status": "queued"})


def delete(door: Door, queue: str) -> None:
    """RQ knows the queue no more. Raises StateChanged while a worker listens or any of its lists holds a job.

    Two round trips. A program that enqueues to it makes it anew.
    """
    with door.act("delete_queue", queue=queue):
        word, what = scripts.run(door.writer, "queue_delete", queue_keys.delete(queue), [queue, *queue_keys.KEEP])
        queue_refusals.check_delete(queue, word, what)


def suspend(door: Door, seconds: int | None = None) -> None:
    """Workers take nothing new: RQ's own switch, for all of them. Each that is idle now may still take one job.

    Two round trips. It is over after `seconds`, or with `resume_all`.
    """
    with door.act("suspend"):
        door.writer.set(rqkeys.SUSPENDED, 1, ex=seconds)


def resume_all(door: Door) -> None:
    """Workers take jobs again within a second. Raises StateChanged where they were not suspended. Two round trips."""
    with door.act("resume_all"):
        if not door.writer.delete(rqkeys.SUSPENDED):
            raise queue_refusals.not_suspended()


def release_some(writer: redis.Redis, queue: str, actor: str) -> list:
    """One step of a release: what the script answers. One round trip."""
    args = [queue, actor, queue_keys.LOOKED_AT, rqkeys.JOB_PREFIX]
    return scripts.run(writer, "queue_release", queue_keys.release(queue), args)


def settle(writer: redis.Redis, queue: str, resume: bool) -> bool:
    """Park what waits where the queue is paused, else put back what is parked; False where some is left.

    With `resume`, the pause is over when nothing is left. A round trip for each thousand jobs; MOVING_MAX at most.
    """
    _, _, left = _whole(lambda: _settle(writer, queue, resume))
    return not left


def paused(writer: redis.Redis, queue: str) -> dict[str, Any]:
    """{"by", "at", "until", "parked"} of a pause. One round trip."""
    pipe = writer.pipeline(transaction=False)
    pipe.hmget(_keys.pause(queue), "by", "at", "until")
    pipe.llen(_keys.parked(queue))
    (by, at, until), parked = pipe.execute()
    return {"by": text(by), "at": integer(at), "until": integer(until), "parked": parked}


def _settle(writer: redis.Redis, queue: str, resume: bool) -> list:
    return scripts.run(writer, "queue_settle", queue_keys.settle(queue), queue_keys.settling(queue, resume))


def _whole(step: Callable[[], list]) -> tuple[int, int, int]:
    """Take steps until none is left to take: (moved, let go, left)."""
    end = time.monotonic() + MOVING_MAX
    moved = let_go = 0
    while True:
        word, *counts = step()
        moved, let_go = moved + counts[0], let_go + (counts[1] if len(counts) == 3 else 0)
        if word != b"more" or time.monotonic() > end:
            return moved, let_go, counts[-1]


def _stands(writer: redis.Redis, queue: str) -> bool:
    end = time.monotonic() + TAKING_UP
    while time.monotonic() < end:
        if writer.hget(_keys.pause(queue), "state") == b"paused":
            return True
        time.sleep(LOOK)
    return False
