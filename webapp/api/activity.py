"""GET /api/activity: who did what."""

from typing import Any

from flask import request

from webapp import connections, live
from webapp.api import bp, parameters
from webapp.queries import activity
from webapp.queries.log import stream_id

PAGE_DEFAULT = 50


@bp.get("/activity")
def lines() -> dict[str, Any]:
    """One page of it, newest first."""
    before, after = (_line_id(name) for name in ("before", "after"))
    limit = max(1, parameters.limit(PAGE_DEFAULT))
    shared, reader = live.current(), connections.reader()
    shared.titles.refresh(reader)
    found = activity.page(reader, shared.rows, before, after, limit)
    return {
        "lines": [line.as_json() for line in found.lines],
        "next": found.lines[-1].id if found.more else None,
        "total": found.total,
        "note": found.note,
        "as_of": shared.clock.now_ms(),
    }


def _line_id(name: str) -> str:
    value = request.args.get(name, "")
    return stream_id(value, name) if value else ""
