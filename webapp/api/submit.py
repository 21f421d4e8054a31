"""POST /api/jobs: a new job, or the same again as an earlier one."""

from flask.typing import ResponseReturnValue

from webapp import live, security
from webapp.actions import option_values, options, run_again, submit
from webapp.api import bp
from webapp.api.answers import submitted_answer
from webapp.api.bodies import read_object
from webapp.errors import BadInput

NEW = ("type", "args", *options.NAMES)
AGAIN = ("again", "id")


@bp.post("/jobs")
def submit_job() -> ResponseReturnValue:
    """201 with Location and the new job; 200 with the job that has this id already."""
    door = security.door()
    body = read_object((*NEW, "again"))
    if "again" in body:
        submitted = run_again.run_again(door, *_again(body))
    else:
        chosen = options.parse(body, live.current().now())
        submitted = submit.enqueue(door, body.get("type"), body.get("args"), chosen)
    return submitted_answer(door, submitted)


def _again(body: dict) -> tuple[str, str | None]:
    """(id of the first job, id of the new one or None)."""
    problems = {name: "cannot be changed when a job is run again" for name in body if name not in AGAIN}
    if not isinstance(body["again"], str) or not body["again"]:
        problems["again"] = "must be the id of a job"
    new_id = body.get("id")
    if new_id is not None:
        try:
            option_values.job_id(new_id)
        except ValueError as problem:
            problems["id"] = str(problem)
    if problems:
        raise BadInput("The job cannot be run again like this.", code="bad_options", fields=problems)
    return body["again"], new_id
