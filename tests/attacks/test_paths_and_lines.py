"""Paths that lead out of their folder, and line ends where headers or log lines are made of what others say."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest

from jobs import _keys
from tests import raw_jobs
from tests.attacks import wire
from tests.support import ROOT
from webapp import create_app
from webapp.config import Config

OUTSIDE = ["webapp/config.py", "README.md", "etc/passwd"]
#: Ways to spell "one folder up".
UP = ["..", "%2e%2e", ".%2e", "..%2f..", "..%5c..", "%252e%252e", "..;", "....//..", "..%c0%af..", "//etc", "..%00"]
#: What stands in a file of each: told, it would have got out.
TOLD = (b"redis_url", b"A dashboard for", b"root:x:")


@pytest.mark.parametrize("up", UP)
def test_no_address_leads_out_of_the_files_of_the_page(victim, up):
    version = wire.send(victim, "GET", "/", {"Accept-Encoding": "identity"})[2].decode().partition("/assets/")[2][:12]
    for start in (f"/assets/{version}", "/assets/old", "/assets", ""):
        for end in OUTSIDE:
            for depth in (1, 2, 4):
                status, _, body = wire.send(victim, "GET", f"{start}{f'/{up}' * depth}/{end}", {"Accept": "*/*"})
                assert status < 500
                assert not any(word in body for word in TOLD), (start, up, end)


@pytest.mark.parametrize("up", UP)
def test_no_name_leads_to_a_file_that_the_job_did_not_make(victim, up):
    folder = Path(victim._log).parent / "files"
    for job_id, name in (("job-1", "own"), ("job-2", "secret")):
        (folder / _keys.artifact_path(job_id, name)).parent.mkdir(parents=True, exist_ok=True)
        (folder / _keys.artifact_path(job_id, name)).write_bytes(TOLD[2])
    (folder / "beside").write_bytes(TOLD[2])
    for job_id in (up, f"a/{up}", "job-1"):
        for name in (
            "beside",
            f"{up}/job-2/secret",
            f"{up}/{OUTSIDE[0]}",
            f"/{OUTSIDE[2]}",
            f"{up}%2f{OUTSIDE[1]}",
            "..",
            "x%0d%0aSet-Cookie:%20a=b",
        ):
            status, head, body = wire.send(victim, "GET", f"/api/jobs/{job_id}/artifact?name={name}")
            assert status in (400, 404), (job_id, name)
            assert b"Set-Cookie" not in head
            assert not any(word in body for word in TOLD)


@pytest.mark.parametrize(
    "name", ["../../x.csv", "..\\..\\x.csv", "/etc/cron.d/x", "a\r\nSet-Cookie: a=b", "\0", "..", "C:\\x"]
)
def test_an_upload_lies_where_uploads_lie_whatever_its_name(victim, name):
    headers = {"Content-Type": "application/octet-stream"}
    folder = Path(victim._log).parent
    before = set(folder.rglob("*"))
    status, head, body = wire.send(victim, "POST", f"/api/uploads?name={quote(name, safe='')}", headers, b"x")
    assert status in (201, 400), body
    assert b"Set-Cookie" not in head
    found = [path for path in set(folder.rglob("*")) - before if path.is_file()]
    assert len(found) == (status == 201)
    assert all(path.is_relative_to(folder / "files" / "uploads") for path in found)
    assert all(len(path.relative_to(folder / "files" / "uploads").parts) == 2 for path in found)


def test_a_file_with_a_line_end_in_its_name_makes_no_header(victim):
    folder = Path(victim._log).parent / "files"
    for name in ("a\r\nSet-Cookie: a=b", 'a"; filename=evil.html', "a\tb"):
        path = folder / _keys.artifact_path("job-1", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
        status, head, _ = wire.send(victim, "GET", f"/api/jobs/job-1/artifact?name={quote(name, safe='')}")
        assert b"Set-Cookie" not in head
        assert status == 404 or re.search(
            rb"attachment; filename=\"[^\";\\]*\"; filename\*=UTF-8''[\w.%-]+\r\n", head
        ), head


@pytest.mark.parametrize(
    "line",
    [
        "Host: localhost\r\nHost: evil.example",
        "Host: localhost\nX: y",
        "Host: local\rhost",
        "Host: localhost\r\n Set-Cookie: a=b",
        "Host: localhost\r\nX\0: y",
        "Host : localhost",
        "Host: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked",
        "Host: localhost\r\nContent-Length: 5\r\nContent-Length: 6",
        "Host: localhost\r\nContent-Length: +5",
        "Host: localhost\r\nTransfer-Encoding: chunked, identity",
    ],
)
def test_a_request_that_two_servers_could_read_in_two_ways_is_refused(victim, line):
    hidden = b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    head = f"POST /api/suspend HTTP/1.1\r\n{line}\r\n".encode("latin-1")
    answer = wire.raw(victim, head + b"Content-Type: application/json\r\n\r\n" + hidden)
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 501")), answer[:200]
    assert answer.count(b"HTTP/1.1 ") == 1, "what was hidden is not answered"


def test_no_line_of_the_log_is_written_by_who_asks(victim, redis):
    before, forged = len(victim.output), "\n2026-11-30 root logged in from 10.0.0.1"
    raw_jobs.listed(redis, "queued", f"a{forged}")
    for method, path in [*wire.routes(("GET",), job_id="{}", name="{}"), *wire.routes(None, job_id="{}", name="{}")]:
        wire.send(victim, method, path.format(quote(f"a{forged}", safe="")), {"User-Agent": "x"}, b"")
    wire.raw(victim, b"GET /%0aroot HTTP/9.9\r\nHost: x\nroot logged in\r\n\r\n")
    assert "\n2026-11-30 root" not in victim.output[before:]
    assert "\nroot logged in" not in victim.output[before:]


def test_an_error_of_our_own_is_logged_on_one_line(caplog):
    app = create_app(Config(redis_url="redis://localhost:1/0", own_redis=True))
    app.add_url_rule("/broken/<rest>", "broken", lambda rest: 1 / 0)
    assert app.test_client().get("/broken/a%0aroot logged in").status_code == 500
    assert "\nroot logged in" not in caplog.records[-1].getMessage()
    assert "root logged in" in caplog.records[-1].getMessage()


def test_the_files_that_would_be_told_are_there():
    assert TOLD[0].decode() in (ROOT / OUTSIDE[0]).read_text()
    assert TOLD[1].decode() in (ROOT / OUTSIDE[1]).read_text()
