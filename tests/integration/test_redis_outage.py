"""Redis away, at the start or later, for moments or for long: everything says so, waits, and goes on by itself."""

import os
import signal
import time

import pytest
from rq import Queue

from tests import fixture_jobs, raw_jobs
from tests.feed_mode import MODE
from tests.live import Page, ask, get, get_ok
from tests.support import eventually

BACK = 15.0


@pytest.fixture
def server(own_redis_server):
    return own_redis_server


def assert_away(web) -> None:
    """Pages are served, and what needs Redis says so with the next step."""
    assert get(web, "/")[0] == 200
    assert get(web, "/healthz") == (503, {"redis": "away"})
    for path in ("/api/overview", "/api/queues", "/api/workers", "/api/jobs", "/api/jobs/x", "/api/jobs/x/log"):
        status, body = get(web, path)
        assert (status, body["error"]["code"]) == (503, "redis_away"), (path, body)
        assert body["error"]["fix"]


def test_redis_away_at_the_start_is_said_and_found_when_it_comes(server, web_server):
    server.stop()
    web = web_server(server.url)
    with Page(web, {"overview": True, "rows": ["job"], "lists": ["/"]}) as page:
        page.until(lambda: page.health.get("redis") == "away")
        assert page.health["message"]
        assert page.frames[0]["events"][0]["type"] == "hello"
        assert_away(web)
        assert not page.complete
        server.start()
        raw_jobs.listed(server.connection(), "queued", "job")
        page.until(lambda: page.health["redis"] == "ok" and page.complete, BACK)
        page.until(lambda: page.parts["queue"].get("default", {}).get("queued") == 1, BACK)
        page.until(lambda: page.rows.get("job"), BACK)
        page.until(lambda: page.mode == MODE, BACK)
    assert get_ok(web, "/healthz") == {"redis": "ok"}
    assert "Traceback" not in web.output


def test_a_page_keeps_what_it_knows_while_redis_is_away_and_goes_on(server, web_server):
    client = server.connection()
    job_id = raw_jobs.listed(client, "failed")
    web = web_server(server.url)
    with Page(web, {"overview": True, "rows": [job_id], "job": job_id, "log": {"job": job_id}}) as page:
        page.until(lambda: page.complete and page.jobs.get(job_id))
        start = len(page.events)
        server.stop()
        page.until(lambda: page.health["redis"] == "away", 8)
        assert_away(web)
        page.send({"ping": 1})
        page.until_seen("pong", 3)
        assert {event["type"] for event in page.events[start:]} <= {"health", "pong"}, "nothing is said to be gone"
        server.start()
        client.hset(f"rq:job:{job_id}", "status", "finished")
        page.until(lambda: page.health["redis"] == "ok", BACK)
        page.until(lambda: page.rows[job_id]["status"] == "finished", BACK)
        page.until(lambda: page.jobs[job_id]["status"] == "finished", BACK)
        page.until(lambda: page.mode == MODE, BACK)
        began = time.monotonic()
        client.hset(f"rq:job:{job_id}", "status", "canceled")
        page.until(lambda: page.rows[job_id]["status"] == "canceled")
        assert time.monotonic() - began < 1.5, "notices are heard again"


def test_a_redis_that_lost_its_data_is_shown_empty(server, web_server):
    client = server.connection()
    job_id = raw_jobs.listed(client, "queued")
    web = web_server(server.url)
    with Page(web, {"overview": True, "rows": [job_id]}) as page:
        page.until(lambda: page.rows.get(job_id) and page.parts["queue"])
        server.restart(save=False)
        page.until(lambda: not page.parts["queue"] and page.rows[job_id] is None, BACK)


UNSAVED = {"save": "1 1", "enable-protected-configs": "yes", "notify-keyspace-events": "KEA"}


@pytest.mark.parametrize("own_redis_server", [{"options": UNSAVED}], indirect=True)
def test_a_redis_that_cannot_save_to_its_disk_is_read_and_says_why_it_refuses(server, web_server):
    client = server.connection()
    raw_jobs.listed(client, "queued", "known")
    modes = ("tracking", "keyspace")
    webs = [web_server(server.url, env={"RQLIVE_OWN_REDIS": 1, "RQLIVE_FEED": mode}) for mode in modes]
    with Page(webs[0], {"overview": True}) as tracking, Page(webs[1], {"overview": True}) as keyspace:
        pages = dict(zip(modes, (tracking, keyspace), strict=True))
        for mode, page in pages.items():
            page.until(lambda: page.complete and page.mode == mode)  # noqa: B023
        # Nobody may make a file there. It saves by itself a second after a change.
        client.config_set("dir", "/proc")
        client.set("changed", 1)
        eventually(lambda: client.info("persistence")["rdb_last_bgsave_status"] == "err")
        status, answer = ask(webs[0], "POST", "/api/jobs/known/cancel")
        assert (status, answer["error"]["code"]) == (503, "redis_away")
        assert answer["error"]["message"] == "Redis refuses to write, since it cannot save to its disk."
        assert get(webs[0], "/healthz") == (200, {"redis": "ok"})
        # Over the next proof of the feed, whose PING is refused as well.
        tracking.settle(12)
        keyspace.settle(0.5)
        assert [(page.health["redis"], page.mode) for page in pages.values()] == [("ok", mode) for mode in modes]
        client.config_set("stop-writes-on-bgsave-error", "no")
        assert ask(webs[0], "POST", "/api/jobs/known/cancel")[0] == 200
        for page in pages.values():
            page.until(lambda: page.parts["queue"]["default"]["queued"] == 0)  # noqa: B023
    for web in webs:
        assert "Traceback" not in web.output
        assert "Redis is away" not in web.output


