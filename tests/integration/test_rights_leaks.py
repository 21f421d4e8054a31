"""Nothing of another team reaches somebody whose rights do not cover it, by whatever address it is read.

Every address that is read and every board is walked as a member of one team, on an installation where whatever is of
the other team says so in its name. A way that is new and not walked fails too. What is live: `test_rights_live.py`.
"""

import base64
import json
import re
import urllib.request

import pytest

from jobs import _keys
from tests import teams
from tests.processes import WebServer
from tests.servers import RedisServer
from tests.support import eventually
from tests.teams import MIXED, OTHER, OURS, STATUSES
from tests.teams_app import header
from tests.walk import (
    BOARDS,
    BY_FUNCTION,
    BY_QUEUE,
    NOBODY,
    OUR_JOBS,
    READS,
    THEIR_JOBS,
    ask,
    causes,
    value,
    walked,
    without_asked,
)
from webapp import create_app
from webapp.boards import load
from webapp.config import Config
from webapp.rights import EVERYTHING, Rights


@pytest.fixture
def web(teams_web: WebServer) -> WebServer:
    """A web process for whoever the header says, on an installation of both teams."""
    return teams_web


@pytest.fixture
def server(teams_server: RedisServer) -> RedisServer:
    return teams_server


def test_every_address_and_every_board_is_walked() -> None:
    app = create_app(Config(redis_url="redis://127.0.0.1:1/0", own_redis=True))
    rules = {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert set(READS) == rules, "a way to read must be walked here"
    assert set(BOARDS) == set(load(EVERYTHING)), "a board must be walked here"
    assert "BOARDS" not in READS


def test_who_may_see_all_is_told_of_the_other_team(web) -> None:
    """The walk finds something where there is something to find."""
    silent = {
        name
        for name, found in BOARDS.items()
        if not any(_is_told(web, f"/api/boards/{name}") for name in _each(web, found))
    }
    assert silent == {"added", "failures_count", "output", "redis"}
    silent = {
        rule
        for rule, found in READS.items()
        if rule.startswith("/api") and found and not any(_is_told(web, path) for path in _filled(found))
    }
    # There are no users here, and the description of the API tells of none.
    assert silent == {"/api/me", "/api/openapi.json", "/api/tokens", "/api/users"}


def _each(web: WebServer, found: list[str]) -> list[str]:
    jobs = (f"{OTHER}-failed", "alpha-deferred")
    return [name.format(job=job, cause=cause) for name in found for job in jobs for cause in causes(web)]


def _filled(found: list[str]) -> list[str]:
    return [path.format(job=f"{OTHER}-finished") for path in found]


def _is_told(web: WebServer, path: str) -> bool:
    status, body = ask(web, path, EVERYTHING)
    return status == 200 and OTHER in without_asked(path, body).lower()


@pytest.mark.parametrize("who", [OURS, BY_QUEUE, BY_FUNCTION], ids=["both", "by queue", "by function"])
def test_no_address_tells_of_the_other_team(web, who) -> None:
    # Whoever sees each queue sees that of the other team, and so on: what tells then is the id of a job out of sight.
    words = [OTHER] if who == OURS else _hidden(who)
    told = {}
    for path in walked(web):
        body = without_asked(path, ask(web, path, who)[1]).lower()
        if found := [word for word in words if word in body]:
            told[path] = (found, re.findall(f".{{60}}{found[0]}.{{60}}", body)[:2])
    assert told == {}


def _hidden(who: Rights) -> list[str]:
    """Ids of jobs that these rights do not cover."""
    queues = {job_id: f"{OTHER}-q" for job_id in THEIR_JOBS} | {MIXED[0]: "alpha-q"}
    functions = {job_id: f"{OTHER}.tasks.run" for job_id in THEIR_JOBS} | {MIXED[1]: "alpha.tasks.run"}
    return [job_id for job_id in THEIR_JOBS if not who.sees_job(queues[job_id], functions[job_id])]


def test_what_is_not_ours_is_answered_as_what_is_not_there(web) -> None:
    different = {}
    paths = [path for path in walked(web) if OTHER in path and not path.startswith("/api/boards/failure")]
    for path in paths:
        theirs, nothing = ask(web, path), ask(web, path.replace(OTHER, NOBODY))
        if _comparable(theirs) != _comparable(nothing):
            different[path] = (theirs, nothing)
    assert different == {}


def _comparable(answer: tuple[int, str]) -> tuple[int, str]:
    """Without the name that was asked for, that of the request, and moments."""
    status, body = answer
    body = re.sub(r'"(as_of|now|asked_at)":\s*\d+|"request_id":"\w+"', "", body.replace(OTHER, NOBODY))
    return status, body


def test_our_team_still_sees_all_of_its_own(web) -> None:
    overview = value(web, "/api/overview")
    assert [queue["name"] for queue in overview["queues"]] == ["alpha-q"]
    assert sorted(worker["name"] for worker in overview["workers"]) == ["alpha-worker", "common-worker"]
    assert [row["id"] for row in overview["running"]] == ["alpha-started"]
    assert overview["figures"]["finished"]["count"] == 14
    assert overview["totals"]["rate_limited"] is None
    for status in STATUSES:
        page = value(web, f"/api/jobs?queue=alpha-q&status={status}")
        # A stopped job lies in the failed registry too.
        wanted = {"alpha-stopped", "alpha-failed"} if status == "failed" else {f"alpha-{status}"}
        assert {row["id"] for row in page["jobs"]} == wanted, status
    assert {row["id"] for row in value(web, "/api/jobs")["jobs"]} >= {*OUR_JOBS} - {"alpha-stopped"}
    for job_id in OUR_JOBS:
        assert value(web, f"/api/jobs/{job_id}")["job"]["id"] == job_id
        assert value(web, f"/api/boards/why/{job_id}")["value"]["id"] == job_id
    for job_id in teams.ids("alpha"):
        assert value(web, f"/api/jobs/{job_id}/log")["lines"]
        assert value(web, f"/api/boards/notes/{job_id}")["value"]["notes"]
    assert ask(web, "/api/jobs/alpha-finished/artifact?name=alpha.txt") == (200, "alpha made this")
    assert [one["name"] for one in value(web, "/api/job-types")["job_types"]] == ["alpha_type"]
    assert {line["job"] for line in value(web, "/api/activity")["lines"]} == {*teams.ids("alpha"), None}
    assert [one["id"] for one in value(web, "/api/operations")["operations"]] == ["alpha-op"]
    assert value(web, "/api/searches/alpha-search")["jobs"][0]["id"] == "alpha-finished"


def test_our_team_sees_its_own_on_the_boards(web) -> None:
    told = {
        name: value(web, f"/api/boards/{name}")["value"] for name in ("failures", "stuck", "schedule", "cron", "flow")
    }
    assert [group["type"] for group in told["failures"]["groups"]] == ["AlphaError"]
    assert {kind["kind"]: kind["count"] for kind in told["stuck"]["kinds"]}["overdue"] == 1
    assert [row["id"] for row in told["schedule"]["jobs"]] == ["alpha-scheduled"]
    assert [row["name"] for row in told["cron"]["jobs"]] == ["alpha-nightly"]
    assert [queue["name"] for queue in told["flow"]["queues"]] == ["alpha-q"]
    groups = value(web, "/api/boards/groups")["value"]
    assert [(one["name"], one["total"]) for one in groups["groups"]] == [("shared", len(teams.ids("alpha")))]
    assert groups["total"] == 1, "how many others there are is not told"
    shared = value(web, "/api/boards/group/shared")["value"]
    assert {row["id"] for row in shared["jobs"]} == {*teams.ids("alpha")}
    assert [one["key"] for one in value(web, "/api/boards/limits")["value"]["limits"]] == ["shared-limit"]
    why = value(web, "/api/boards/why/alpha-deferred")["value"]
    assert (why["code"], why["jobs"], why["hidden"]) == ("dead_parents", [], 1)
    graph = value(web, "/api/boards/graph/alpha-deferred")["value"]
    assert ([one["id"] for one in graph["jobs"]], graph["edges"], graph["more"]) == (["alpha-deferred"], [], 1)


def test_what_tells_of_the_whole_installation_is_refused_and_says_so(web) -> None:
    for name in ("redis", "processes", "added", f"output/{OTHER}.1"):
        status, body = ask(web, f"/api/boards/{name}")
        assert (status, json.loads(body)["error"]["code"]) == (403, "needs_all"), name
        assert json.loads(body)["error"]["fix"]
    for role in ("viewer", "operator"):
        status, body = ask(web, "/api/boards/output/x.1", Rights(role))
        assert (status, json.loads(body)["error"]["code"]) == (403, "needs_all")
        assert ask(web, "/api/boards/redis", Rights(role))[0] == 200
    assert ask(web, "/api/boards/output/x.1", EVERYTHING)[0] == 404


def test_a_cursor_leads_nowhere_beyond_and_names_nobody(web, server) -> None:
    def cursor(rank: int, anchor: str | None) -> str:
        return base64.urlsafe_b64encode(json.dumps([1, "alpha-q/failed", rank, anchor]).encode()).decode().rstrip("=")

    known = value(web, f"/api/jobs?queue=alpha-q&status=failed&cursor={cursor(0, MIXED[0])}")
    unknown = value(web, f"/api/jobs?queue=alpha-q&status=failed&cursor={cursor(0, 'quagga-in-alpha')}")
    assert known | {"as_of": 0} == unknown | {"as_of": 0}
    found, path = [], "/api/jobs?queue=alpha-q&status=failed&limit=1"
    after = ""
    for _ in range(5):
        page = value(web, path + after)
        found += [row["id"] for row in page["jobs"]]
        if not page["next"]:
            break
        assert OTHER not in base64.urlsafe_b64decode(page["next"] + "==").decode()
        after = f"&cursor={page['next']}"
    assert found == ["alpha-stopped", "alpha-failed"]
    status, _ = ask(web, f"/api/jobs?queue={OTHER}-q&status=failed&cursor={cursor(0, None)}")
    assert status == 400


def test_a_search_finds_what_the_rights_of_who_asks_cover(web, server, operations_process) -> None:
    operations_process(server.url)
    client = server.connection()

    def search(query: str, who: Rights) -> dict:
        body = json.dumps({"query": query}).encode()
        headers = {"Content-Type": "application/json"} | header(who)
        request = urllib.request.Request(f"{web.url}/api/searches", body, headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            made = json.loads(answer.read())
        if made.get("exact"):
            return made
        path = f"/api/searches/{made['search']['id']}"
        eventually(lambda: value(web, path, who)["search"]["state"] == "done")
        return value(web, path, who)

    for query in ("argument", "status:failed", "queue:*", "error:wrong", f"queue:{OTHER}-q", f"func:{OTHER}"):
        found = search(query, OURS)
        plain = json.dumps(found).lower().replace(query, "")
        assert OTHER not in plain, query
        assert {row["id"] for row in found["jobs"]} <= set(OUR_JOBS)
        assert found["search"]["found"] == len(found["jobs"])
        assert sum(found["search"]["facets"]["queue"].values()) == len(found["jobs"])
        path = f"/api/searches/{found['search']['id']}"
        assert ask(web, path, teams.THEIRS)[0] == ask(web, path, teams.THEIRS, "DELETE")[0] == 404
        assert ask(web, path, EVERYTHING)[0] == 200
    assert len(search("status:failed", OURS)["jobs"]) == 1
    assert (
        len(search("argument", EVERYTHING)["jobs"]) > len(search("argument", OURS)["jobs"]) == len(teams.ids("alpha"))
    )
    assert search("alpha-failed", OURS)["exact"] == "alpha-failed"
    assert "exact" not in search(f"{OTHER}-failed", OURS)
    assert client.hget(_keys.search(f"{OTHER}-search"), "state") == b"done"
