"""An installation in every state at once, written raw, with its figures: what each page is looked at with.

`paint` writes it; the workers in it hear commands as long as the Scene is open. No browser here.
"""

import base64
import json
import time
import zlib
from datetime import UTC, datetime, timedelta

import redis
from rq.serializers import DefaultSerializer

from jobs import _keys
from tests import raw_jobs
from webapp import figure_fields as ff

TRACEBACK = """Traceback (most recent call last):
  File "/srv/shop/.venv/lib/python3.12/site-packages/rq/worker/base.py", line 1431, in perform_job
    return_value = job.perform()
  File "/srv/shop/billing/tasks.py", line 88, in close_month
    average = total / len(account.lines)
ZeroDivisionError: division by zero
"""
COLUMN = {
    "type": "DOUBLE", "missing": 8255, "distinct": 1319, "distinct_is_estimate": True, "min": -43.0, "max": 1301.0,
    "mean": 12.64, "quantiles": {"p05": -9.0, "p25": -5.0, "p50": -2.0, "p75": 11.0, "p95": 88.0},
    "histogram": [{"from": n * 10, "to": n * 10 + 10, "count": max(0, 40_000 - n * n * 120)} for n in range(20)],
    "top": None,
}  # fmt: skip
PROFILE = {
    "view": "profile", "name": "flights-2013-new-york.csv", "bytes": 30_961_200, "rows": 336_776, "seconds": 2.31,
    "delimiter": ",",
    "malformed": {"count": 2, "sample": [{"line": 1204, "reason": "20 fields, not 19", "text": "2013,1,…"}]},
    "columns": [
        COLUMN | {"name": "dep_delay"},
        COLUMN | {"name": "scheduled_arrival_time_at_destination", "missing": 0},
        COLUMN | {
            "name": "carrier", "type": "VARCHAR", "missing": 0, "distinct": 16, "distinct_is_estimate": False,
            "min": "9E", "max": "YV", "mean": None, "quantiles": None, "histogram": None,
            "top": [{"value": name, "count": n} for name, n in (("UA", 58665), ("B6", 54635), ("EV", 54173))],
        },
    ],
    "artifacts": [],
}  # fmt: skip
PROFILING = "jobs.csv_profile.csv_profile"
LINES = (
    ("INFO", "reading sales-2026-q3.csv (412 MB)"),
    ("DEBUG", "24 columns; delimiter ','"),
    ("INFO", "300,000 rows, 3 malformed rows kept aside"),
    ("OUT", "a long line " * 30),
    ("WARNING", "connection lost, trying again"),
    ("ERROR", "it failed\nin two lines"),
)
QUEUES = ("high", "default", "low", "reports")
WORKERS = ("web-a:4098", "job-b:771", "job-b:772", "nightly-reports-worker-in-frankfurt")


class Scene:
    """What was painted: ids by name, and the subscription that lets its workers live."""

    def __init__(self, client: redis.Redis) -> None:
        self.client = client
        self.ids: dict[str, str] = {}
        self._channels = client.pubsub()
        self._channels.subscribe(*(f"rq:pubsub:{name}" for name in WORKERS))

    def close(self) -> None:
        self._channels.close()


def paint(client: redis.Redis) -> Scene:
    """Write everything."""
    scene = Scene(client)
    for name in WORKERS:
        raw_jobs.worker(client, name, "idle", queue="default", queues=",".join(QUEUES[:3]), version="3.0.0")
    client.hset(f"rq:worker:{WORKERS[3]}", mapping={"state": "suspended", "queues": "reports"})
    raw_jobs.worker(client, "gone-without-a-word", "idle", queue="low")
    _running(scene)
    _ended(scene)
    _waiting(scene)
    _activity(scene)
    _figures(client)
    return scene


