"""POST /api/searches, GET and DELETE /api/searches/<id>: searches of all jobs, made by the operations process."""

from typing import Any

from flask import current_app, request
from flask.typing import ResponseReturnValue

from webapp import connections, live, security
from webapp.actions import searches as actions
from webapp.api import bp, parameters
from webapp.api.bodies import read_object
from webapp.errors import BadInput
from webapp.queries import searches as queries

PAGE_DEFAULT = 50


@bp.post("/searches")
def start_search() -> ResponseReturnValue:
    """201 with Location and the new search; 200 with `exact`, and no search, where the query is the id of a job."""
    query = read_object(("query",)).get("query")
    if not isinstance(query, str):
        raise BadInput("The search is empty.", code="bad_query", fields={"query": "The search is empty.", "at": 0})
    door = security.door()
    actions.check(query)
    job_id, rights = queries.exact(connections.reader(), query), security.rights()
    if job_id is not None and live.current().sees(job_id, rights):
        return {"search": None, "exact": job_id}
    search_id = actions.start(door, query)
    where = f"{current_app.config['RQLIVE'].base_path}/api/searches/{search_id}"
    # Read where it was just written: a replica may not have it yet.
    return {"search": queries.read(door.writer, live.current().clock, search_id, rights)}, 201, {"Location": where}


@bp.get("/searches/<search_id>")
def search(search_id: str) -> dict[str, Any]:
    """How it stands, and rows of what it found from the `after`th hit on."""
    after = request.args.get("after", "0")
    if not after.isdecimal() or len(after) > 6:
        raise BadInput(f"after={after[:40]!r} is not a whole number.", fix="Use `next` of the page before.")
    shared, reader = live.current(), connections.reader()
    shared.titles.refresh(reader)
    limit = parameters.limit(PAGE_DEFAULT)
    return queries.page(reader, shared.rows, shared.clock, search_id, int(after), limit, security.rights())


@bp.delete("/searches/<search_id>")
def stop_search(search_id: str) -> ResponseReturnValue:
    """It ends within a moment, and keeps what it has found."""
    if security.rights().is_narrowed:
        queries.read(connections.reader(), live.current().clock, search_id, security.rights())
    actions.stop(security.door(), search_id)
    return "", 204
