"""What is done to one job, a verb each. Each carries the status that its button was drawn with."""

from flask.typing import ResponseReturnValue

from webapp import security
from webapp.actions import jobs, run_again
from webapp.api import bp
from webapp.api.answers import job_answer, submitted_answer
from webapp.api.bodies import checked_id, drawn_status, read_object
from webapp.errors import BadInput


@bp.post("/jobs/<path:job_id>/cancel")
def cancel_job(job_id: str) -> ResponseReturnValue:
    """The job is canceled."""
    door = security.door()
    jobs.cancel(door, job_id, _drawn())
    return job_answer(door, job_id)


@bp.post("/jobs/<path:job_id>/stop")
def stop_job(job_id: str) -> ResponseReturnValue:
    """`heard`: how many workers were told to stop it. The job shows as stopped when they have."""
    door = security.door()
    heard = jobs.stop(door, job_id, _drawn())
    return job_answer(door, job_id) | {"heard": heard}


@bp.post("/jobs/<path:job_id>/requeue")
def requeue_job(job_id: str) -> ResponseReturnValue:
    """The job waits in its queue again."""
    door = security.door()
    jobs.requeue(door, job_id, _drawn())
    return job_answer(door, job_id)


@bp.post("/jobs/<path:job_id>/run_now")
def run_job_now(job_id: str) -> ResponseReturnValue:
    """The scheduled job waits in its queue, before its time."""
    door = security.door()
    jobs.run_now(door, job_id, _drawn())
    return job_answer(door, job_id)


@bp.post("/jobs/<path:job_id>/move")
def move_job(job_id: str) -> ResponseReturnValue:
    """The job belongs to the queue that the body names."""
    body = read_object(("status", "queue"))
    door = security.door()
    jobs.move(door, job_id, body.get("queue"), drawn_status(body))
    return job_answer(door, job_id)


@bp.post("/jobs/<path:job_id>/to_front")
def move_job_to_front(job_id: str) -> ResponseReturnValue:
    """The job is the next of its queue."""
    door = security.door()
    jobs.to_front(door, job_id, _drawn())
    return job_answer(door, job_id)


@bp.post("/jobs/<path:job_id>/hold")
def hold_job(job_id: str) -> ResponseReturnValue:
    """The queued job is set aside."""
    door = security.door()
    jobs.hold(door, job_id, _drawn())
    return job_answer(door, job_id)


@bp.post("/jobs/<path:job_id>/release")
def release_job(job_id: str) -> ResponseReturnValue:
    """The job that was set aside is the next of its queue."""
    door = security.door()
    jobs.release(door, job_id, _drawn())
    return job_answer(door, job_id)


@bp.post("/jobs/<path:job_id>/run_again")
def run_job_again(job_id: str) -> ResponseReturnValue:
    """201 with Location and a new job of the same call, or of one with the arguments in the body."""
    body = read_object(("args", "positional", "id"))
    door = security.door()
    new_id = checked_id(body.get("id"))
    return submitted_answer(door, run_again.run_again(door, job_id, new_id, body.get("args"), body.get("positional")))


@bp.delete("/jobs/<path:job_id>")
def delete_job(job_id: str) -> ResponseReturnValue:
    """The job is gone. `undo`: what puts it back, and until when; null where it cannot be."""
    undo = jobs.delete(security.door(), job_id, _drawn())
    return {"undo": undo and {"token": undo.token, "until": undo.until}}


@bp.post("/jobs/<path:job_id>/restore")
def restore_job(job_id: str) -> ResponseReturnValue:
    """The deleted job is back as it was."""
    token = read_object(("token",)).get("token")
    if not isinstance(token, str) or not token:
        raise BadInput("`token` is missing.", fix="Send the token that the delete answered with.")
    door = security.door()
    jobs.restore(door, job_id, token)
    return job_answer(door, job_id)


def _drawn() -> str | None:
    return drawn_status(read_object(("status",)))
