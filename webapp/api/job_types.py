"""GET /api/job-types: what can be submitted here, and who would run it."""

from flask.typing import ResponseReturnValue

from webapp import connections, live
from webapp.api import bp
from webapp.queries import catalog


@bp.get("/job-types")
def job_types() -> ResponseReturnValue:
    """Every published job type, also those that cannot run, with their error."""
    return catalog.job_types(connections.reader(), live.current().rows.redactor).as_json()
