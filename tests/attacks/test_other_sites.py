"""Another site drives a browser against every address that there is: nothing is done, heard, framed or rebound."""

import pytest

from tests import raw_jobs
from tests.attacks import wire

EVIL = "https://evil.example"
#: What monitors ask by any name: it says no more than whether there is somebody.
MONITORED = ("/healthz", "/readyz")
#: How the requests look that a page of another site can make a browser send, whatever its age.
DISGUISES = {
    "a form": {"Sec-Fetch-Site": "cross-site", "Origin": EVIL, "Content-Type": "application/x-www-form-urlencoded"},
    "text that is JSON": {"Sec-Fetch-Site": "cross-site", "Origin": EVIL, "Content-Type": "text/plain"},
    "a sandboxed frame": {"Origin": "null"},
    "JSON whose preflight was let through": {"Origin": EVIL, "Content-Type": "application/json"},
    "a page on another port": {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:1"},
    "another port, an older browser": {"Origin": "http://localhost:1"},
    "our name with a dot of theirs": {"Origin": "http://localhost.evil.example:{port}"},
    "another scheme": {"Origin": "ftp://localhost:{port}"},
    "a browser that says nothing": {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64)"},
    "a link that was typed": {"Sec-Fetch-Site": "none"},
}


@pytest.fixture
def job_id(redis):
    return raw_jobs.listed(redis, "queued")


def disguised(name, victim):
    return {key: value.format(port=victim.port) for key, value in DISGUISES[name].items()}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_no_address_that_acts_takes_a_request_of_another_site(victim, redis, job_id, disguise):
    before, tried = wire.state(redis), 0
    for method, path in wire.routes(None, job_id=job_id, name="default"):
        headers = disguised(disguise, victim)
        status, _, body = wire.send(victim, method, path, headers, b'{"status": "queued"}')
        assert (status, b'"cross_site"' in body) == (403, True), (method, path, body)
        tried += 1
    assert tried > 30
    assert wire.state(redis) == before


def test_the_same_request_of_our_own_page_is_let_through(victim, redis, job_id):
    headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}
    assert wire.send(victim, "POST", f"/api/jobs/{job_id}/cancel", headers, b"{}")[0] == 200


@pytest.mark.parametrize("path", wire.SOCKETS)
@pytest.mark.parametrize("disguise", [name for name in DISGUISES if name != "a link that was typed"])
def test_no_socket_is_opened_by_another_site(victim, path, disguise):
    assert wire.send(victim, "GET", path, wire.UPGRADE)[0] == 101
    assert wire.send(victim, "GET", path, wire.UPGRADE | disguised(disguise, victim))[0] == 403


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "localhost.evil.example", "127.0.0.1.evil.example:{port}", "0x7f.1"]
)
def test_a_name_that_was_rebound_to_this_machine_gets_nothing_from_any_address(victim, redis, job_id, host):
    before, headers = wire.state(redis), {"Host": host.format(port=victim.port), "Sec-Fetch-Site": "same-origin"}
    asked = [*wire.routes(("GET",), job_id=job_id), *wire.routes(None, job_id=job_id)]
    for method, path in [(method, path) for method, path in asked if path not in MONITORED]:
        assert wire.send(victim, method, path, headers)[0] == 400, (method, path)
    for path in wire.SOCKETS:
        assert wire.send(victim, "GET", path, headers | wire.UPGRADE)[0] == 400
    assert wire.state(redis) == before


def test_nothing_may_be_framed_sniffed_or_read_elsewhere(victim, job_id):
    asked = [*wire.routes(("GET",), job_id=job_id), ("GET", "/nowhere"), ("POST", "/"), ("GET", "/api/jobs?limit=x")]
    for method, path in asked:
        _, head, _ = wire.send(victim, method, path, {"Origin": EVIL})
        assert b"X-Frame-Options: DENY" in head, path
        assert b"X-Content-Type-Options: nosniff" in head, path
        assert b"Cross-Origin-Resource-Policy: same-origin" in head, path
        assert b"Access-Control-" not in head, path
        assert b"frame-ancestors 'none'" in head or b"sandbox; default-src 'none'" in head, path


def test_the_files_of_the_page_may_not_be_framed_either(victim):
    page = wire.send(victim, "GET", "/", {"Accept-Encoding": "identity"})[2].decode()
    script = page.partition('type="module" src="')[2].partition('"')[0]
    assert script.endswith(".js")
    status, head, _ = wire.send(victim, "GET", script)
    assert status == 200
    assert b"X-Frame-Options: DENY" in head
    assert b"X-Content-Type-Options: nosniff" in head
