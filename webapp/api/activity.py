"""GET /api/activity: who did what."""

from typing import Any

from flask import request

from webapp import connections, live, outcomes
from webapp.api import bp, parameters
from webapp.errors import BadInput
from webapp.queries import activity
from webapp.queries.activity import Wanted
from webapp.queries.log import stream_id

PAGE_DEFAULT = 50


#: Characters of what is asked for: an id of a job is the longest.
WANTED_CHARS = 6_000


@bp.get("/activity")
def lines() -> dict[str, Any]:
    """One page of it, newest first: all lines, or those of a person, a verb, an outcome, a job."""
    before, after = (_line_id(name) for name in ("before", "after"))
    limit = parameters.limit(PAGE_DEFAULT)
    shared, reader = live.current(), connections.reader()
    shared.titles.refresh(reader)
    found = activity.page(reader, shared.rows, before, after, limit, _wanted())
    return {
        "lines": [line.as_json() for line in found.lines],
        "next": found.next,
        "looked_at": found.looked_at,
        "total": found.total,
        "note": found.note,
        "as_of": shared.clock.now_ms(),
    }


def _wanted() -> Wanted:
    given = {name: request.args.get(name, "") for name in ("actor", "action", "outcome", "job")}
    for name, value in given.items():
        if len(value) > WANTED_CHARS:
            raise BadInput(f"{name} is too long to be in a line.", fix="Use one that a line shows.")
    if given["outcome"] not in ("", *outcomes.WORDS):
        raise BadInput(
            f"There is no outcome {given['outcome'][:40]!r}.", fix=f"Use one of: {', '.join(outcomes.WORDS)}."
        )
    return Wanted(**given)


def _line_id(name: str) -> str:
    value = request.args.get(name, "")
    return stream_id(value, name) if value else ""
