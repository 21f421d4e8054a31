"""GET /api/overview, /api/queues, /api/workers: the bounded numbers, from the snapshot that the sockets use too."""

from typing import Any

from webapp import live, scoped, security, server_info
from webapp.api import bp


@bp.get("/overview")
def overview() -> dict[str, Any]:
    """Everything on the Overview page, at most a second old."""
    shared, rights = live.current(), security.rights()
    snapshot = shared.overview(rights)
    return {
        "totals": snapshot.totals.as_json(),
        "queues": _list(snapshot.queues),
        "workers": _list(snapshot.workers),
        "running": _list(snapshot.running),
        "gathered": list(snapshot.gathered),
        "figures": snapshot.figures,
        "health": shared.watcher.health.current.as_json(),
        "server": scoped.server(server_info.describe(), rights),
        "now": shared.clock.now_ms(),
        "as_of": snapshot.as_of,
    }


@bp.get("/queues")
def queues() -> dict[str, Any]:
    """All queues with their counts."""
    snapshot = live.current().overview(security.rights())
    return {"queues": _list(snapshot.queues), "as_of": snapshot.as_of}


@bp.get("/workers")
def workers() -> dict[str, Any]:
    """All workers that Redis lists, lost ones too."""
    snapshot = live.current().overview(security.rights())
    return {"workers": _list(snapshot.workers), "as_of": snapshot.as_of}


def _list(values: dict) -> list[dict[str, Any]]:
    return [value.as_json() for value in values.values()]