def test_a_redis_that_hangs_holds_nobody_up(server, web_server):
    client = server.connection()
    raw_jobs.listed(client, "queued")
    web = web_server(server.url)
    with Page(web, {"overview": True}) as page:
        page.until(lambda: page.complete)
        os.kill(server.pid, signal.SIGSTOP)
        try:
            began = time.monotonic()
            assert get(web, "/")[0] == 200
            assert time.monotonic() - began < 1.5
            page.send({"ping": 1})
            page.until_seen("pong", 2)
            # What was read within the last second may still be told.
            eventually(lambda: get(web, "/api/overview", timeout=30)[0] == 503)
            assert time.monotonic() - began < 10
            assert get(web, "/api/overview", timeout=30)[1]["error"]["code"] == "redis_away"
        finally:
            os.kill(server.pid, signal.SIGCONT)
        raw_jobs.listed(client, "queued")
        # A look that hung is not followed by a rest as long.
        page.until(lambda: page.parts["queue"]["default"]["queued"] == 2, 5)
        page.until(lambda: page.health["redis"] == "ok", BACK)


def test_pages_say_that_redis_hangs_before_a_look_has_given_up(server, web_server):
    raw_jobs.listed(server.connection(), "queued")
    web = web_server(server.url)
    with Page(web, {"overview": True}) as page:
        page.until(lambda: page.complete and page.health["redis"] == "ok")
        os.kill(server.pid, signal.SIGSTOP)
        try:
            page.until(lambda: page.health["redis"] == "away", 4.9, "sooner than a reply times out")
            assert page.health["message"].startswith("Redis does not answer.")
        finally:
            os.kill(server.pid, signal.SIGCONT)
        page.until(lambda: page.health["redis"] == "ok", 3)


def lost(page: Page, start: int, names: set[str]) -> list[dict]:
    """Words on these workers that call one of them lost, from event `start` on."""
    workers = [event for event in page.events[start:] if event.get("part") == "worker" and event["key"] in names]
    return [event for event in workers if event["value"] is None or event["value"]["state"] == "lost"]


@pytest.mark.parametrize("seconds", [0, pytest.param(10, marks=pytest.mark.slow)])
@pytest.mark.timeout(120)
def test_no_living_worker_is_called_lost_after_an_outage(server, web_server, worker_process, seconds):
    """Real workers: one seen here, one that says it lives elsewhere, one that is busy."""
    client = server.connection()
    web = web_server(server.url)
    here, elsewhere = worker_process("a", url=server.url), worker_process("b", url=server.url)
    busy = worker_process("c", url=server.url)
    client.hset(f"rq:worker:{elsewhere.name}", "hostname", "elsewhere")
    Queue("c", connection=client).enqueue(fixture_jobs.wait_for_key, "gate", 60)
    names = {here.name, elsewhere.name, busy.name}
    with Page(web, {"overview": True}) as page:
        page.until(lambda: page.parts["worker"].get(busy.name, {}).get("state") == "busy")
        page.until(lambda: set(page.parts["worker"]) == names)
        page.settle(1.2)
        start = len(page.events)
        server.stop()
        time.sleep(seconds)
        server.start()
        page.until(lambda: page.health["redis"] == "ok", BACK)
        page.settle(8)
        living = {worker.name for worker in (here, elsewhere, busy) if worker.returncode is None}
        assert len(living) >= 2, "stock workers come through such an outage"
        assert not lost(page, start, living)
        eventually(lambda: all(client.pubsub_numsub(f"rq:pubsub:{name}")[0][1] for name in living), 20)
        page.until(lambda: all(page.parts["worker"][name]["since"] is None for name in living), BACK)
        client.set("gate", 1)
        assert not lost(page, start, living)


def test_a_quick_restart_between_two_looks_is_noticed_by_the_feed(server, web_server, worker_process):
    """Without a failed look: workers of another machine need their time to subscribe again nevertheless."""
    client = server.connection()
    web = web_server(server.url)
    worker = worker_process("default", url=server.url)
    client.hset(f"rq:worker:{worker.name}", "hostname", "elsewhere")
    with Page(web, {"overview": True}) as page:
        page.until(lambda: worker.name in page.parts["worker"])
        start = len(page.events)
        for _ in range(2):
            server.restart()
            page.settle(2.5)
        assert not lost(page, start, {worker.name})
        page.until(lambda: page.parts["worker"][worker.name]["state"] == "idle", BACK)
