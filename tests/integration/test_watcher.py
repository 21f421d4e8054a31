"""The watcher: what it costs Redis, how it comes through the feed's bad luck, and what it sees without any notice."""

import contextlib
import time
from collections.abc import Callable, Iterator

import pytest
import redis as redis_py

from tests import raw_jobs
from tests.feed_mode import needs_notices, needs_tracking
from tests.live import Page, get_ok
from tests.processes import WebServer
from tests.relay import Relay
from tests.servers import RedisServer
from tests.support import eventually
from webapp.config import Config
from webapp.connections import connect
from webapp.errors import DashboardError
from webapp.live import feed
from webapp.live.feed.prefixes import EVERYTHING
from webapp.live.feed.tracking import Tracking

#: Seconds within which a reconcile has found what no notice told of.
RECONCILED = 8.0
#: Boards that every page watches.
EVERYWHERE = ["failures_count", "operations"]


@pytest.fixture
def server(own_redis_server: RedisServer) -> RedisServer:
    return own_redis_server


@pytest.fixture
def client(server: RedisServer) -> redis_py.Redis:
    return server.connection()


@contextlib.contextmanager
def open_page(web: WebServer, **watch: object) -> Iterator[Page]:
    with Page(web, {"overview": True, **watch}) as page:
        page.until(lambda: page.complete and page.mode not in (None, "starting"), message="a first snapshot")
        page.until(lambda: page.rows.keys() >= set(watch.get("rows", ())), message="its rows")
        yield page


def round_trips(client: redis_py.Redis) -> int:
    """Reads of the server from its clients' connections: one for each round trip of anybody."""
    return client.info("stats")["total_reads_processed"]


def round_trips_a_second(client: redis_py.Redis, seconds: float) -> float:
    before, began = round_trips(client), time.monotonic()
    time.sleep(seconds)
    return (round_trips(client) - before - 1) / (time.monotonic() - began)


@needs_tracking
def test_an_idle_dashboard_costs_two_round_trips_a_second_with_one_page_and_with_fifty(
    server, client, web_server, tmp_path
):
    """Counted by a relay: the server counts a pipeline that comes in pieces as several."""
    for status in ("queued", "failed", "finished", "started"):
        raw_jobs.listed(client, status)
    raw_jobs.worker(client, "w")
    with contextlib.ExitStack() as pages:
        relay = pages.enter_context(Relay(tmp_path, server.path))
        web = web_server(relay.url)
        pages.enter_context(open_page(web, boards=EVERYWHERE))
        one = relay.a_second(5)
        for _ in range(49):
            pages.enter_context(open_page(web, boards=EVERYWHERE))
        fifty = relay.a_second(5)
        pages.callback(web.close)
    assert 0.5 < one <= 2
    assert 0.5 < fifty <= 2


def test_without_a_page_redis_is_left_alone(server, client, web_server):
    web = web_server(server.url)
    with open_page(web):
        pass
    eventually(lambda: round_trips_a_second(client, 1.5) == 0, message="nobody reads")
    raw_jobs.listed(client, "queued")
    before = round_trips(client)
    time.sleep(1.5)
    assert round_trips(client) - before - 1 <= 1, "a change that nobody watches is not read"
    with open_page(web) as page:
        assert page.parts["queue"]["default"]["queued"] == 1


def test_a_storm_of_changes_is_looked_at_twenty_times_a_second(server, client, web_server):
    web = web_server(server.url)
    ids = [raw_jobs.listed(client, "queued") for _ in range(50)]
    with open_page(web, rows=ids) as page:
        client.config_resetstat()
        began, number = time.monotonic(), 0
        while time.monotonic() - began < 3:
            number += 1
            with client.pipeline(transaction=False) as pipe:
                for job_id in ids:
                    pipe.hset(f"rq:job:{job_id}", "worker_name", f"w{number}")
                pipe.lpush("rq:queue:default", "x").lpop("rq:queue:default").execute()
            page.read()
            time.sleep(0.002)
        looks = client.info("commandstats")["cmdstat_time"]["calls"] / (time.monotonic() - began)
        assert looks < 30
        page.until(lambda: {row["worker"] for row in page.rows.values()} == {f"w{number}"}, message="the last state")


