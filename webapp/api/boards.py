"""GET /api/boards/<name>: the values that the pages watch, for programs and for a page without a socket."""

from typing import Any

from webapp import live, security
from webapp.api import bp


@bp.get("/boards/<path:name>")
def board(name: str) -> dict[str, Any]:
    """One board as it is now, at most a second or two old, as far as the rights of who asks go."""
    shared = live.current()
    value, as_of = shared.boards.read(name, security.rights())
    return {"board": name, "value": value, "as_of": as_of}
