"""Who looks at a job: seen by all who do, on whichever server, and gone with the tab, the server, or its process."""

import contextlib
import os
import signal

import pytest

from tests import raw_jobs
from tests.live import Page
from tests.processes import WebServer
from tests.room import Talker
from webapp.room import presence

OWN = {"RQLIVE_WRITE": 1}
#: Seconds within which those on all servers have it.
SOON = 1.0


@pytest.fixture(scope="module")
def pair(redis_server, tmp_path_factory):
    """Two servers on one Redis, which live as long as the tests of this file."""
    servers = [WebServer(redis_server.url, tmp_path_factory.mktemp("web"), OWN) for _ in range(2)]
    for server in servers:
        server.wait_ready()
    yield servers
    for server in servers:
        server.close()


@pytest.fixture
def here(pair, redis) -> WebServer:
    return pair[0]


@pytest.fixture
def there(pair, redis) -> WebServer:
    return pair[1]


def looking(server: WebServer, name: str, job: str = "j", key: str = "") -> Page:
    """A page that has this job open."""
    return Page(server, {"job": job, "looking": {"job": job, "name": name, "key": key or name}})


def sees(page: Page, *names: str, job: str = "j", within: float = SOON) -> None:
    page.until(lambda: page.lookers.get(job) == sorted(names), within, f"{names} look at {job}")


def test_all_who_look_at_a_job_see_each_other_and_who_they_are_themselves(here, there):
    with looking(here, "Mina") as mina, looking(there, "Ada") as ada:
        for page in (mina, ada):
            sees(page, "Ada", "Mina")
        assert (mina.you["name"], mina.you["fixed"]) == ("Mina", False)
        with looking(there, "Bob") as bob, looking(here, "Elsa", job="other") as elsa:
            for page in (mina, ada, bob):
                sees(page, "Ada", "Bob", "Mina")
            sees(elsa, "Elsa", job="other")
        for page in (mina, ada):
            sees(page, "Ada", "Mina")


def test_one_person_in_two_tabs_is_one_and_a_newcomer_is_told_at_once(here, there):
    with looking(here, "Mina") as first, looking(there, "Mina") as second, looking(here, "Mina") as third:
        for page in (first, second, third):
            sees(page, "Mina")
        assert first.you["by"] == second.you["by"]
        third.close()
        first.settle(0.5)
        sees(first, "Mina")


def test_who_goes_to_another_job_or_closes_it_is_seen_there_no_more(here, there):
    with looking(here, "Mina") as mina, looking(there, "Ada") as ada:
        sees(mina, "Ada", "Mina")
        ada.watch(job="k", looking={"job": "k", "name": "Ada", "key": "Ada"})
        sees(mina, "Mina")
        sees(ada, "Ada", job="k")
        ada.watch(overview=True)
        mina.watch(job="k", looking={"job": "k", "name": "Mina", "key": "Mina"})
        sees(mina, "Mina", job="k")


def test_another_name_is_seen_by_the_others(here, there):
    with looking(here, "Mina") as mina, looking(there, "Ada") as ada:
        sees(ada, "Ada", "Mina")
        mina.watch(job="j", looking={"job": "j", "name": "Mina K.", "key": "Mina"})
        sees(ada, "Ada", "Mina K.")
        assert mina.until(lambda: mina.you["name"] == "Mina K.")


def test_who_only_watches_the_job_is_not_seen_and_not_told(here):
    with looking(here, "Mina") as mina, Page(here, {"job": "j"}) as quiet:
        sees(mina, "Mina")
        quiet.settle(0.4)
        assert quiet.lookers == {}
        assert not [event for event in quiet.events if event["type"] in ("presence", "you")]


def test_the_room_and_lookers_do_not_mix(here, there):
    with looking(here, "Mina") as mina, Talker(there, name="Ada") as ada:
        ada.until(lambda: ada.here == ["Ada"])
        sees(mina, "Mina")
        ada.say("hello")
        ada.hears("hello")


def test_a_killed_server_is_forgotten_within_seconds(here, redis, web_server):
    doomed = web_server(env=OWN)
    with looking(here, "Mina") as mina, looking(doomed, "Ada"):
        sees(mina, "Ada", "Mina")
        for pid in doomed.family():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        sees(mina, "Mina", within=presence.GONE + 2)


def test_a_server_that_ends_takes_its_own_along(here, redis, web_server):
    ending = web_server(env=OWN)
    with looking(here, "Mina") as mina, looking(ending, "Ada"):
        sees(mina, "Ada", "Mina")
        ending.signal(signal.SIGTERM)
        sees(mina, "Mina", within=2)


def test_on_a_redis_that_is_only_looked_at_those_of_one_server_see_each_other(own_redis_server, web_server):
    web = web_server(own_redis_server.url, {"RQLIVE_RECORD": 0})
    with looking(web, "Mina") as mina, looking(web, "Ada"):
        sees(mina, "Ada", "Mina")
        assert list(own_redis_server.connection().scan_iter()) == [], "nothing is written"


def test_while_no_job_is_open_it_costs_nothing(here, there, redis):
    job_id = raw_jobs.listed(redis, "failed")
    with looking(here, "Mina", job=job_id) as mina:
        sees(mina, "Mina", job=job_id)
    with Page(here, {"overview": True}) as page:
        page.until(lambda: page.complete)
        # The read that waits for others is over within a second.
        page.settle(1.3)
        redis.config_resetstat()
        page.settle(1.5)
        stats = redis.info("commandstats")
        assert "cmdstat_xread" not in stats
        assert "cmdstat_xadd" not in stats


def test_a_name_that_is_no_name_is_refused_and_the_page_goes_on(here):
    with looking(here, "Mina") as page:
        sees(page, "Mina")
        page.watch(looking={"job": "j", "name": ["x"]})
        assert page.until_seen("error")["fix"]
        page.watch(job="j", looking={"job": "j", "name": "\u202eevil\x00", "key": "Mina"})
        page.until(lambda: page.lookers["j"] == ["evil"])
