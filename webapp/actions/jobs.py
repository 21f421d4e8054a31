"""What a user does to one job: cancel, stop, requeue, run now, move, hold, delete and so on. One atomic script each.

Every function takes the status that its button was drawn with, or None, and raises StateChanged where the job has
moved on, NotFound where there is no such job, Refused where the actor may not. Each costs one round trip for its
script, one for its line of activity, and two more where the job has a rate limit.
"""

import secrets
from dataclasses import dataclass
from typing import Any

from jobs import _keys
from webapp import files, outcomes
from webapp.actions import one, option_values
from webapp.actions.door import Door
from webapp.errors import BadInput


@dataclass(frozen=True)
class Undo:
    """What puts a deleted job back."""

    token: str
    #: Epoch ms at which it is over.
    until: int


def cancel(door: Door, job_id: str, drawn: str | None = None) -> None:
    """The job is canceled and runs only if it is submitted again. Its dependents stay deferred, as with RQ's default.

    Only jobs that wait: a started one is stopped instead. Takes LOST_AFTER longer for a job that no list holds, and
    for a scheduled one that is due.
    """
    with door.act("cancel", job_id) as line:
        one.act(door.writer, "cancel", job_id, drawn, line)


def stop(door: Door, job_id: str, drawn: str | None = None) -> int:
    """Every worker that runs the job was told to stop it; returns how many heard it, at least one.

    Hearing is not yet stopping: the worker kills the run at once, and the status becomes `stopped`. A worker of class
    SimpleWorker hears and ignores it. Raises StateChanged with code "not_heard" where no worker listened.
    """
    with door.act("stop", job_id) as line:
        answer = one.act(door.writer, "stop", job_id, drawn, line)
        heard, _, workers = answer.more.decode(errors="replace").partition(" ")
        line.outcome = outcomes.heard_by(workers)
        return int(heard)


def requeue(door: Door, job_id: str, drawn: str | None = None) -> None:
    """A failed or stopped job waits in its queue again, behind the others, or before its rate limit.

    Its results and log stay, its progress goes; `retries_left` stays as it is, as with RQ's own requeue. What it
    depended on is not asked again: it was met when the job ran.
    """
    with door.act("requeue", job_id) as line:
        one.act(door.writer, "requeue", job_id, drawn, line)


def run_now(door: Door, job_id: str, drawn: str | None = None) -> None:
    """A job that waits for its time or for others waits in its queue now: at the front where that was asked for.

    Its repeats and retries stay; what it depends on is not asked, and no longer queues it. Refused while it is due and
    a scheduler serves its queue, which would queue it a second time. Takes LOST_AFTER longer for a job that no list
    holds: it was lost, and is queued.
    """
    with door.act("run_now", job_id) as line:
        one.act(door.writer, "run_now", job_id, drawn, line)


def move(door: Door, job_id: str, queue: Any, drawn: str | None = None) -> None:
    """The job belongs to `queue`, in the status that it has; a queued one stands at the end of it.

    Raises BadInput for no name of a queue. Takes LOST_AFTER longer for a queued job that no list holds.
    """
    queue = _queue_name(queue)
    with door.act("move", job_id, queue) as line:
        one.act(door.writer, "move", job_id, drawn, line, queue=queue)


def to_front(door: Door, job_id: str, drawn: str | None = None) -> None:
    """The job is the next of its queue, or of its rate limit; one that waits for something else goes there then."""
    with door.act("to_front", job_id) as line:
        one.act(door.writer, "to_front", job_id, drawn, line)


def hold(door: Door, job_id: str, drawn: str | None = None) -> None:
    """A queued job is set aside: no worker takes it until it is released. Its status stays queued."""
    with door.act("hold", job_id) as line:
        one.act(door.writer, "hold", job_id, drawn, line)


def release(door: Door, job_id: str, drawn: str | None = None) -> None:
    """A job that was set aside is the next of its queue."""
    with door.act("release", job_id) as line:
        one.act(door.writer, "release", job_id, drawn, line)


def delete(door: Door, job_id: str, drawn: str | None = None) -> Undo | None:
    """The job, its results, log, notes, artifacts and the uploads that no other job uses are gone; it is in no list.

    Returns how it can be put back, for UNDO_SECONDS: until then its files stay. None where the trash is full, or Redis
    nearly is: then room is what is wanted. Jobs that
    waited for it stay deferred, as with RQ's default. Refused while it runs, since its worker would write it anew.
    """
    with door.act("delete", job_id) as line:
        token = secrets.token_hex(8)
        kept = {"trash": {"token": token, "life": 1000 * _keys.UNDO_SECONDS, "one": True}}
        options = kept if door.memory.may_keep() else {}
        answer = one.act(door.writer, "delete", job_id, drawn, line, files=True, **options)
        word, _, more = answer.more.partition(b" ")
        if word == b"kept":
            return Undo(token, int(more))
        files.store(door.config).forget_job(job_id, files.uploads_in(more))
        return None


def restore(door: Door, job_id: str, token: str) -> None:
    """A deleted job is back: its hash, results, log, notes and files, its lives, and its places with their scores.

    In its queue it stands beside a neighbour of before, else as far from the head as before; one that held a slot of
    its rate limit waits for one. Raises StateChanged with code "exists" where the id is used again, "over" where the
    time is, or `token` is not that of the delete.
    """
    with door.act("restore", job_id) as line:
        one.act(door.writer, "restore", job_id, None, line, token=token)


def _queue_name(value: Any) -> str:
    try:
        return option_values.queue(value)
    except ValueError as problem:
        raise BadInput(
            f"`queue` {problem}.", fix="Name a queue.", code="bad_options", fields={"queue": str(problem)}
        ) from None
