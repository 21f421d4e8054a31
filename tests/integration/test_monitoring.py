"""/healthz, /readyz and /metrics: who may be given requests, and figures under the names that dashboards know."""

import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import g
from prometheus_client.parser import text_string_to_metric_families
from rq import Queue

from tests import fixture_jobs, in_process, raw_jobs
from tests.accounts import THREE, page_of
from tests.feed_mode import MODE
from tests.live import Page, get, get_ok
from tests.support import eventually
from webapp.rights import Rights

READY = {"ready": True, "redis": "ok", "feed": "ok", "watcher": "ok"}


def figures(server, headers: dict | None = None) -> dict[tuple, float]:
    """(name, label, …) -> value of every sample of /metrics."""
    request = urllib.request.Request(f"{server.url}/metrics", headers=headers or {})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        text = answer.read().decode()
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_server_is_ready_once_it_hears(web):
    assert eventually(lambda: (found := get(web, "/readyz"))[0] == 200 and found) == (200, READY)


def test_a_server_without_redis_lives_and_is_not_ready(own_redis_server, web_server):
    server = web_server(own_redis_server.url)
    eventually(lambda: get(server, "/readyz") == (200, READY))
    own_redis_server.stop()
    status, told = eventually(lambda: (found := get(server, "/readyz"))[1]["feed"] == "away" and found)
    assert status == 503
    assert told == {"ready": False, "redis": "away", "feed": "away", "watcher": "unknown"}
    told = eventually(lambda: (found := figures(server))["rqlive_redis_up",] == 0 and found)
    assert told["rqlive_feed", ("mode", "away")] == 1
    assert not [name for name, *_ in told if name.startswith("rq_")], "what is not known is not told"
    own_redis_server.start()
    eventually(lambda: get(server, "/readyz") == (200, READY), 15)


@pytest.mark.parametrize(
    "own_redis_server",
    [{"options": {"key-load-delay": 50_000, "loading-process-events-interval-bytes": 1024, "rdbcompression": "no"}}],
    indirect=True,
)
def test_a_server_is_not_ready_while_redis_loads_its_data(own_redis_server, web_server):
    """Redis answers then, and every command is refused."""
    own_redis_server.connection().mset({f"k{number}": "x" * 1024 for number in range(60)})
    server = web_server(own_redis_server.url)
    with ThreadPoolExecutor() as pool:
        restarted = pool.submit(own_redis_server.restart)
        status, told = eventually(lambda: (found := get(server, "/readyz"))[1]["redis"] == "loading" and found)
        assert (status, told["watcher"]) == (503, "unknown")
        assert get(server, "/healthz") == (503, {"redis": "away"})
        restarted.result()
    eventually(lambda: get(server, "/readyz") == (200, READY), 15)


def test_figures_have_the_names_and_labels_of_the_exporters(web, redis, worker_process):
    for queue, status in (("mail", "failed"), ("mail", "queued"), ("mail", "queued"), ("default", "scheduled")):
        raw_jobs.listed(redis, status, queue=queue)
    Queue("done", connection=redis).enqueue(fixture_jobs.nothing)
    worker = worker_process("done", "other", name="w1")
    worker.wait_idle()
    told = eventually(lambda: (found := figures(web)).get(SUCCESS) == 1 and found)
    assert told["rq_workers", ("name", "w1"), ("queues", "done,other"), ("state", "idle")] == 1
    assert told["rq_job_successful_total", ("name", "w1"), ("queues", "done,other")] == 1
    assert told["rq_workers_failed_total", ("name", "w1"), ("queues", "done,other")] == 0
    assert told["rq_job_failed_total", ("name", "w1"), ("queues", "done,other")] == 0
    assert told["rq_workers_working_time_total", ("name", "w1"), ("queues", "done,other")] > 0
    assert told["rq_working_seconds_total", ("name", "w1"), ("queues", "done,other")] > 0
    counts = {(dict(labels)["queue"], dict(labels)["status"]): n for (name, *labels), n in told.items() if name == JOBS}
    assert (counts["mail", "queued"], counts["mail", "failed"], counts["default", "scheduled"]) == (2, 1, 1)
    assert {status for _, status in counts} >= {"queued", "started", "finished", "failed", "deferred", "scheduled"}
    assert told["rqlive_queue_workers", ("queue", "done")] == 1
    assert told["rqlive_queue_workers", ("queue", "mail")] == 0