@needs_notices
def test_a_change_is_told_within_moments(server, client, web_server):
    web = web_server(server.url)
    job_id = raw_jobs.listed(client, "queued")
    with open_page(web, rows=[job_id]) as page:
        times = []
        for number in range(20):
            page.settle(0.15)
            began = time.monotonic()
            client.hset(f"rq:job:{job_id}", "worker_name", f"w{number}")
            page.until(lambda: page.rows[job_id]["worker"] == f"w{number}")  # noqa: B023
            times.append(time.monotonic() - began)
        assert sorted(times)[len(times) // 2] < 0.1


def feed_connections(client: redis_py.Redis) -> list[str]:
    """Ids of the connections that hear of changes."""
    return [one["id"] for one in client.client_list() if "t" in one["flags"] or one.get("psub") not in (None, "0")]


NOTICES = {"notify-keyspace-events": "KEA"}


@pytest.mark.parametrize("mode", ["tracking", "keyspace"])
@pytest.mark.parametrize("own_redis_server", [{"options": NOTICES, "kind": "redis"}], indirect=True)
def test_a_killed_feed_comes_back_and_nothing_is_missed(server, client, web_server, mode):
    web = web_server(server.url, env={"RQLIVE_FEED": mode})
    job_id = raw_jobs.listed(client, "queued")
    with open_page(web, rows=[job_id]) as page:
        for number in range(4):
            for connection in eventually(lambda: feed_connections(client)):
                client.client_kill_filter(_id=connection)
            client.hset(f"rq:job:{job_id}", "worker_name", f"w{number}")
            page.until(lambda: page.rows[job_id]["worker"] == f"w{number}", RECONCILED)  # noqa: B023
        eventually(lambda: feed_connections(client), message="it listens again")
        page.until(lambda: page.mode == mode, RECONCILED)
        assert page.health["redis"] == "ok"
        page.settle(1)
        began = time.monotonic()
        client.hset(f"rq:job:{job_id}", "worker_name", "last")
        page.until(lambda: page.rows[job_id]["worker"] == "last")
        assert time.monotonic() - began < 1, "by a notice, not by a reconcile"


def test_a_feed_killed_a_hundred_times_still_comes_back(server, client):
    """redis-py's pool counts a connection until it is given back, and gives out a hundred."""
    connections = connect(Config(redis_url=server.url))
    for _ in range(110):
        mode = Tracking(connections, EVERYTHING)
        mode.open()
        mode.close()
    connections.close()


@contextlib.contextmanager
def a_feed(
    url: str, mode: str, hear: feed.OnChange = lambda keys: None, doze: Callable[[], float] = lambda: 0.0
) -> Iterator[feed.Feed]:
    """A feed alone, in this process."""
    connections = connect(Config(redis_url=url))
    alone = feed.Feed(connections, hear, mode=mode, channels=frozenset, process="p", doze=doze)
    alone.start()
    eventually(lambda: alone.status.mode == mode)
    yield alone
    alone.stop()
    alone._thread.join(5)
    connections.close()


@pytest.mark.parametrize("own_redis_server", [{"options": NOTICES}], indirect=True)
@pytest.mark.parametrize("mode", ["tracking", "keyspace"])
def test_a_dozing_feed_wakes_seldom_and_misses_nothing(server, client, mode):
    heard: list[set[bytes]] = []
    with a_feed(server.url, mode, lambda keys: heard.append(set(keys or ())), doze=lambda: 0.2):
        wakes, started = len(heard), time.monotonic()
        for number in range(400):
            client.hset(f"rq:job:{number}", "status", "queued")
        told = {b"rq:job:%d" % number for number in range(400)}
        eventually(lambda: told <= set().union(*heard), message="every key was heard")
        # One word may come in two reads, and the proof makes one of its own.
        assert len(heard) - wakes <= 3 + 2 * (time.monotonic() - started) / 0.2


@pytest.mark.parametrize("own_redis_server", [{"options": NOTICES}], indirect=True)
def test_a_feed_that_goes_deaf_is_left_and_said(server, client, monkeypatch):
    monkeypatch.setattr(feed, "PROOF_INTERVAL", 0.1)
    with a_feed(server.url, "keyspace") as alone:
        assert alone.status.proved_at
        client.config_set("notify-keyspace-events", "")
        eventually(lambda: alone.status.mode == "sampling", message="the proof fails")
        assert "did not come back" in alone.status.message


def test_a_flush_during_a_proof_does_not_make_the_feed_deaf(server, client, monkeypatch):
    monkeypatch.setattr(feed, "PROOF_INTERVAL", 0.005)
    monkeypatch.setattr(feed, "PROOF_ATTEMPTS", 1)
    with a_feed(server.url, "tracking") as alone:
        end = time.monotonic() + 2
        while time.monotonic() < end:
            client.set("rq:suspended", 1)
            client.flushall()
        assert alone.status.mode == "tracking"
        assert time.time() - alone.status.proved_at < 0.9, "no proof has taken until its timeout"


def test_swapped_databases_are_found_without_a_notice(server, client, web_server):
    with redis_py.Redis.from_url(f"{server.url}?db=1") as other:
        for _ in range(3):
            raw_jobs.listed(other, "failed", queue="elsewhere")
    job_id = raw_jobs.listed(client, "queued")
    web = web_server(server.url)
    with open_page(web, rows=[job_id]) as page:
        client.execute_command("SWAPDB", 0, 1)
        page.until(lambda: set(page.parts["queue"]) == {"elsewhere"}, RECONCILED)
        page.until(lambda: page.rows.get(job_id, 0) is None, RECONCILED)


def in_every_mode(test):
    """Runs it in each mode of the feed, on a server that has all of them."""
    every = pytest.mark.parametrize("mode", ["tracking", "keyspace", "sampling"])
    return every(pytest.mark.parametrize("own_redis_server", [{"options": NOTICES}], indirect=True)(test))


@in_every_mode
def test_what_makes_no_notice_is_polled(server, client, web_server, mode):
    """Workers' hashes are heartbeats, and not listened to."""
    raw_jobs.worker(client, "w")
    web = web_server(server.url, env={"RQLIVE_FEED": mode})
    with open_page(web) as page:
        client.hset("rq:worker:w", "successful_job_count", 77)
        page.until(lambda: page.parts["worker"]["w"]["successful"] == 77, 4)
        client.delete("rq:worker:w")
        page.until(lambda: page.parts["worker"]["w"]["note"], 4)


@in_every_mode
def test_a_job_that_expires_is_gone(server, client, web_server, mode):
    job_id = raw_jobs.listed(client, "finished")
    web = web_server(server.url, env={"RQLIVE_FEED": mode})
    with open_page(web, rows=[job_id], job=job_id) as page:
        page.until(lambda: page.jobs.get(job_id))
        client.pexpire(f"rq:job:{job_id}", 50)
        page.until(lambda: page.rows[job_id] is None and page.jobs[job_id] is None)


@in_every_mode
def test_a_stalled_job_is_counted_when_its_heartbeat_is_over(server, client, web_server, mode):
    job_id = raw_jobs.listed(client, "started")
    (run,) = client.zrange("rq:wip:default", 0, 0)
    web = web_server(server.url, env={"RQLIVE_FEED": mode})
    with open_page(web) as page:
        client.zadd("rq:wip:default", {run: time.time() + 1})
        page.until(lambda: job_id in page.parts["running"])
        assert page.parts["queue"]["default"]["stalled"] == 0
        page.until(lambda: page.parts["queue"]["default"]["stalled"] == 1, 6)


def test_a_paused_redis_is_waited_for(server, client, web_server):
    job_id = raw_jobs.listed(client, "queued")
    web = web_server(server.url)
    with open_page(web, rows=[job_id]) as page:
        page.until(lambda: job_id in page.rows)
        client.client_pause(2_500)
        page.send({"ping": 1})
        page.until_seen("pong", 2)
        client.hset(f"rq:job:{job_id}", "status", "failed")
        page.until(lambda: page.rows[job_id]["status"] == "failed", RECONCILED)
        assert page.health["redis"] == "ok"


def test_every_web_process_is_counted_and_sees_the_same(server, client, web_server):
    first, second = web_server(server.url), web_server(server.url)
    with open_page(first) as here, open_page(second) as there:
        here.until(lambda: here.health["servers"] == 2, RECONCILED)
        there.until(lambda: there.health["servers"] == 2, RECONCILED)
        raw_jobs.listed(client, "queued")
        for page in (here, there):
            page.until(lambda: page.parts["queue"].get("default", {}).get("queued") == 1)  # noqa: B023
        epochs = {page.frames[0]["events"][0]["epoch"] for page in (here, there)}
        assert len(epochs) == 2
        second.kill()
        here.until(lambda: here.health["servers"] == 1, RECONCILED)


def test_the_answer_over_http_is_no_older_than_what_was_pushed(server, client, web_server):
    web = web_server(server.url)
    with open_page(web) as page:
        for number in range(1, 10):
            raw_jobs.listed(client, "queued")
            page.until(lambda: page.parts["queue"].get("default", {}).get("queued") == number)  # noqa: B023
            assert get_ok(web, "/api/queues")["queues"][0]["queued"] == number


def test_a_look_that_fails_does_not_end_the_watcher(shared_app, redis, monkeypatch, caplog):
    """Whatever goes wrong in a look, the next one starts afresh."""
    live = shared_app.extensions["live"]
    live.overview()
    fail = iter([True])

    def look(*arguments):
        if next(fail, False):
            raise RuntimeError("a bug")
        return type(live.looks).look(live.looks, *arguments)

    monkeypatch.setattr(live.looks, "look", look)
    raw_jobs.listed(redis, "queued")

    def seen() -> bool:
        with contextlib.suppress(DashboardError):
            return "default" in live.overview().queues
        return False

    eventually(seen)
    assert "A look failed" in caplog.text
