"""GET /api/job-types: what can be submitted here, and who would run it."""

from flask.typing import ResponseReturnValue

from webapp import connections, live, scoped, security
from webapp.api import bp
from webapp.queries import catalog


@bp.get("/job-types")
def job_types() -> ResponseReturnValue:
    """Every published job type of a function in sight, also those that cannot run, with their error."""
    told = catalog.job_types(connections.reader(), live.current().rows.redactor).as_json()
    return told | {"job_types": scoped.job_types(told["job_types"], security.rights())}
