"""GET /api/overview, /api/queues, /api/workers: the bounded numbers, from the snapshot that the sockets use too.

Each is encoded once a look for all who have the same rights: programs poll, and there may be many of them.
"""

from typing import Any

from flask import Response, current_app

from webapp import live, scoped, security, server_info
from webapp.accounts import web
from webapp.api import bp


@bp.get("/overview")
def overview() -> Response:
    """Everything on the Overview page, at most a second old."""
    shared, rights = live.current(), security.rights()
    snapshot, health = shared.overview(rights), shared.watcher.health.current
    told = shared.encoded.of(
        ("overview", rights.sight),
        (snapshot, health),
        lambda: {
            "totals": snapshot.totals.as_json(),
            "queues": _list(snapshot.queues),
            "workers": _list(snapshot.workers),
            "running": _list(snapshot.running),
            "gathered": list(snapshot.gathered),
            "figures": snapshot.figures,
            "health": health.as_json(),
            "as_of": snapshot.as_of,
        },
    )
    # What is told of who asks is the same for as long as they are the same.
    known = web.identity()
    whose = (known.name, known.how) if known else None
    server = shared.encoded.of(
        ("server", whose, rights), (), lambda: {"server": scoped.server(server_info.describe(), rights)}
    )
    return _answer(b'{"now":%d,%b,%b' % (shared.clock.now_ms(), server[1:-1], told[1:]))


@bp.get("/queues")
def queues() -> Response:
    """All queues with their counts."""
    return _part("queues")


@bp.get("/workers")
def workers() -> Response:
    """All workers that Redis lists, lost ones too."""
    return _part("workers")


def _part(name: str) -> Response:
    shared, rights = live.current(), security.rights()
    snapshot = shared.overview(rights)
    told = shared.encoded.of(
        (name, rights.sight), (snapshot,), lambda: {name: _list(getattr(snapshot, name)), "as_of": snapshot.as_of}
    )
    return _answer(told)


def _list(values: dict) -> list[dict[str, Any]]:
    return [value.as_json() for value in values.values()]


def _answer(body: bytes) -> Response:
    return current_app.response_class(body, mimetype="application/json")
