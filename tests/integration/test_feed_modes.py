"""Whatever any RQ program changes reaches a page, on Valkey and on Redis, in every mode of the feed."""

import random
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import redis as redis_py
from rq import Queue, RateLimit, Repeat, Retry
from rq.command import send_stop_job_command
from rq.job import Job
from rq.suspension import resume, suspend

from tests import fixture_jobs, raw_jobs
from tests.live import NAMES, Page, get, get_ok
from tests.servers import RedisServer

#: (mode, kind of server). Sampling asks nothing of a server that another would not do as well.
STAGES = [
    ("tracking", "valkey"),
    ("tracking", "redis"),
    ("keyspace", "valkey"),
    ("keyspace", "redis"),
    ("sampling", "valkey"),
]
ROW_FIELDS = ("status", "title", "queue", "args", "created_at", "enqueued_at", "started_at", "ended_at", "progress")
#: Seconds within which a change is seen: sampling looks once a second, and machines are busy.
SOON = 8.0

pytestmark = pytest.mark.parametrize(("mode", "kind"), STAGES)


@pytest.fixture
def server(kind: str) -> Iterator[RedisServer]:
    """A server of its own that sends keyspace notices, so that each mode can be had."""
    own = RedisServer({"notify-keyspace-events": "KEA"}, kind=kind)
    own.start()
    yield own
    own.close()


class Stage:
    """A server, a web process in one mode, a page, and what acts on them."""

    def __init__(self, server: RedisServer, web_server, mode: str) -> None:
        self.redis = server.connection()
        self.queue = Queue(connection=self.redis)
        self.web = web_server(server.url, env={"RQLIVE_FEED": mode})
        self.page = Page(self.web, {"overview": True})
        self.page.until(lambda: self.page.complete and self.page.mode == mode, 10, f"mode {mode}")

    def watch(self, *jobs: Job | str, **more: object) -> None:
        """Let the page watch these jobs as rows, the first of them in full, and the overview."""
        ids = [job if isinstance(job, str) else job.id for job in jobs]
        self.page.watch(overview=True, rows=ids, **({"job": ids[0]} if ids else {}), **more)

    def status(self, job: Job, status: str | None) -> None:
        """Wait until the page shows the job with this status, as a row and in full; None: gone."""

        def shown() -> bool:
            row = self.page.rows.get(job.id, False)
            return row is None if status is None else bool(row) and row["status"] == status

        self.page.until(shown, SOON, f"{job.id} is {status}")

    def queue_has(self, **counts: int) -> None:
        """Wait until the page shows the default queue with these counts."""
        self.page.until(
            lambda: counts.items() <= self.page.parts["queue"].get("default", {}).items(), SOON, f"queue {counts}"
        )


@pytest.fixture
def stage(mode: str, server: RedisServer, web_server) -> Iterator[Stage]:
    made = Stage(server, web_server, mode)
    yield made
    made.page.close()


