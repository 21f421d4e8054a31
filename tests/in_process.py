"""The web app in the test's own process: quick to ask, and ended with all of its threads. No fixtures here."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask.testing import FlaskClient

from tests import feed_mode, openapi
from webapp import create_app
from webapp.config import Config


@contextmanager
def running(url: str, folder: Path, **settings: object) -> Iterator[FlaskClient]:
    """A client of an app that may do all, on the Redis at `url`."""
    before = set(threading.enumerate())
    usual = {"redis_url": url, "own_redis": True, "files": str(folder)}
    usual["feed"] = feed_mode.ASKED or Config.feed
    app = create_app(Config(**usual | settings))
    openapi.watch(app)
    yield app.test_client()
    app.extensions["live"].close()
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
    app.extensions["connections"].close()


def error(answer) -> dict:
    """The error that an answer carries, in the one shape that all have."""
    assert answer.status_code >= 400
    found = answer.json["error"]
    assert found.pop("request_id") == answer.headers["X-Request-ID"]
    assert set(found) == {"code", "message", "fix", "fields"}
    assert found["message"]
    assert found["fix"]
    return found
