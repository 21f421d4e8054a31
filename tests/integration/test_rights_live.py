"""Nothing of another team is told over the socket to whom it is none of: not even how often it changes."""

import json

import pytest

from jobs import _keys
from tests import teams
from tests.live import Page
from tests.processes import WebServer
from tests.servers import RedisServer
from tests.teams import OTHER, OURS
from tests.teams_app import header
from tests.walk import NOBODY, OUR_JOBS, without_asked
from webapp.rights import EVERYTHING, Rights


@pytest.fixture
def web(teams_web: WebServer) -> WebServer:
    """A web process for whoever the header says, on an installation of both teams."""
    return teams_web


@pytest.fixture
def server(teams_server: RedisServer) -> RedisServer:
    return teams_server


def opened(web: WebServer, who: Rights = OURS, **watch: object) -> Page:
    return Page(web, watch, headers=header(who))


def said(page: Page, asked: str = "") -> list[dict]:
    """The events that say a word of the other team, other than back what was asked for."""
    told = []
    for event in page.events:
        plain = dict(event)
        for name in ("id", "job", "list", "board") if asked else ():
            if isinstance(plain.get(name), str):
                plain.pop(name)
        if isinstance(plain.get("error"), dict):
            plain["error"] = without_asked(asked, json.dumps(plain["error"]))
        if OTHER in json.dumps(plain).lower():
            told.append(event)
    return told


def stir(client, team: str) -> None:
    """Something happens to all that a team has."""
    job_id = f"{team}-started"
    client.hset(f"rq:job:{job_id}", "worker_name", f"{team}-worker")
    client.xadd(_keys.log(job_id), {"at": 1, "run": "r", "level": "INFO", "text": f"{team} says more"})
    client.xadd(_keys.notes(job_id), {"name": f"{team}-person", "by": "1", "text": f"{team} notes more"})
    client.rpush(f"rq:queue:{team}-q", f"{team}-queued")
    teams.act(client, f"{team}-person", "stop", job=job_id)
    client.hset(f"rq:job:{team}-queued", "description", f"{team} changes")


def test_no_frame_tells_of_the_other_team(web, server) -> None:
    client = server.connection()
    everything = {
        "overview": True,
        "activity": True,
        "lists": ["/", "/failed", "/started", "alpha-q/queued"],
        "rows": OUR_JOBS,
        "job": "alpha-deferred",
        "log": {"job": "alpha-started", "after": "0"},
        "looking": {"job": "alpha-started", "name": "me", "key": "k"},
        "boards": [
            "failures",
            "stuck",
            "schedule",
            "cron",
            "flow",
            "groups",
            "limits",
            "operations",
            "unlisted",
            "facets//",
        ],
    }
    with opened(web, **everything) as page:
        page.until(lambda: page.complete and "alpha-started" in page.logs and page.activity)
        for team in ("alpha", OTHER):
            stir(client, team)
        page.until(lambda: [line for line in page.logs["alpha-started"] if line["text"] == "alpha says more"])
        page.until(lambda: [line for line in page.activity or [] if line["action"] == "stop"])
        boards_told = lambda: {event["board"] for event in page.events if event["type"] == "board" and event["value"]}  # noqa: E731
        page.until(lambda: boards_told() == set(everything["boards"]))
        page.settle(1.5)
        assert said(page) == []
        assert set(page.parts["queue"]) == {"alpha-q"}
        assert page.jobs["alpha-deferred"]["depends_on"] == []
        assert set(page.rows) == set(OUR_JOBS)
        hello = next(event for event in page.events if event["type"] == "hello")
        assert hello["server"]["queues"] == ["alpha-q"]


def test_who_watches_what_is_not_theirs_hears_what_is_said_of_nothing(web, server) -> None:
    """Also while it changes: how often something happens elsewhere is nobody's business."""
    client = server.connection()

    def heard(name: str) -> list[tuple]:
        watch = {
            "lists": [f"{name}-q/queued", f"{name}-q/"],
            "rows": [f"{name}-queued", f"{name}-started"],
            "job": f"{name}-started",
            "log": {"job": f"{name}-started", "after": "0"},
            "looking": {"job": f"{name}-started", "name": "me", "key": "k"},
            "boards": [f"{kind}/{name}-started" for kind in ("notes", "graph", "why", "compare")],
        }
        with opened(web, **watch) as page:
            page.until(lambda: len({event["board"] for event in page.events if event["type"] == "board"}) == 4)
            for _ in range(3):
                stir(client, OTHER)
                page.settle(0.3)
            assert said(page, f"{name}-started") == []
            told = [event for event in page.events if event["type"] not in ("health", "hello", "list")]
        return sorted((event["type"], str(event.get("id") or event.get("board")).replace(name, "")) for event in told)

    assert heard(OTHER) == heard(NOBODY)


def test_a_job_that_moves_out_of_sight_ends_its_log_and_is_gone(web, server) -> None:
    client = server.connection()
    job_id = "alpha-moving"
    teams._job(client, "alpha", "queued", job_id, "alpha-q", "alpha.tasks.run")
    with opened(web, job=job_id, rows=[job_id], log={"job": job_id, "after": "0"}) as page:
        page.until(lambda: page.logs.get(job_id) and page.jobs.get(job_id))
        client.hset(f"rq:job:{job_id}", "origin", f"{OTHER}-q")
        page.until(lambda: job_id in page.jobs and page.jobs[job_id] is None and page.rows[job_id] is None)
        seen = len(page.logs[job_id])
        for number in range(5):
            client.xadd(_keys.log(job_id), {"at": 1, "run": "r", "level": "INFO", "text": f"{OTHER} goes on {number}"})
        page.settle(1.0)
        assert len(page.logs[job_id]) == seen
        client.hset(f"rq:job:{job_id}", "origin", "alpha-q")
        page.until(lambda: page.jobs[job_id] is not None)
    client.delete(f"rq:job:{job_id}")
    client.lrem("rq:queue:alpha-q", 0, job_id)


def test_who_looks_at_a_job_is_told_to_those_who_may_see_it(web) -> None:
    job_id = f"{OTHER}-failed"
    with opened(web, EVERYTHING, looking={"job": job_id, "name": "Theirs", "key": "t"}) as theirs:
        theirs.until(lambda: theirs.lookers.get(job_id) == ["Theirs"])
        with opened(web, looking={"job": job_id, "name": "Ours", "key": "o"}) as ours:
            ours.until(lambda: ours.you)
            ours.settle(1.0)
            assert not ours.lookers
        theirs.settle(0.5)
        assert theirs.lookers[job_id] == ["Theirs"]
    with (
        opened(web, EVERYTHING, looking={"job": "alpha-failed", "name": "One", "key": "1"}) as one,
        opened(web, looking={"job": "alpha-failed", "name": "Two", "key": "2"}) as two,
    ):
        one.until(lambda: sorted(one.lookers.get("alpha-failed", ())) == ["One", "Two"])
        two.until(lambda: sorted(two.lookers.get("alpha-failed", ())) == ["One", "Two"])


def test_a_board_that_is_refused_says_so_over_the_socket(web) -> None:
    with opened(web, boards=["redis", "output/x.1", "failures"]) as page:
        told = lambda: {event["board"]: event for event in page.events if event["type"] == "board"}  # noqa: E731
        page.until(lambda: len(told()) == 3)
        assert told()["redis"]["error"]["code"] == "needs_all"
        assert told()["output/x.1"]["error"]["code"] == "needs_all"
        assert told()["failures"]["value"]
