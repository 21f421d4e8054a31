"""Cancel, stop, requeue, run now and delete one job. Each carries the status that its button was drawn with."""

from flask.typing import ResponseReturnValue

from webapp import security
from webapp.actions import jobs
from webapp.api import bp
from webapp.api.answers import job_answer
from webapp.api.bodies import drawn_status, read_object
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