def ago(seconds: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _running(scene: Scene) -> None:
    client = scene.client
    stage = {"message": "Reading rows", "done": 1_204_418, "total": 1_911_040, "unit": "rows", "rate": 41e3, "left": 18}
    inner = {"message": "Counting distinct values", "done": 3, "total": 24, "unit": "columns", "rate": 1.2, "left": 17}
    progress = json.dumps({"run": "5eeded00", "at": int(time.time() * 1000), "stages": [stage, inner]})
    data = raw_jobs.payload(PROFILING, (), {"file": "upload:1/sales-2026-q3.csv", "delimiter": ","})
    fields = {"started_at": ago(31), "enqueued_at": ago(31.2), "created_at": ago(31.3), "last_heartbeat": ago(1)}
    scene.ids["running"] = raw_jobs.write(
        client, None, "started", data=data, live_progress=progress, worker_name=WORKERS[0], timeout=3600, **fields
    )
    scene.ids["silent"] = raw_jobs.write(
        client, None, "started", worker_name=WORKERS[1], **fields | {"started_at": ago(3_720)},
        data=raw_jobs.payload("billing.tasks.close_month", (4412,), {"month": "2026-10", "currency": "EUR"}),
    )  # fmt: skip
    for name, worker in (("running", WORKERS[0]), ("silent", WORKERS[1])):
        raw_jobs.execution(client, scene.ids[name], worker)
        client.hset(f"rq:worker:{worker}", "state", "busy")
    for n, (level, text) in enumerate(LINES):
        at = int(time.time() * 1000) - 30_000 + n * 1000
        client.xadd(_keys.log(scene.ids["running"]), {"at": at, "run": "5eeded00", "level": level, "text": text})


def _ended(scene: Scene) -> None:
    client = scene.client
    times = {"created_at": ago(70), "enqueued_at": ago(70), "started_at": ago(69.6), "ended_at": ago(38)}
    failing = raw_jobs.payload("billing.tasks.close_month", (4412,), {"month": "2026-09"})
    for _ in range(3):
        scene.ids["failed"] = raw_jobs.listed(client, "failed", queue="reports", data=failing, retries_left=0, **times)
    for kind, outcome in ((4, 61), (2, 39)):
        add_result(client, scene.ids["failed"], kind, exc_string=TRACEBACK, worker_name=WORKERS[1], seconds=outcome)
    data = raw_jobs.payload(PROFILING, (), {"file": "upload:2/flights.csv"})
    scene.ids["finished"] = raw_jobs.listed(client, "finished", data=data, **times)
    client.expire(f"rq:job:{scene.ids['finished']}", 86_400)
    add_result(client, scene.ids["finished"], 1, return_value=PROFILE, worker_name=WORKERS[0], seconds=38)
    for n in range(70):
        data = raw_jobs.payload("mail.send_invoice", (f"customer-{n}@example.com",))
        raw_jobs.listed(client, "finished", queue="high", data=data, **times | {"started_at": ago(38.4)})
    raw_jobs.listed(client, "stopped", **times)
    raw_jobs.listed(client, "canceled", **times | {"started_at": "", "ended_at": ""})


def _waiting(scene: Scene) -> None:
    client, now = scene.client, time.time()
    long_name = "shop.warehouse.integrations.partners.northern_europe.synchronise_stock_levels_of_all_warehouses"
    for n in range(12):
        data = raw_jobs.payload(long_name if n % 2 else "search.index_page", (n,), {"language": "ko", "depth": 3})
        times = {"created_at": ago(242 - n), "enqueued_at": ago(242 - n)}
        scene.ids["queued"] = raw_jobs.listed(client, "queued", queue=QUEUES[n % 3], data=data, **times)
    scene.ids["scheduled"] = raw_jobs.listed(client, "scheduled", score=now + 5_400, started_at="")
    scene.ids["deferred"] = raw_jobs.listed(
        client, "deferred", dependency_ids=DefaultSerializer.dumps([scene.ids["running"]]), started_at=""
    )
    raw_jobs.listed(client, "ready_to_enqueue", started_at="")
    scene.ids["limited"] = raw_jobs.write(
        client, None, "rate_limited", rate_limit_key="partner-api", rate_limit_concurrency=2
    )
    raw_jobs.write(client, "created-and-never-sent", "created")
    scene.ids["odd"] = raw_jobs.listed(client, "queued", data=b"no pickle at all")


def add_result(
    client: redis.Redis, job_id: str, kind: int, seconds: float, return_value: object = None, **more: object
) -> None:
    """An attempt that ended so many seconds ago; `kind` is RQ's number: 1 successful, 2 failed, 4 retried."""
    now = time.time()
    fields = {"type": kind, "created_at": int((now - seconds) * 1000), "execution_id": f"run-{kind}"} | more
    fields |= {"execution_started_at": now - seconds - 2.3, "execution_ended_at": now - seconds}
    if return_value is not None:
        fields["return_value"] = base64.b64encode(DefaultSerializer.dumps(return_value))
    if "exc_string" in more:
        fields["exc_string"] = base64.b64encode(zlib.compress(str(more["exc_string"]).encode()))
    client.xadd(f"rq:results:{job_id}", fields)


def _activity(scene: Scene) -> None:
    """What users did to some of these jobs, and one thing that they were not let do."""
    done = [
        ("enqueue", "finished", "done"),
        ("stop", "silent", f"heard by {WORKERS[1]}"),
        ("cancel", "failed", "taken"),
    ]
    done += [("run_again", "queued", f"of {scene.ids['failed']}"), ("delete", "failed", "may_run")]
    for n, (verb, name, outcome) in enumerate(done):
        line = {
            "at": int(time.time() * 1000) - 9_000 + n * 1000,
            "actor": "ada",
            "action": verb,
            "job": scene.ids[name],
        }
        scene.client.xadd(_keys.ACTIVITY, line | {"queue": "reports", "outcome": outcome, "server": "web-a:8000"})


def _figures(client: redis.Redis) -> None:
    """Half an hour of a recorder that ran for an hour."""
    now = int(time.time() * 1000)
    client.hset(_keys.RECORDER, mapping={"heartbeat": now + 60_000, "started_at": now - 3_600_000})
    for back in range(60):
        minute = now // 60_000 - back
        finished = 300 + (back * 37) % 90 - back * 3
        counts = {ff.FINISHED: finished, ff.ARRIVED: finished - 15, ff.FAILED: 4 if back in (7, 12) else 0}
        mapping = {ff.field(metric, "high"): count for metric, count in counts.items()}
        client.hset(_keys.figures(minute), mapping=mapping | {ff.COVERED: 60_000, ff.ARRIVALS_COVERED: 60_000})
    functions = {ff.field("run:50", "high", "mail.send_invoice"): 290}
    client.hset(_keys.functions(now // 60_000 - 1), mapping=functions)
