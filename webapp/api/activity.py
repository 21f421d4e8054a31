"""GET /api/activity and /api/activity/export: who did what; a page of it, or all of it as lines of JSON."""

import json
from collections.abc import Iterator

from flask import Response, request, stream_with_context
from flask.typing import ResponseReturnValue

from webapp import connections, live, outcomes, security
from webapp.api import bp, parameters
from webapp.errors import BadInput
from webapp.queries import activity
from webapp.queries.activity_lines import Wanted
from webapp.queries.log import stream_id

PAGE_DEFAULT = 50
#: Lines that an export reads at a time.
EXPORT_AT_ONCE = 200

#: Characters of what is asked for: an id of a job is the longest.
WANTED_CHARS = 6_000


@bp.get("/activity")
def lines() -> ResponseReturnValue:
    """One page of it, newest first: all lines, or those of a person, a verb, an outcome, a job."""
    before, after = (_line_id(name) for name in ("before", "after"))
    limit = parameters.limit(PAGE_DEFAULT)
    shared, reader = live.current(), connections.reader()
    shared.titles.refresh(reader)
    found = activity.page(reader, shared.rows, before, after, limit, _wanted(), security.rights())
    return {
        "lines": [line.as_json() for line in found.lines],
        "next": found.next,
        "looked_at": found.looked_at,
        "total": found.total,
        "note": found.note,
        "as_of": shared.clock.now_ms(),
    }


@bp.get("/activity/export")
def export() -> Response:
    """Every line that there is, or of those that are asked for, newest first, as it is read: none waits in memory."""
    wanted, rights = _wanted(), security.rights()
    shared, reader = live.current(), connections.reader()
    shared.titles.refresh(reader)
    # Told as an error of its own, which it cannot be once the answer has begun.
    first = activity.page(reader, shared.rows, "", "", EXPORT_AT_ONCE, wanted, rights)

    def told() -> Iterator[str]:
        page = first
        while True:
            yield "".join(f"{json.dumps(line.as_json(), ensure_ascii=False)}\n" for line in page.lines)
            if page.next is None:
                return
            page = activity.page(reader, shared.rows, page.next, "", EXPORT_AT_ONCE, wanted, rights)

    answer = Response(stream_with_context(told()), mimetype="application/jsonl")
    answer.headers["Content-Disposition"] = 'attachment; filename="activity.jsonl"'
    return answer


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
