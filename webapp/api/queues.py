"""POST /api/queues/<name>/<deed>, /api/suspend and /api/resume: what is done to a whole queue, or to all workers."""

from flask.typing import ResponseReturnValue

from webapp import live, security
from webapp.actions import queues
from webapp.api import bp, operations
from webapp.api.bodies import read_object
from webapp.errors import BadInput

#: A week: whoever wants a longer pause resumes by hand.
SECONDS_MAX = 7 * 86_400


@bp.post("/queues/<path:name>/hold")
def hold_queue(name: str) -> ResponseReturnValue:
    """`held`: how many jobs were set aside now."""
    read_object(())
    return {"held": queues.hold(security.door(), name)}


@bp.post("/queues/<path:name>/release")
def release_queue(name: str) -> ResponseReturnValue:
    """`released`, and `let_go`: how many are no longer queued; `left`: how many are still to come."""
    read_object(())
    return dict(queues.release(security.door(), name))


@bp.post("/queues/<path:name>/pause")
def pause_queue(name: str) -> ResponseReturnValue:
    """How the pause stands: by, at, until, parked."""
    seconds = _seconds()
    return queues.pause(security.door(), name, seconds)


@bp.post("/queues/<path:name>/resume")
def resume_queue(name: str) -> ResponseReturnValue:
    """`resumed`: how many parked jobs wait again; `left`: how many are still to come."""
    read_object(())
    return dict(queues.resume(security.door(), name))


@bp.post("/queues/<path:name>/empty")
def empty_queue(name: str) -> ResponseReturnValue:
    """201 with the operation that deletes what waits, once it is started."""
    read_object(())
    door = security.door()
    return operations.created(door, queues.empty(door, name))


@bp.delete("/queues/<path:name>")
def delete_queue(name: str) -> ResponseReturnValue:
    """RQ knows the queue no more."""
    queues.delete(security.door(), name)
    return "", 204


@bp.post("/suspend")
def suspend() -> ResponseReturnValue:
    """`idle`: how many workers may still take one job each."""
    seconds = _seconds()
    door = security.door()
    door.authorize("suspend")
    idle = live.current().overview().totals.idle
    queues.suspend(door, seconds)
    return {"idle": idle, "seconds": seconds}


@bp.post("/resume")
def resume() -> ResponseReturnValue:
    """Workers take jobs again."""
    read_object(())
    queues.resume_all(security.door())
    return "", 204


def _seconds() -> int | None:
    """`seconds` of the body; None where it has no end."""
    value = read_object(("seconds",)).get("seconds")
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if value is None or (is_number and 1 <= value <= SECONDS_MAX):
        return value
    raise BadInput(
        "`seconds` is not a number of seconds.",
        fields={"seconds": f"must be from 1 to {SECONDS_MAX}, or null for no end"},
    )
