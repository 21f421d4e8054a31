"""A search of a million jobs: the first hit, the whole of it, and what Redis is like for others meanwhile.

    python -m bench.search [--quick] [--jobs 1000000]

Jobs of several functions, statuses and queues lie in RQ's own lists. Searches are asked for over HTTP, as a page does;
their progress is read from the search's own key. Meanwhile one client sends PING after PING, 2 ms apart.
"""

import json
import random
import time
import urllib.request
import zlib
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from pickle import dumps
from uuid import UUID

import redis

from bench._maths import median, percentile
from bench._report import Goal, Report, options
from bench._stage import Stage, cpu_seconds
from jobs import _keys
from tests.processes import Process, WebServer

NAME = Path(__file__).stem
CHUNK = 2_000
#: Status -> share of the jobs, and where RQ keeps them.
STATUSES = {"finished": 70, "failed": 5, "queued": 18, "scheduled": 3, "canceled": 3, "deferred": 1}
QUEUES = ("default", "mail", "low", "reports")
FUNCTIONS = ("billing.charge", "mail.send", "images.resize", "reports.build")
ERRORS = ("TimeoutError: no answer within 30 s", "KeyError: 'customer'", "ValueError: 3.5 is no amount")
SEARCHES = {
    "a word, 1 hit": "customer-0777123",
    "a number, 1 hit": "arg:777123",
    "a flag, no hit": "arg:dry=true",
    "a function, 25 % hits": "func:mail.send",
    "failed by error": "status:failed error:timeout",
    "age and queue": "age<1h -queue:low",
}
APART = 0.002


def packed(*parts: bytes) -> bytes:
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in parts)


def stamp(at: float) -> bytes:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").encode()


def job(number: int, status: str, queue: str, func: str, at: float) -> list[bytes]:
    """The commands that write one job as RQ does: its hash, its place in a list, the result of a failed one."""
    job_id = str(UUID(int=random.getrandbits(128), version=4)).encode()
    kwargs = {"customer": f"customer-{number:07d}", "amount": 12.5, "note": "Invoice of October", "copies": [1, 2]}
    ended = status in ("finished", "failed")
    fields = {
        b"status": status.encode(),
        b"origin": queue.encode(),
        b"description": f"{func}({number}, customer='customer-{number:07d}', amount=12.5)".encode(),
        b"data": zlib.compress(dumps((func, None, (number,), kwargs), protocol=5)),
        b"created_at": stamp(at),
        b"enqueued_at": stamp(at),
        b"started_at": stamp(at + 1) if ended else b"",
        b"ended_at": stamp(at + 3) if ended else b"",
        b"last_heartbeat": b"",
        b"worker_name": b"web-1.1234" if ended else b"",
        b"timeout": b"180",
        b"success_callback_name": b"",
        b"failure_callback_name": b"",
        b"stopped_callback_name": b"",
        b"group_id": b"",
    }
    commands = [packed(b"HSET", b"rq:job:" + job_id, *(part for pair in fields.items() for part in pair))]
    if status == "queued":
        commands.append(packed(b"RPUSH", b"rq:queue:" + fields[b"origin"], job_id))
    else:
        score = b"%d" % (at + 31_536_000)
        commands.append(packed(b"ZADD", b"rq:%b:%b" % (fields[b"status"], fields[b"origin"]), score, job_id))
    if status == "failed":
        text = f'Traceback (most recent call last):\n  File "app.py", line {number % 900}\n{ERRORS[number % 3]}'
        told = b64encode(zlib.compress(text.encode()))
        commands.append(packed(b"XADD", b"rq:results:" + job_id, b"*", b"type", b"2", b"exc_string", told))
    return commands


