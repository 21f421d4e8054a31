"""How many servers share a Redis and how many pages they have open: right on each, in every mode of the feed."""

import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import redis as redis_py

from tests import raw_jobs
from tests.feed_mode import needs_tracking
from tests.live import Page, get_ok
from tests.processes import WebServer
from tests.servers import RedisServer
from tests.support import eventually

#: Seconds within which a count is right everywhere: told at most a second late, and read once a second.
SOON = 8.0
NOTICES = {"notify-keyspace-events": "KEA"}
#: What an operator grants to who may only look.
RIGHTS = ("~rq:*", "&rq:*", "+@read", "+@connection", "+@transaction", "-@dangerous", "+info", "+client|tracking")


@pytest.fixture
def server() -> Iterator[RedisServer]:
    own = RedisServer(NOTICES)
    own.start()
    yield own
    own.close()


@pytest.fixture
def open_pages() -> Iterator[object]:
    """Opens tabs that show the overview; they are closed with the test."""
    with ExitStack() as opened:

        def start(web: WebServer, count: int = 1) -> list[Page]:
            return [opened.enter_context(Page(web, {"overview": True})) for _ in range(count)]

        yield start


def sees(page: Page, servers: int | None, pages: int | None, here: int) -> None:
    """Wait until the page tells so many servers, open pages, and pages open on its own server."""
    names = ("servers", "pages", "pages_here")
    page.until(
        lambda: tuple(page.health.get(name) for name in names) == (servers, pages, here),
        SOON,
        f"{servers} servers, {pages} pages, {here} here",
    )


def viewer(server: RedisServer, *rights: str) -> str:
    """The address of the server for a user who may only look, with these rights as well."""
    server.connection().execute_command("ACL", "SETUSER", "viewer", "on", ">secret", *RIGHTS, *rights)
    return f"unix://viewer:secret@{server.path}"


@pytest.mark.parametrize("mode", ["tracking", "keyspace", "sampling"])
def test_every_server_tells_all_servers_and_all_open_pages(server, web_server, open_pages, mode):
    here, there = (web_server(server.url, env={"RQLIVE_FEED": mode}) for _ in range(2))
    (first,) = open_pages(here)
    sees(first, servers=2, pages=1, here=1)
    second, third, fourth = open_pages(there, 3)
    sees(first, servers=2, pages=4, here=1)
    sees(second, servers=2, pages=4, here=3)
    fourth.close()
    sees(first, servers=2, pages=3, here=1)
    sees(third, servers=2, pages=3, here=2)
    there.close()
    began = time.monotonic()
    sees(first, servers=1, pages=1, here=1)
    assert time.monotonic() - began < 4, "a killed server and its pages are gone at once: nothing has to expire"


def test_many_pages_come_and_go_and_are_counted_again_after_a_break(server, web_server, open_pages):
    here, there = web_server(server.url), web_server(server.url)
    (page,) = open_pages(here)
    many = open_pages(there, 40)
    sees(page, servers=2, pages=41, here=1)
    for one in many[3:]:
        one.close()
    sees(page, servers=2, pages=4, here=1)
    client = server.connection()
    for one in client.client_list(_type="pubsub"):
        client.client_kill_filter(_id=one["id"])
    page.settle(2)
    sees(page, servers=2, pages=4, here=1)


def test_who_waits_for_a_job_is_no_page(server, web_server, open_pages):
    web = web_server(server.url)
    (page,) = open_pages(web)
    job_id = raw_jobs.listed(server.connection(), "queued")
    sees(page, servers=1, pages=1, here=1)
    get_ok(web, f"/api/jobs/{job_id}", wait="2")
    page.settle(0.1)
    assert {event["health"]["pages"] for event in page.events if event["type"] == "health"} <= {None, 1}


def test_operations_is_no_server(server, web_server, operations_process, open_pages):
    web = web_server(server.url)
    operations_process(server.url)
    (page,) = open_pages(web)
    eventually(lambda: dict(server.connection().pubsub_numsub("rq:live:listeners"))[b"rq:live:listeners"] == 1)
    page.settle(1.5)
    sees(page, servers=1, pages=1, here=1)


def test_a_user_who_may_not_write_is_counted_all_the_same(server, web_server, open_pages):
    """Nothing is written to be counted."""
    full = web_server(server.url)
    looking = web_server(viewer(server, "+subscribe", "+unsubscribe", "+pubsub"))
    (page,), (other, _) = open_pages(full), open_pages(looking, 2)
    sees(page, servers=2, pages=3, here=1)
    sees(other, servers=2, pages=3, here=2)


@needs_tracking
def test_a_user_who_may_not_subscribe_adds_its_own_pages_to_those_it_knows_of(server, web_server, open_pages):
    full = web_server(server.url)
    looking = web_server(viewer(server, "+pubsub"))
    (page,), (other, _) = open_pages(full), open_pages(looking, 2)
    sees(other, servers=2, pages=3, here=2)
    sees(page, servers=1, pages=1, here=1)
    assert other.mode == "tracking"


@pytest.mark.parametrize("more", [(), ("+subscribe", "+unsubscribe"), ("+subscribe", "+pubsub")])
def test_a_user_with_half_of_the_rights_makes_no_number_up(server, web_server, open_pages, more):
    web = web_server(viewer(server, *more))
    page, second = open_pages(web, 2)
    may_ask = "+pubsub" in more
    sees(page, servers=1 if may_ask else None, pages=2 if may_ask else None, here=2)
    second.close()
    sees(page, servers=1 if may_ask else None, pages=1 if may_ask else None, here=1)
    refusals = server.connection().execute_command("ACL", "LOG")
    page.settle(1.5)
    assert len(server.connection().execute_command("ACL", "LOG")) == len(refusals), "what was refused is not tried on"


def test_while_nothing_changes_to_be_counted_costs_nothing(server, web_server, open_pages):
    web = web_server(server.url)
    (page,) = open_pages(web)
    sees(page, servers=1, pages=1, here=1)
    page.settle(2)
    client: redis_py.Redis = server.connection()
    client.config_resetstat()
    page.settle(3)
    calls = {name.removeprefix("cmdstat_"): entry["calls"] for name, entry in client.info("commandstats").items()}
    assert not calls.keys() & {"subscribe", "unsubscribe", "publish", "ping"}
    assert calls["pubsub|numsub"] <= calls["time"], "it rides in the pipeline that is read anyway"