SUCCESS = ("rq_workers_success_total", ("name", "w1"), ("queues", "done,other"))
JOBS = "rq_jobs"


def test_figures_of_the_process_itself(web, page):
    told = eventually(lambda: (found := figures(web))["rqlive_pages",] == 1 and found)
    assert told["rqlive_redis_up",] == told["rqlive_sockets",] == told["rqlive_feed", ("mode", MODE)] == 1
    assert told["rqlive_look_seconds_count",] > 0
    assert told["rqlive_look_seconds_bucket", ("le", "5.0")] <= told["rqlive_look_seconds_count",]
    assert told["rqlive_redis_round_trips_total", ("connection", "reader")] > 0
    assert told["rqlive_redis_round_trips_total", ("connection", "feed")] > 0


def test_scrapes_within_a_second_cost_one_look(web, redis):
    get_ok(web, "/api/overview")
    redis.config_resetstat()
    for _ in range(20):
        figures(web)
    asked = redis.info("commandstats").get("cmdstat_smembers", {"calls": 0})["calls"]
    assert asked <= 9, "each look asks for the sets of names, three of them"


def test_a_scrape_beside_an_open_page_costs_no_look_of_its_own(web, page):
    before = figures(web)["rqlive_look_seconds_count",]
    for _ in range(30):
        page.settle(0.05)
        figures(web)
    # Those of the page itself: one a second, and one for whatever other servers write of themselves.
    assert figures(web)["rqlive_look_seconds_count",] - before <= 15


def test_metrics_ask_for_the_login_and_the_others_do_not(web_server):
    server = web_server(env={"RQLIVE_USERS": THREE, "RQLIVE_BASE_PATH": "/rq"})
    assert get(server, "/rq/healthz")[0] == 200
    eventually(lambda: get(server, "/rq/readyz") == (200, READY))
    assert get(server, "/rq/metrics")[0] == 401
    login = page_of(server, "vera", "/rq")
    server.url += "/rq"
    assert figures(server, login)["rqlive_redis_up",] == 1


def test_metrics_are_not_told_to_who_may_see_some_queues_only(redis_server, redis, tmp_path):
    def narrowed() -> None:
        g.rights = Rights("admin", queues=("mail",))

    with in_process.running(redis_server.url, tmp_path) as client:
        client.application.before_request(narrowed)
        answer = client.get("/metrics")
        assert (answer.status_code, in_process.error(answer)["code"]) == (403, "refused")


def test_openmetrics_is_told_to_who_asks_for_it(redis_server, redis, tmp_path):
    with in_process.running(redis_server.url, tmp_path) as client:
        answer = client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
        assert answer.content_type.startswith("application/openmetrics-text; version=1.0.0")
        assert answer.text.endswith("# EOF\n")


def test_a_server_that_ends_is_not_ready(redis_server, redis, tmp_path):
    with in_process.running(redis_server.url, tmp_path) as client:
        eventually(lambda: client.get("/readyz").json == READY)
        client.application.extensions["live"].hub.close()
        assert client.get("/readyz").json == READY | {"ready": False, "feed": "ending"}


def test_a_page_that_is_open_is_counted_once(web):
    with Page(web, {"overview": True}), Page(web, {"overview": True}):
        eventually(lambda: figures(web)["rqlive_pages",] == 2)
    eventually(lambda: figures(web)["rqlive_pages",] == 0)
