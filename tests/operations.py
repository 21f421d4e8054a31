"""Operations over HTTP in tests: ask, wait until ready, start, wait until they have ended. No fixtures here."""

from typing import Any

from flask.testing import FlaskClient

from tests.support import eventually

ENDED = ("done", "canceled", "failed")


def ask(client: FlaskClient, verb: str, of: dict, **options: Any) -> dict:
    """The new operation."""
    body = {"verb": verb, "of": of} | ({"options": options} if options else {})
    answer = client.post("/api/operations", json=body)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"/api/operations/{answer.json['operation']['id']}"
    return answer.json["operation"]


def now(client: FlaskClient, operation: dict) -> dict:
    """How it stands."""
    answer = client.get(f"/api/operations/{operation['id']}")
    assert answer.status_code == 200, answer.text
    return answer.json["operation"]


def until(client: FlaskClient, operation: dict, *states: str, timeout: float = 20.0) -> dict:
    """The operation, once it is in one of these states."""

    def found() -> dict | None:
        told = now(client, operation)
        assert told["state"] in states or told["state"] not in ENDED, told
        return told if told["state"] in states else None

    return eventually(found, timeout, f"the operation is {' or '.join(states)}")


def turn(client: FlaskClient, operation: dict, deed: str, **body: Any) -> Any:
    """The answer to start, pause, resume, cancel or undo."""
    return client.post(f"/api/operations/{operation['id']}/{deed}", json=body or None)


def run(client: FlaskClient, verb: str, of: dict, timeout: float = 20.0, **options: Any) -> dict:
    """Ask, start what is ready, and wait until it is done."""
    ready = until(client, ask(client, verb, of, **options), "ready")
    started = turn(client, ready, "start", total=ready["total"])
    assert started.status_code == 200, started.text
    return until(client, ready, "done", timeout=timeout)
