"""Whether the pages tell the same of one installation: each number that stands on two of them, compared."""

from collections.abc import Iterator
from typing import Any

from flask.testing import FlaskClient

from tests.support import eventually

#: Statuses of which the overview keeps a count, by its name there.
COUNTED = {name: name for name in ("queued", "started", "scheduled", "deferred", "failed", "finished", "canceled")}
COUNTED["ready_to_enqueue"] = "ready"


def differences(client: FlaskClient) -> list[str]:
    """What two pages say differently of what is there now; empty where all agree."""
    pages = {name: _get(client, f"/api/boards/{name}")["value"] for name in ("failures", "schedule", "limits", "stuck")}
    pages["processes"] = _get(client, "/api/boards/processes")["value"]
    overview = _get(client, "/api/overview")
    found = {text: (one, other) for text, one, other in _pairs(client, overview, pages)}
    return [f"{text}: {one} and {other}" for text, (one, other) in found.items() if one != other]


def found_by_search(client: FlaskClient, query: str) -> int:
    """How many jobs a search finds, once it is over."""
    made = client.post("/api/searches", json={"query": query})
    assert made.status_code == 201, made.json
    address = f"/api/searches/{made.json['search']['id']}"
    done = eventually(lambda: _over(_get(client, address)["search"]), 20, query)
    return done["found"]


def _over(search: dict[str, Any]) -> dict[str, Any] | None:
    assert search["state"] in ("waiting", "running", "done"), search
    return search if search["state"] == "done" else None


def _pairs(client: FlaskClient, overview: dict, pages: dict) -> Iterator[tuple[str, Any, Any]]:
    """(what, number on one page, number on the other)"""
    totals, queues = overview["totals"], overview["queues"]
    for status, name in COUNTED.items():
        yield f"{status}: all queues and the total", sum(queue[name] for queue in queues), totals[name]
        yield (
            f"{status}: the list and the total",
            _get(client, f"/api/jobs?status={status}")["counts"][status],
            totals[name],
        )
        facets = _get(client, f"/api/boards/facets//{status}")["value"]
        yield f"{status}: facets and the total", facets["of"], totals[name]
    for queue in queues:
        for status, name in COUNTED.items():
            page = _get(client, f"/api/jobs?queue={queue['name']}&status={status}&limit=1")
            yield f"{status} of {queue['name']}: list and overview", page["total"], queue[name]
    states = [worker["state"] for worker in overview["workers"]]
    yield "lost workers", states.count("lost"), totals["lost"]
    yield "lost workers: processes and overview", len(pages["processes"]["lost"]), totals["lost"]
    failures = pages["failures"]
    yield "failed and stopped: failures and the total", failures["of"], totals["failed"]
    yield "failed: causes and their sum", sum(group["count"] for group in failures["groups"]), failures["failed"]
    yield "scheduled: schedule and the total", pages["schedule"]["total"], totals["scheduled"]
    waiting = sum(limit["waiting"] for limit in pages["limits"]["limits"])
    yield "rate limited: limits and the total", waiting, totals["rate_limited"]
    stuck = {kind["kind"]: kind["count"] for kind in pages["stuck"]["kinds"]}
    yield "left ready: stuck and the total", stuck.get("ready", 0), totals["ready"]
    held = sum(limit["stuck"] for limit in pages["limits"]["limits"])
    yield "stuck slots: stuck and limits", stuck.get("slots", 0), held


def _get(client: FlaskClient, address: str) -> dict[str, Any]:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.json)
    return answer.json
