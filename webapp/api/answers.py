"""What an action on a job answers with: the job as it is now."""

from typing import Any

from flask import current_app
from flask.typing import ResponseReturnValue

from webapp import live
from webapp.actions.door import Door
from webapp.actions.submit import Submitted
from webapp.errors import DashboardError
from webapp.models_job import JobDetail
from webapp.models_overview import Overview
from webapp.queries import job_written
from webapp.rights import Rights

#: Age of what is told of workers in the answer to a submission: each one changes the overview, and would have it read.
OVERVIEW_SECONDS = 2.0


def job_answer(door: Door, job_id: str) -> dict[str, Any]:
    """{"job", "as_of"}: the job as it lies where it was just written: a replica may not have it yet. Three round trips.

    A job that has ended already and was not kept is told as one without a status: the action itself was done.
    """
    shared = live.current()
    shared.titles.refresh(door.writer)
    rights = door.actor.rights
    found, as_of = shared.jobs.read(door.writer, job_id, _overview(rights))
    found = shared.within(found, rights, door.writer)
    gone = JobDetail(id=job_id, status=None, title=job_id, note="The job has ended already, and was not kept.")
    return {"job": (found or gone).as_json(), "as_of": as_of}


def submitted_answer(door: Door, submitted: Submitted) -> ResponseReturnValue:
    """201 with Location and the new job; 200 with the job that had this id already."""
    answer = _written(door, submitted) or job_answer(door, submitted.job_id)
    answer["created"] = submitted.created
    where = f"{current_app.config['RQLIVE'].base_path}/api/jobs/{submitted.job_id}"
    return (answer, 201, {"Location": where}) if submitted.created else (answer, 200)


def _written(door: Door, submitted: Submitted) -> dict[str, Any] | None:
    """The same of a new job, made of what was written. No round trip where the catalog was read lately."""
    told, rights = submitted.told, door.actor.rights
    if told is None or rights.is_narrowed:
        return None
    shared = live.current()
    shared.titles.refresh(door.writer)
    waits = {"position": told.position, "queued": told.queued, "due": told.due, "at": told.at}
    overview = _overview(rights, OVERVIEW_SECONDS)
    of = (submitted.job_id, told.func, told.args, told.fields)
    job = job_written.written(shared.rows, *of, overview=overview, **waits)
    return {"job": job.as_json(), "as_of": told.at}


def _overview(rights: Rights, max_age: float = 0.0) -> Overview | None:
    """Only adds what is known of workers: an action that was done is not reported as failed for the lack of it."""
    try:
        return live.current().overview(rights, max_age)
    except DashboardError:
        return None
