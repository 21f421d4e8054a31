"""What other programs ask of a web process: whether it lives, whether it may be given requests, and its figures.

`/healthz` and `/readyz` answer whoever asks and tell words only; `/metrics` tells names, and goes through the login.
"""

from flask import Blueprint, Flask, Response, current_app, request
from flask.typing import ResponseReturnValue
from prometheus_client.exposition import choose_encoder
from redis.exceptions import BusyLoadingError, RedisError, ResponseError

from webapp import connections, live, security
from webapp.api.single_flight import SingleFlight
from webapp.errors import DashboardError, Refused
from webapp.metrics import registry_of

bp = Blueprint("monitoring", __name__)

#: Scrapes within so many seconds of each other are told the same, at the cost of one.
SHARED_SECONDS = 1.0


def init_app(app: Flask) -> None:
    app.extensions["metrics"] = SingleFlight(SHARED_SECONDS)


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """200 where Redis answers, else 503. One round trip."""
    word = _redis()
    return {"redis": "ok" if word == "ok" else "away"}, 200 if word == "ok" else 503


@bp.get("/readyz")
def readyz() -> ResponseReturnValue:
    """200 where a page that comes now would be live, else 503; each part says its own word.

    Not ready are a Redis that is away or loading its data, a feed that does not hear yet, a watcher that cannot look,
    and a server that is about to end. One round trip, and those of an overview where no page is open.
    """
    shared = live.current()
    shared.start()
    parts = {"redis": _redis(), "feed": shared.feed_word(), "watcher": "unknown"}
    if parts["redis"] == "ok":
        parts["watcher"] = _watcher()
    ready = all(word == "ok" for word in parts.values())
    return {"ready": ready} | parts, 200 if ready else 503


@bp.get("/metrics")
def metrics() -> ResponseReturnValue:
    """The figures in Prometheus' text or OpenMetrics, as asked for. As many round trips as an overview, or none."""
    if security.rights().is_narrowed:
        raise Refused("Metrics tell of all queues and workers.", fix="Use a login that is narrowed to none of them.")
    encode, media_type = choose_encoder(request.headers.get("Accept", ""))
    text = current_app.extensions["metrics"].get(media_type, lambda: encode(registry_of(live.current(), _process())))
    return Response(text, content_type=media_type)


def _redis() -> str:
    """ok, loading, or away."""
    try:
        connections.reader().ping()
    except BusyLoadingError:
        return "loading"
    except ResponseError:
        # It answers. One that cannot save to its disk refuses even this, and is read as ever.
        return "ok"
    except RedisError:
        return "away"
    return "ok"


def _watcher() -> str:
    """ok where it has looked within the last second, or does so now; away where it cannot."""
    try:
        live.current().overview()
    except DashboardError:
        return "away"
    return "ok"


def _process() -> dict[str, int]:
    """What is known of this process beside its live side, see metrics.py."""
    made: connections.Connections = current_app.extensions["connections"]
    return {"sockets": current_app.extensions["sockets"].taken} | made.round_trips()
