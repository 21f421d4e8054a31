"""Two hosts on one cable: Redis on the first, a web process and a stock worker on each; each runs the other's jobs."""

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis as redis_py

from tests import hosts
from tests.accounts import page_of, user
from tests.hosts import Host
from tests.live import Page
from tests.processes import APP, BIN, Process
from tests.support import eventually
from webapp.local_redis import server_binary

IMPOSSIBLE = hosts.why_not()
pytestmark = pytest.mark.skipif(IMPOSSIBLE is not None, reason=IMPOSSIBLE or "")

SECRET = "redis-secret"
USERS = {"RQLIVE_USERS": user("ann", "admin")}
#: Seconds within which what happens on one host is seen on the other.
SOON = 15.0


@dataclass
class Scene:
    """Two hosts with all that runs on them."""

    hosts: tuple[Host, Host]
    start: Callable[[Host, list[str], dict], Process]
    redis_url: str

    def web(self, host: Host, **settings: Any) -> Process:
        """A web process on port 8000 of the host."""
        env = {"RQLIVE_REDIS_URL": self.redis_url, "HOST": host.address, "RQLIVE_WRITE": 1} | settings
        return self.start(host, [sys.executable, str(BIN / "gunicorn"), "-c", "gunicorn.conf.py", APP], env)

    def worker(self, host: Host, queue: str) -> Process:
        """A stock worker, with nothing of ours but the code of the jobs."""
        command = [sys.executable, str(BIN / "rq"), "worker", "-u", self.redis_url, "-n", f"of-{host.name}", queue]
        return self.start(host, command, {})


@dataclass(frozen=True)
class At:
    """Where the page of a host is."""

    url: str


def at(host: Host) -> At:
    return At(f"http://{host.address}:8000")


def ask(host: Host, method: str, path: str, body: Any = None, login: dict | None = None) -> tuple[int, Any]:
    """(status, JSON) of a request to the web process of `host`, sent from a host on the cable."""
    request = urllib.request.Request(f"http://{host.address}:8000{path}", method=method)
    for name, value in (login or {}).items():
        request.add_header(name, value)
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    # No proxy of the environment.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def answers(host: Host) -> bool:
    try:
        return host.does(ask, host, "GET", "/healthz")[0] == 200
    except OSError:
        return False


def open_page(host: Host) -> Page:
    """A tab of a visitor who sits at `host`."""

    login = host.does(page_of, at(host), "ann")
    return host.does(Page, at(host), {"overview": True, "activity": True}, login)


def sees(page: Page, what: str, check: Callable[[Page], Any]) -> Any:
    """Wait until it is so on the page; returns that."""
    return page.until(lambda: check(page), SOON, what)


def hostnames(page: Page) -> set[str]:
    """Where the workers run that the page shows."""
    return {worker["hostname"] for worker in page.parts["worker"].values()}


def ended(page: Page, job_id: str) -> dict | None:
    """The row of the job, once it has ended."""
    row = page.rows.get(job_id)
    return row if row and row["ended_at"] and row["status"] != "started" else None


def line_of(page: Page, job_id: str) -> dict | None:
    """The newest line, once it is about the job."""
    return page.activity[0] if page.activity and page.activity[0]["job"] == job_id else None


@pytest.fixture
def scene(tmp_path: Path, started) -> Iterator[Scene]:
    """Redis answers on the first host, to those who know its password."""
    with hosts.two_hosts(tmp_path) as (first, second):

        def start(host: Host, command: list[str], env: dict) -> Process:
            return started(host.start(command, {"RQLIVE_FILES": tmp_path / "files"} | env))

        settings = {"bind": first.address, "port": "6379", "requirepass": SECRET, "save": "", "dir": str(tmp_path)}
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        start(first, [str(server_binary()), *options], {})
        made = Scene((first, second), start, f"redis://:{SECRET}@{first.address}:6379/0")
        eventually(lambda: second.does(pings, made.redis_url), message="Redis answers the other host")
        yield made


def pings(url: str) -> bool:
    try:
        with redis_py.Redis.from_url(url, socket_timeout=2) as client:
            return client.ping()
    except redis_py.ConnectionError:
        return False


def test_a_job_submitted_on_one_host_is_run_by_the_other_and_shown_by_both(scene):
    first, second = scene.hosts
    for host, queue in ((first, "high"), (second, "default")):
        scene.web(host, **USERS)
        scene.worker(host, queue)
    second.run("env", f"RQ_REDIS_URL={scene.redis_url}", sys.executable, "-m", "jobs", "publish")
    eventually(lambda: all(map(answers, scene.hosts)), 30, "both pages")

    with open_page(first) as here, open_page(second) as there:
        for page in (here, there):
            sees(page, "servers and pages", lambda page: (page.health["servers"], page.health["pages"]) == (2, 2))
            sees(page, "both workers", lambda page: hostnames(page) == {"web-a", "web-b"})
        assert [page.frames[0]["events"][0]["server"]["name"] for page in (here, there)] == ["web-a:8000", "web-b:8000"]

        for asked, queue, taker in ((first, "default", "of-web-b"), (second, "high", "of-web-a")):
            body = {"type": "wait", "args": {"seconds": 1, "steps": 2}, "queue": queue}
            # From the other host each time: the page is there for the whole cable.
            visitor = second if asked is first else first
            login = visitor.does(page_of, at(asked), "ann")
            status, answer = visitor.does(ask, asked, "POST", "/api/jobs", body, login)
            assert status == 201, answer
            job_id = answer["job"]["id"]
            for page in (here, there):
                page.watch(overview=True, activity=True, rows=[job_id])
                row = sees(page, "it has ended", lambda page, job_id=job_id: ended(page, job_id))
                assert (row["status"], row["worker"]) == ("finished", taker)
                line = sees(page, "its line", lambda page, job_id=job_id: line_of(page, job_id))
                assert (line["actor"], line["action"], line["server"]) == ("ann", "enqueue", f"{asked.name}:8000")


def test_beyond_loopback_nothing_answers_without_a_login(scene):
    first, second = scene.hosts
    open_to_all = scene.web(first)
    assert open_to_all.wait(20) != 0
    assert "webapp users add admin --role admin" in open_to_all.output
    scene.web(second, **USERS)
    eventually(lambda: answers(second), 30, "the page of the second host")
    for guess in ({}, {"Cookie": "rqlive=guessed"}, {"Authorization": "Bearer rql_guessed_guessed"}):
        status, answer = first.does(ask, second, "GET", "/api/overview", login=guess)
        assert (status, answer["error"]["code"]) == (401, "login_required")
    login = first.does(page_of, at(second), "ann")
    assert first.does(ask, second, "GET", "/api/overview", login=login)[0] == 200
    assert not second.does(pings, f"redis://{first.address}:6379/0")
