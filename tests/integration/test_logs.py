"""The log of a real server: its requests and errors in one form, in JSON where that is asked for."""

import json
import urllib.request
from contextlib import suppress
from urllib.error import HTTPError

import pytest

from tests import raw_jobs
from tests.accounts import PASSWORD, THREE, page_of
from tests.live import Page
from tests.support import eventually


def lines(server, **fields) -> list[dict]:
    """The lines of the log that hold these fields."""
    told = [json.loads(line) for line in server.output.splitlines() if line]
    return [line for line in told if fields.items() <= line.items()]


def ask(server, path: str, method: str = "GET", **headers: str) -> dict[str, str]:
    """The headers of whatever is answered."""
    request = urllib.request.Request(server.url + path, headers=headers, method=method)
    with suppress(HTTPError), urllib.request.urlopen(request, timeout=10) as answer:
        return dict(answer.headers)
    return {}


@pytest.fixture
def server(web_server, redis):
    return web_server(env={"RQLIVE_LOG": "json", "RQLIVE_USERS": THREE})


def test_each_request_is_a_line_of_json_with_its_name_its_job_who_and_how_long(server, redis):
    job = raw_jobs.listed(redis, "queued", "j-1")
    login = page_of(server, "ada")
    ask(server, f"/api/jobs/{job}?token=t0ken", **login, **{"X-Request-ID": "from-me"})
    (line,) = eventually(lambda: lines(server, request="from-me"))
    assert (line["logger"], line["method"], line["path"], line["status"]) == (
        "gunicorn.access", "GET", "/api/jobs/j-1", 200,
    )  # fmt: skip
    assert (line["actor"], line["job"]) == ("ada", "j-1")
    assert 0 < line["ms"] < 10_000
    for secret in ("t0ken", PASSWORD, login["Cookie"].partition("=")[2]):
        assert secret not in server.output


def test_what_is_refused_has_a_line_too_and_nobody_writes_lines_of_his_own(server):
    ask(server, "/api/jobs/x%0A%7B%22level%22:%22CRITICAL%22%7D%1b[31m", **{"X-Request-ID": "refused-1"})
    (line,) = eventually(lambda: lines(server, request="refused-1"))
    assert line["status"] == 401
    assert lines(server, level="CRITICAL") == []
    assert "\x1b" not in server.output


def test_a_socket_is_a_line_when_it_ends(web_server, redis):
    server = web_server(env={"RQLIVE_LOG": "json"})
    with Page(server, {"overview": True}) as page:
        page.until(lambda: page.complete)
    (line,) = eventually(lambda: lines(server, path="/live"))
    assert line["ms"] > 0


def test_without_the_setting_requests_leave_no_line(web, web_server, redis):
    before = web.output
    ask(web, "/api/overview")
    assert web.output == before
    told = web_server(env={"RQLIVE_LOG_REQUESTS": "1"})
    ask(told, "/api/jobs?limit=1", **{"X-Request-ID": "plain-1"})
    line = eventually(lambda: next((one for one in told.output.splitlines() if "plain-1" in one), None))
    assert "INFO gunicorn.access: GET 200 request=plain-1 method=GET path=/api/jobs status=200 ms=" in line