def test_every_step_of_a_job_is_seen(stage, server, worker_process):
    page, queue = stage.page, stage.queue

    # What a producer does, without any worker.
    first = queue.enqueue(fixture_jobs.wait_for_key, "gate", result_ttl=500)
    stage.watch(first)
    stage.status(first, "queued")
    stage.queue_has(queued=1)
    front = queue.enqueue(fixture_jobs.nothing, at_front=True)
    later = queue.enqueue_in(timedelta(hours=1), fixture_jobs.nothing)
    child = queue.enqueue(fixture_jobs.nothing, depends_on=first)
    failing = queue.enqueue(fixture_jobs.div_by_zero)
    canceled = queue.enqueue(fixture_jobs.nothing)
    gone = queue.enqueue(fixture_jobs.nothing)
    stage.watch(first, front, later, child, failing, canceled, gone)
    for job, status in ((front, "queued"), (later, "scheduled"), (child, "deferred"), (canceled, "queued")):
        stage.status(job, status)
    stage.queue_has(queued=5, scheduled=1, deferred=1)
    canceled.cancel()
    gone.delete()
    stage.status(canceled, "canceled")
    stage.status(gone, None)
    stage.queue_has(queued=3, canceled=1)

    # What a stock worker does.
    worker = worker_process("default", url=server.url)
    page.until(lambda: page.parts["worker"].get(worker.name, {}).get("state") in ("idle", "busy"), SOON, "the worker")
    stage.status(front, "finished")
    stage.status(first, "started")
    page.until(lambda: page.parts["running"].get(first.id, {}).get("worker") == worker.name, SOON, "it runs")
    page.until(lambda: page.parts["worker"][worker.name]["state"] == "busy", SOON, "the worker is busy")
    page.until(lambda: page.jobs[first.id]["actions"] == ["stop"], SOON, "it may be stopped")
    stage.redis.set("gate", 1)
    stage.status(first, "finished")
    page.until(lambda: page.jobs[first.id]["result"] is True, SOON, "its result")
    stage.status(child, "finished")
    stage.status(failing, "failed")
    stage.queue_has(queued=0, started=0, failed=1, finished=3, deferred=0)
    page.until(lambda: not page.parts["running"], SOON, "nothing runs")

    # A foreign job shows its progress in meta, and is stopped.
    stage.redis.delete("gate")
    slow = queue.enqueue(fixture_jobs.wait_for_key, "gate")
    stage.watch(slow, failing)
    stage.status(slow, "started")
    slow.meta["progress"] = {"done": 2, "total": 8, "message": "Halfway to half"}
    slow.save_meta()
    page.until(lambda: (page.rows[slow.id]["progress"] or {}).get("fraction") == 0.25, SOON, "progress")
    page.until(lambda: page.jobs[slow.id]["meta"] == {"progress": slow.meta["progress"]}, SOON, "meta")
    send_stop_job_command(stage.redis, slow.id)
    stage.status(slow, "stopped")
    stage.queue_has(failed=2)
    first_end = page.rows[failing.id]["ended_at"]
    failing.requeue()
    page.until(lambda: (page.rows[failing.id]["ended_at"] or 0) > first_end, SOON, "it failed again")
    stage.status(failing, "failed")

    # Suspended, resumed, emptied, and the worker leaves.
    suspend(stage.redis)
    page.until(lambda: page.parts["totals"]["suspended"], SOON, "suspended")
    worker.stop()
    page.until(lambda: worker.name not in page.parts["worker"], SOON, "the worker has left")
    resume(stage.redis)
    page.until(lambda: not page.parts["totals"]["suspended"], SOON, "resumed")
    queue.enqueue(fixture_jobs.nothing)
    stage.queue_has(queued=1)
    queue.empty()
    stage.queue_has(queued=0)


def test_retries_repeats_and_limits_are_seen(stage, server, worker_process):
    page, queue = stage.page, stage.queue
    retried = queue.enqueue(fixture_jobs.fail_until_attempt, 2, retry=Retry(max=2, interval=1))
    repeated = queue.enqueue(fixture_jobs.nothing, repeat=Repeat(times=1, interval=60))
    limit = RateLimit(key="narrow", concurrency=1)
    held = queue.enqueue(fixture_jobs.wait_for_key, "gate", rate_limit=limit)
    waiting = queue.enqueue(fixture_jobs.nothing, rate_limit=limit)
    stage.watch(retried, repeated, held, waiting, lists=["default/rate_limited"])
    stage.status(waiting, "rate_limited")
    page.until(lambda: page.parts["totals"]["rate_limited"] == 1, SOON, "the limit's waiting job")
    page.until(lambda: "default/rate_limited" in page.lists, SOON, "the list of those that wait")
    worker = worker_process("default", with_scheduler=True, url=server.url)
    stage.status(repeated, "scheduled")
    stage.status(held, "started")
    page.until(lambda: page.parts["queue"]["default"]["scheduler"], SOON, "a scheduler serves the queue")
    stage.redis.set("gate", 1)
    stage.status(held, "finished")
    stage.status(waiting, "finished")
    stage.status(retried, "finished")
    page.until(lambda: page.parts["totals"]["rate_limited"] == 0, SOON, "nobody waits for the limit")
    assert worker.returncode is None


