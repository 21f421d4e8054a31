"""A hundred thousand jobs canceled, deleted, put back and requeued: seconds, and what Redis is like meanwhile.

    python -m bench.bulk [--quick] [--jobs 100000]

The jobs of one list of RQ, some of them one deed after another. Operations are asked for and started over HTTP, as a
page does, while a tab watches the overview. Meanwhile one client sends PING after PING, 2 ms apart, and one asks for
/healthz.
"""

import json
import threading
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple

import redis

from bench import _seed
from bench._maths import median, percentile
from bench._report import Goal, Report, options
from bench._stage import Stage
from jobs import _keys
from tests.live import Page
from tests.processes import WebServer

NAME = Path(__file__).stem
APART = 0.002


class Deed(NamedTuple):
    """What is done, and to which jobs."""

    verb: str
    status: str
    #: Status of the jobs that are written before; empty: those that the last deed has left.
    seed: str = ""
    queue: str = "default"
    #: Every third job of its queue, found by a walk through all keys.
    spread: bool = False

    @property
    def name(self) -> str:
        return f"{self.verb} {self.status}" + (" (every third, by function)" if self.spread else "")


DEEDS = (
    Deed("cancel", "queued", seed="queued"),
    Deed("delete", "canceled"),
    Deed("delete", "queued", seed="queued"),
    # They were put back.
    Deed("hold", "queued"),
    Deed("move", "failed", seed="failed"),
    Deed("requeue", "failed", queue="other"),
    Deed("delete", "queued", seed="queued", spread=True),
)


def send(web: WebServer, path: str, body: object) -> dict:
    kind = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{web.url}{path}", json.dumps(body).encode(), kind)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["operation"]


def seed(client: redis.Redis, deed: Deed, count: int) -> None:
    """An empty Redis with `count` jobs of the status, and twice as many others between them where they are spread."""
    client.flushall()
    functions = ("mail.send", "other.run", "other.run") if deed.spread else ("mail.send",)
    _seed.of_functions(client, count * len(functions), deed.seed, functions)


class Health(threading.Thread):
    """Asks for /healthz again and again; `worst` in ms."""

    def __init__(self, web: WebServer) -> None:
        super().__init__(daemon=True)
        self._web, self.worst, self.going = web, 0.0, True

    def run(self) -> None:
        while self.going:
            sent = time.perf_counter()
            with urllib.request.urlopen(f"{self._web.url}/healthz") as answer:
                answer.read()
            self.worst = max(self.worst, (time.perf_counter() - sent) * 1000)
            time.sleep(0.02)


class Tab(threading.Thread):
    """A page that shows the overview, and reads what it is told."""

    def __init__(self, web: WebServer) -> None:
        super().__init__(daemon=True)
        self._web, self.going = web, True

    def run(self) -> None:
        with Page(self._web, {"overview": True}) as page:
            while self.going:
                page.read(0.1)


def wait_for(client: redis.Redis, operation: str, state: bytes, pings: list[float]) -> float:
    """Seconds until the operation is in this state; PINGs meanwhile."""
    began = time.perf_counter()
    while (found := client.hget(_keys.operation(operation), "state")) != state:
        if found in (b"failed", None):
            raise RuntimeError(client.hgetall(_keys.operation(operation)))
        sent = time.perf_counter()
        client.ping()
        pings.append((time.perf_counter() - sent) * 1000)
        time.sleep(APART)
    return time.perf_counter() - began


def measure(client: redis.Redis, web: WebServer, verb: str, of: dict) -> dict:
    """Ask for it, start it, undo it where it deletes: seconds of each, PINGs, the slowest /healthz."""
    pings: list[float] = []
    health = Health(web)
    health.start()
    chosen = {"requeue": {"rate": 0}, "move": {"queue": "other"}}.get(verb, {})
    operation = send(web, "/api/operations", {"verb": verb, "of": of, "options": chosen})["id"]
    collecting = wait_for(client, operation, b"ready", pings)
    total = int(client.hget(_keys.operation(operation), "total"))
    send(web, f"/api/operations/{operation}/start", {"total": total})
    doing = wait_for(client, operation, b"done", pings)
    undoing: float | str = "-"
    if verb == "delete":
        undone = send(web, f"/api/operations/{operation}/undo", {})["id"]
        undoing = wait_for(client, undone, b"done", pings)
    health.going = False
    health.join()
    done = int(client.hget(_keys.operation(operation), "done"))
    return {
        "collecting": collecting,
        "doing": doing,
        "undoing": undoing,
        "done": done,
        "pings": pings,
        "health": health.worst,
    }


def main() -> None:
    """Measure, print, keep."""
    asked = options(__doc__, jobs=(100_000, 5_000, "jobs"))
    report = Report(
        name=NAME,
        question=f"Seconds for an operation on {asked.jobs:,} jobs, and milliseconds of others meanwhile.",
        samples="each operation once",
        columns=("operation", "jobs", "collect s", "do s", "undo s", "PING p50", "p99", "worst", "/healthz worst"),
        bias="A job takes 1 KB. The one who measures, Redis, web and operations share the cores.",
    )
    with Stage() as stage:
        web, _, client = stage.web(), stage.operations(), stage.client()
        stage.redis.config_set("slowlog-log-slower-than", 5_000)
        for deed in DEEDS:
            if deed.seed:
                seed(client, deed, asked.jobs)
            client.slowlog_reset()
            of = {"q": "func:mail.send"} if deed.spread else {"queue": deed.queue, "status": deed.status}
            tab = Tab(web)
            tab.start()
            seen = measure(client, web, deed.verb, of)
            tab.going = False
            tab.join()
            name = deed.name
            pings = seen["pings"]
            shown = (median(pings), percentile(pings, 0.99), max(pings))
            times = (seen["collecting"], seen["doing"], seen["undoing"])
            report.rows.append((name, seen["done"], *times, *shown, seen["health"]))
            report.goals.append(Goal(f"{name}: s", seen["doing"], 15))
            report.goals.append(Goal(f"{name}: worst PING, ms", shown[2], 50))
            report.goals.append(Goal(f"{name}: worst /healthz, ms", seen["health"], 50))
            slow = {entry["command"][:60]: entry["duration"] / 1000 for entry in client.slowlog_get(128)}
            report.goals.append(Goal(f"{name}: longest command in Redis, ms", max(slow.values(), default=0.0), 10))
            worst = sorted(slow.items(), key=lambda one: -one[1])[:2]
            report.notes += [f"{name}: {took:.1f} ms: {text.decode(errors='replace')}" for text, took in worst]
    report.finish()


if __name__ == "__main__":
    main()