def seed(client: redis.Redis, count: int) -> None:
    """Write `count` jobs, the newest last; raw, since redis-py's pipelines take five times as long."""
    client.sadd("rq:queues", *(f"rq:queue:{queue}" for queue in QUEUES))
    statuses, weights, now = list(STATUSES), list(STATUSES.values()), time.time()
    connection = client.connection_pool.get_connection()
    for start in range(0, count, CHUNK):
        commands = [
            command
            for number in range(start, min(start + CHUNK, count))
            for command in job(
                number,
                random.choices(statuses, weights)[0],
                QUEUES[number % 4],
                FUNCTIONS[number // 4 % 4],
                now - (count - number) * 0.05,
            )
        ]
        connection.send_packed_command(commands)
        for _ in commands:
            connection.read_response()
    connection.disconnect()
    client.connection_pool.release(connection)


def ask(web: WebServer, query: str) -> str:
    """The id of a new search."""
    body = json.dumps({"query": query}).encode()
    request = urllib.request.Request(f"{web.url}/api/searches", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["search"]["id"]


def watch(client: redis.Redis, web: WebServer, operations: Process, queries: list[str]) -> dict:
    """Run these searches at once; seconds, counts, and the PINGs meanwhile in ms."""
    pings: list[float] = []
    first: dict[str, float] = {}
    cpu, began = cpu_seconds(operations), time.perf_counter()
    searches = [ask(web, query) for query in queries]
    states: list[list[bytes]] = []
    while not states or any(state[0] in (b"waiting", b"running") for state in states):
        states = []
        for search in searches:
            states.append(client.hmget(_keys.search(search), "state", "found", "scanned"))
            if int(states[-1][1] or 0) and search not in first:
                first[search] = time.perf_counter() - began
        sent = time.perf_counter()
        client.ping()
        pings.append((time.perf_counter() - sent) * 1000)
        time.sleep(APART)
    whole = time.perf_counter() - began
    return {
        "first": min(first.values(), default=float("nan")),
        "whole": whole,
        "found": int(states[0][1]),
        "scanned": int(states[0][2]),
        "pings": pings,
        "cpu": (cpu_seconds(operations) - cpu) / whole * 100,
    }


def quiet(client: redis.Redis, seconds: float) -> list[float]:
    """PINGs while nothing else happens, ms."""
    pings, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        sent = time.perf_counter()
        client.ping()
        pings.append((time.perf_counter() - sent) * 1000)
        time.sleep(APART)
    return pings


def main() -> None:
    """Measure, print, keep."""
    asked = options(__doc__, jobs=(1_000_000, 20_000, "jobs"))
    report = Report(
        name=NAME,
        question=f"Seconds for a search of {asked.jobs:,} jobs, and milliseconds of a PING meanwhile.",
        samples="each search once",
        columns=("search", "first hit s", "whole s", "jobs looked at", "hits", "PING p50", "p99", "worst", "CPU %"),
        bias="A job's payload is 120 bytes. The one who measures, Redis and operations share the cores.",
    )
    with Stage() as stage:
        seed(stage.redis, asked.jobs)
        web, operations, client = stage.web(), stage.operations(), stage.client()
        stage.redis.config_set("slowlog-log-slower-than", 5_000)
        time.sleep(3)
        pings = quiet(client, 3)
        report.rows.append(("none", "-", "-", "-", "-", median(pings), percentile(pings, 0.99), max(pings), "-"))
        plans = {name: [query] for name, query in SEARCHES.items()} | {"four at once": list(SEARCHES.values())[:4]}
        for name, queries in plans.items():
            seen = watch(client, web, operations, queries)
            pings = seen["pings"]
            shown = (median(pings), percentile(pings, 0.99), max(pings))
            report.rows.append(
                (name, seen["first"], seen["whole"], seen["scanned"], seen["found"], *shown, seen["cpu"])
            )
            if len(queries) == 1:
                report.goals.append(Goal(f"{name}: whole, s", seen["whole"], 20))
            report.goals.append(Goal(f"{name}: p99 of a PING, ms", shown[1], 10))
            if seen["found"] > asked.jobs / 1_000:
                report.goals.append(Goal(f"{name}: first hit, s", seen["first"], 0.1))
        slow = {entry["command"][:40]: entry["duration"] / 1000 for entry in stage.redis.slowlog_get(128)}
        report.notes += [f"{took:.1f} ms: {name.decode(errors='replace')}" for name, took in slow.items()][:5]
        report.goals.append(Goal("longest command in Redis' slow log, ms", max(slow.values(), default=0.0), 10))
    report.finish()


if __name__ == "__main__":
    main()