def fresh(stage: Stage, ids: list[str]) -> dict:
    """What GETs tell now."""
    answer = get_ok(stage.web, "/api/overview")
    keyed = {part: {value.get("name") or value["id"]: value for value in answer[NAMES[part]]} for part in NAMES}
    rows = {}
    for job_id in ids:
        status, body = get(stage.web, f"/api/jobs/{job_id}")
        rows[job_id] = {name: body["job"][name] for name in ROW_FIELDS} if status == 200 else None
    return {"totals": answer["totals"], **keyed, "rows": rows}


def shown(page: Page, ids: list[str]) -> dict:
    """What the page shows."""
    rows = {job_id: page.rows.get(job_id) for job_id in ids}
    cut = {job_id: row and {name: row[name] for name in ROW_FIELDS} for job_id, row in rows.items()}
    return {name: page.parts[name] for name in ("totals", *NAMES)} | {"rows": cut}


@pytest.mark.parametrize("seed", [7])
def test_after_a_hammer_the_page_shows_what_a_fresh_read_shows(stage, seed):
    chance = random.Random(seed)
    ids = [f"job-{number}" for number in range(30)]
    stage.watch(*ids)
    act(stage.redis, chance, ids, 400)
    last: dict = {}

    def converged() -> bool:
        now, page = fresh(stage, ids), shown(stage.page, ids)
        last["differs"] = {name: (page[name], now[name]) for name in now if page[name] != now[name]}
        return not last["differs"]

    stage.page.until(converged, SOON, "the page shows what a fresh read shows")


def act(client: redis_py.Redis, chance: random.Random, ids: list[str], times: int) -> None:
    """A few hundred operations as RQ and others do them, alone, in pipelines, transactions and scripts."""
    for _ in range(times):
        job_id, queue = chance.choice(ids), chance.choice(["default", "high", "a/b c%"])
        kind = chance.randrange(9)
        if kind == 0:
            raw_jobs.listed(client, chance.choice(["queued", "failed", "finished", "deferred"]), job_id, queue)
        elif kind == 1:
            client.delete(f"rq:job:{job_id}")
        elif kind == 2:
            with client.pipeline(transaction=True) as pipe:
                pipe.hset(f"rq:job:{job_id}", "status", chance.choice(["started", "finished", "canceled", "odd"]))
                pipe.lrem(f"rq:queue:{queue}", 0, job_id)
                pipe.zadd(f"rq:canceled:{queue}", {job_id: time.time()})
                pipe.execute()
        elif kind == 3:
            client.eval(
                "redis.call('DEL', KEYS[1]) redis.call('ZREM', KEYS[2], ARGV[1])",
                2,
                f"rq:job:{job_id}",
                f"rq:failed:{queue}",
                job_id,
            )
        elif kind == 4:
            client.hset(f"rq:job:{job_id}", mapping={"status": "started", "created_at": raw_jobs.stamp()})
            raw_jobs.execution(client, job_id, "nobody", queue)
        elif kind == 5:
            client.zremrangebyrank(f"rq:wip:{queue}", 0, 0)
        elif kind == 6:
            client.pexpire(f"rq:job:{job_id}", 1)
        elif kind == 7:
            raw_jobs.worker(client, f"w{chance.randrange(3)}", chance.choice(["idle", "busy"]), queue)
        else:
            client.lpop(f"rq:queue:{queue}")
        if chance.random() < 0.05:
            time.sleep(chance.random() / 20)


def test_a_flushed_database_empties_the_page(stage):
    job = stage.queue.enqueue(fixture_jobs.nothing)
    stage.watch(job)
    stage.status(job, "queued")
    stage.redis.flushall()
    stage.status(job, None)
    stage.page.until(lambda: not stage.page.parts["queue"], SOON, "no queue is left")
    again = stage.queue.enqueue(fixture_jobs.nothing)
    stage.watch(again)
    stage.status(again, "queued")
