"""POST /api/cron-jobs/<name>/run_now: a cron job enqueued beside its schedule."""

from flask import current_app
from flask.typing import ResponseReturnValue

from webapp import security
from webapp.actions import cron
from webapp.api import bp
from webapp.api.answers import job_answer
from webapp.api.bodies import read_object
from webapp.errors import BadInput


@bp.post("/cron-jobs/<path:name>/run_now")
def run_cron_job_now(name: str) -> ResponseReturnValue:
    """201 with Location and the new job."""
    door = security.door()
    key = read_object(("key",)).get("key")
    if key is not None and not isinstance(key, str):
        raise BadInput("`key` is not a text.", fields={"key": "must be the key of a cron job, as its board tells it"})
    job_id = cron.run_now(door, name, key)
    where = f"{current_app.config['RQLIVE'].base_path}/api/jobs/{job_id}"
    return job_answer(door, job_id), 201, {"Location": where}
