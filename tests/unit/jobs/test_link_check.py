import asyncio
import csv
import json
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from jobs._link_guard import SETTING
from jobs._link_report import OUTCOMES
from jobs.link_check import link_check
from tests.link_servers import Authority, Site, full_port, resolver, silent_port
from tests.support import eventually, free_port


@pytest.fixture(autouse=True)
def _settings(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything here is on loopback, so that is allowed. Files lie in the test's folder."""
    monkeypatch.setenv(SETTING, "1")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as opened:
        yield opened


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def secure(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    """Opens a site with a certificate, whose root this machine trusts: `secure(context)`; its address by a name."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.root))
    monkeypatch.setattr(socket, "getaddrinfo", resolver({"good.test": ["127.0.0.1"], "other.test": ["127.0.0.1"]}))
    with ExitStack() as opened:
        yield lambda context, name="good.test": f"https://{name}:{opened.enter_context(Site(tls=context)).port}/ok"


def check(*links: str, **options) -> dict:
    result = asyncio.run(link_check(list(links), **options))
    json.dumps(result | {"artifacts": []}, allow_nan=False)
    return result


def one(link: str, **options) -> dict:
    """The row of one link."""
    (row,) = check(link, **options)["rows"]
    return row


def outcome(link: str, **options) -> tuple:
    row = one(link, **options)
    return row["outcome"], row.get("reason")


@pytest.mark.parametrize(
    ("path", "expected", "status"),
    [
        ("/ok", "ok", 200),
        ("/status/204", "ok", 204),
        ("/status/404", "client_error", 404),
        ("/status/410", "client_error", 410),
        ("/status/429", "client_error", 429),
        ("/status/500", "server_error", 500),
        ("/status/503", "server_error", 503),
        ("/status/999", "server_error", 999),
        ("/status/304", "bad_answer", 304),
    ],
)
def test_the_status_of_the_answer_decides(site: Site, path: str, expected: str, status: int) -> None:
    row = one(site.url + path)
    assert (row["outcome"], row["status"]) == (expected, status)


def test_a_redirect_is_followed_and_its_chain_told(site: Site) -> None:
    row = one(f"{site.url}/to/302/to/307/to/301/ok")
    assert (row["outcome"], row["status"]) == ("redirected", 200)
    assert row["chain"] == [f"302 {site.url}/to/307/to/301/ok", f"307 {site.url}/to/301/ok", f"301 {site.url}/ok"]
    assert row["words"] == f"leads to {site.url}/ok"


@pytest.mark.parametrize("status", [301, 308])
def test_a_link_that_has_moved_for_good_says_how_far_that_goes(site: Site, status: int) -> None:
    row = one(f"{site.url}/to/{status}/to/302/ok")
    assert (row["outcome"], row["words"]) == ("permanent_redirect", f"has moved for good to {site.url}/to/302/ok")


def test_a_redirect_to_something_broken_is_broken(site: Site) -> None:
    row = one(f"{site.url}/to/301/status/404")
    assert (row["outcome"], row["status"], len(row["chain"])) == ("client_error", 404, 1)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/count/9", ("redirected", None)),
        ("/count/10", ("too_many_redirects", "many")),
        ("/nowhere", ("bad_answer", "nowhere")),
    ],
)
def test_redirects_have_an_end(site: Site, path: str, expected: tuple) -> None:
    assert outcome(site.url + path) == expected


def test_redirects_in_a_circle_are_seen_at_once(site: Site) -> None:
    site.pages["/a"] = (302, {"Location": "/b"}, b"")
    site.pages["/b"] = (302, {"Location": "/a"}, b"")
    assert outcome(f"{site.url}/a") == ("too_many_redirects", "circle")
    assert [asked.path for asked in site.asked] == ["/a", "/b"]


def test_a_redirect_may_be_spelt_in_any_letters(site: Site) -> None:
    site.pages["/a"] = (302, {"Location": "/한 글?q=é".encode().decode("latin-1")}, b"")
    site.pages["/%ED%95%9C%20%EA%B8%80?q=%C3%A9"] = (200, {}, b"")
    assert outcome(f"{site.url}/a") == ("redirected", None)


def test_a_page_that_works_is_asked_for_once_and_without_its_body(site: Site) -> None:
    assert outcome(f"{site.url}/ok#part") == ("ok", None)
    (asked,) = site.asked
    assert (asked.method, asked.path) == ("HEAD", "/ok")
    assert "RQ-Live" in asked.headers["User-Agent"]
    assert asked.headers["Host"] == f"127.0.0.1:{site.port}"


@pytest.mark.parametrize("path", ["/only_get/405", "/only_get/501", "/only_get/403", "/only_get/404", "/hates_head"])
def test_a_server_that_does_not_like_head_is_asked_with_get(site: Site, path: str) -> None:
    assert outcome(site.url + path) == ("ok", None)
    assert site.methods(path) == ["HEAD", "GET"]


def test_who_asks_for_less_is_not_asked_again(site: Site) -> None:
    assert one(f"{site.url}/status/429")["words"] == "429 Too Many Requests"
    assert site.methods("/status/429") == ["HEAD"]


def test_a_body_without_end_is_not_waited_for(site: Site) -> None:
    row = one(f"{site.url}/endless", timeout=5)
    assert (row["outcome"], site.methods("/endless")) == ("ok", ["HEAD", "GET"])
    assert row["seconds"] < 4


@pytest.mark.parametrize(
    ("path", "reason"), [("/drop", "dropped"), ("/garbage", "not_http"), ("/status/304", "status")]
)
def test_what_is_no_answer_is_told_as_such(site: Site, path: str, reason: str) -> None:
    assert outcome(site.url + path) == ("bad_answer", reason)
    assert site.methods(path) == (["HEAD"] if reason == "status" else ["HEAD", "GET"])


def test_a_slow_answer_is_told_from_a_quick_one(site: Site) -> None:
    rows = check(f"{site.url}/after/0.4", f"{site.url}/ok", slow=0.3)["rows"]
    assert [row["outcome"] for row in rows] == ["slow", "ok"]
    assert rows[0]["seconds"] >= 0.4


def test_timeouts_are_told_apart_by_their_step(site: Site) -> None:
    with silent_port() as silent, full_port() as full:
        links = [
            f"http://127.0.0.1:{full}/",
            f"https://127.0.0.1:{silent}/",
            f"{site.url}/stall",
            f"{site.url}/informs",
        ]
        rows = check(*links, timeout=0.5)["rows"]
    found = {row["url"]: (row["outcome"], row["reason"]) for row in rows}
    assert [found[link] for link in links] == [("timeout", reason) for reason in ("connect", "tls", "read", "read")]
    assert any(row["words"] == "it took the request and did not answer within 0.5 s" for row in rows)


def test_a_name_that_takes_too_long_is_a_timeout_of_the_lookup(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: gate.wait(10) and [])
    assert outcome("http://slow.test/", timeout=0.2) == ("timeout", "dns")
    gate.set()


def test_a_port_where_nothing_listens_refuses() -> None:
    assert outcome(f"http://127.0.0.1:{free_port()}/") == ("connection_refused", None)


@pytest.mark.parametrize(("error", "reason"), [(socket.EAI_NONAME, "unknown"), (socket.EAI_AGAIN, "temporary")])
def test_a_name_that_is_not_resolved_says_so(monkeypatch: pytest.MonkeyPatch, error: int, reason: str) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(error, "no")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    assert outcome("http://nobody.test/") == ("dns_error", reason)


def test_an_address_that_does_not_answer_leaves_time_for_the_next(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolver({"both.test": ["::1", "127.0.0.1"]}))
    assert outcome(f"http://both.test:{site.port}/ok") == ("ok", None)


def test_a_good_certificate_is_good(authority: Authority, secure: Callable) -> None:
    assert outcome(secure(authority.context("good.test"))) == ("ok", None)


def test_bad_certificates_are_told_apart(authority: Authority, secure: Callable) -> None:
    expected = {
        secure(authority.context("good.test", "200101000000Z", "200201000000Z")): "expired",
        secure(authority.context("good.test", "490101000000Z", "490201000000Z")): "not_yet_valid",
        secure(authority.context("good.test"), "other.test"): "wrong_host",
        secure(authority.self_signed("good.test")): "self_signed",
    }
    rows = check(*expected)["rows"]
    assert {row["url"]: row["reason"] for row in rows} == expected
    assert {row["outcome"] for row in rows} == {"tls_error"}


def test_an_issuer_that_nobody_knows_is_told_with_what_may_help(
    authority: Authority, secure: Callable, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    link = secure(authority.context("good.test"))
    monkeypatch.setenv("SSL_CERT_FILE", "/dev/null")
    monkeypatch.setenv("SSL_CERT_DIR", "/dev/null")
    assert outcome(link) == ("tls_error", "unknown_issuer")
    assert "Install ca-certificates" in caplog.text


def test_a_port_that_does_not_speak_tls_is_told_as_such(site: Site) -> None:
    assert outcome(f"https://127.0.0.1:{site.port}/ok") == ("tls_error", "protocol")


def test_a_certificate_is_looked_at_after_each_redirect(authority: Authority, secure: Callable, site: Site) -> None:
    site.pages["/go"] = (302, {"Location": secure(authority.self_signed("good.test"))}, b"")
    row = one(f"{site.url}/go")
    assert (row["outcome"], row["reason"], len(row["chain"])) == ("tls_error", "self_signed", 1)


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ("ftp://a.test/", "scheme"), ("mailto:me@a.test", "scheme"), ("javascript:alert(1)", "scheme"),
        ("www.a.test", "scheme"), ("http://", "no_host"), ("http://a b.test/", "host"), ("http://me@a.test/", "user"),
        ("http://[::1", "spelling"), ("http://[fe80::1%eth0]/", "interface"), ("http://a.test/" + 8000 * "x", "long"),
    ],
)  # fmt: skip
def test_what_is_no_web_link_is_said_to_be_none(link: str, reason: str) -> None:
    assert outcome(link) == ("invalid_url", reason)


def test_a_redirect_to_what_is_no_web_link_is_told_with_its_chain(site: Site) -> None:
    site.pages["/go"] = (302, {"Location": "file:///etc/passwd"}, b"")
    row = one(f"{site.url}/go")
    assert (row["outcome"], row["chain"]) == ("invalid_url", ["302 file:///etc/passwd"])


def test_no_more_are_open_at_once_than_was_said(site: Site) -> None:
    links = [f"{site.url}/after/0.05/{number}" for number in range(12)]
    check(*links, concurrency=3, per_host=20)
    assert site.busiest == 3


def test_one_host_is_not_stormed_and_does_not_hold_up_the_others(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolver({"other.test": ["127.0.0.2"]}))
    with Site(address="127.0.0.2") as other:
        links = [f"{site.url}/after/0.1/{number}" for number in range(8)] + [f"http://other.test:{other.port}/ok"]
        done: list[str] = []
        monkeypatch.setattr("jobs.link_check.track", lambda tasks, *_, **__: map(lambda task: noted(task, done), tasks))
        check(*links, concurrency=20, per_host=2)
    assert (site.busiest, len(site.asked)) == (2, 8)
    assert done.index(links[-1]) <= 2


async def noted(task, done: list[str]):
    finding = await task
    done.append(finding.url)
    return finding


def test_a_proxy_of_the_environment_is_not_asked_and_this_is_said(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with Site() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert outcome(f"{site.url}/ok") == ("ok", None)
        assert "proxy" not in caplog.text
        assert outcome("http://nobody.invalid/") == ("dns_error", "unknown")
        assert "A proxy is set and was not used" in caplog.text
        assert not proxy.asked


def test_the_worst_stands_first_and_every_outcome_is_counted(site: Site) -> None:
    paths = ["/ok", "/status/404", "/to/301/ok", "/status/500", "/to/302/ok", "/status/404?again", "/ok?2", "/ok?3"]
    result = check(*[site.url + path for path in paths])
    assert (result["view"], result["checked"]) == ("links", 8)
    assert result["counts"] == [
        {"outcome": "server_error", "count": 1},
        {"outcome": "client_error", "count": 2},
        {"outcome": "permanent_redirect", "count": 1},
        {"outcome": "redirected", "count": 1},
        {"outcome": "ok", "count": 3},
    ]
    places = [OUTCOMES.index(row["outcome"]) for row in result["rows"]]
    assert places == sorted(places)


def test_a_long_list_has_its_worst_rows_in_the_result_and_all_in_the_file(site: Site) -> None:
    links = [f"{site.url}/ok?{number}" for number in range(600)] + [f"{site.url}/status/500", "=cmd()", "x" * 9000]
    result = check(*links, concurrency=20, per_host=20)
    assert (result["checked"], len(result["rows"])) == (603, 500)
    assert {row["outcome"] for row in result["rows"][:3]} == {"server_error", "invalid_url"}
    assert max(len(row["url"]) for row in result["rows"]) == 500
    (artifact,) = result["artifacts"]
    assert (artifact.name, artifact.media_type) == ("links.csv", "text/csv")
    with artifact.open("r", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 603
    assert rows[0] | {"seconds": ""} == {
        "link": f"{site.url}/status/500", "outcome": "server_error", "reason": "", "status": "500", "seconds": "",
        "leads_to": "", "redirects": "", "details": "500 Internal Server Error",
    }  # fmt: skip
    assert "'=cmd()" in [row["link"] for row in rows], "no spreadsheet runs a stranger's formula"


def test_each_link_is_checked_once_and_empty_lines_are_none(site: Site) -> None:
    assert check(f"{site.url}/ok", "", f"  {site.url}/ok ", "\t")["checked"] == 1


@pytest.mark.parametrize("links", [[], ["", "  "]])
def test_without_a_link_it_says_what_to_give(links: list[str]) -> None:
    with pytest.raises(ValueError, match=r"no link to check\. Give at least one, such as https://"):
        check(*links)


def test_it_runs_as_it_is_and_says_so_where_there_is_no_network(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(SETTING, "0")
    monkeypatch.setattr(socket, "getaddrinfo", resolver({"localhost": ["127.0.0.1"]}))
    result = asyncio.run(link_check())
    assert result["counts"] == [{"outcome": "dns_error", "count": 7}, {"outcome": "private_address", "count": 1}]
    assert "No server answered at all" in caplog.text


def test_broken_links_are_in_the_log_and_progress_is_told(site: Site, run, post, caplog) -> None:
    caplog.set_level("INFO")
    with run:
        check(f"{site.url}/ok", f"{site.url}/status/404", f"{site.url}/to/302/ok")
    assert ("WARNING", f"{site.url}/status/404: 404 Not Found") in post.texts()
    assert ("INFO", "Links: 3; broken: 1") in post.texts()
    assert f"{site.url}/ok" not in str(post.texts())
    last = post.progress[-1][0]
    assert (last["message"], last["done"], last["total"], last["unit"]) == ("Checking", 3, 3, "links")


def test_a_run_that_is_cancelled_leaves_no_connection_and_no_task(site: Site) -> None:
    async def cancelled() -> int:
        job = asyncio.create_task(link_check([f"{site.url}/stall/{number}" for number in range(8)], per_host=8))
        while site.open_now < 8:
            await asyncio.sleep(0.01)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        return len(asyncio.all_tasks())

    before = len(os.listdir("/proc/self/fd"))
    assert asyncio.run(cancelled()) == 1
    eventually(lambda: site.open_now == 0)
    eventually(lambda: len(os.listdir("/proc/self/fd")) <= before)


def test_nothing_stays_open_after_links_of_every_kind(site: Site) -> None:
    paths = ["/ok", "/endless", "/drop", "/garbage", "/stall", "/count/20", "/hates_head"]
    links = [site.url + path for path in paths] + [
        f"https://127.0.0.1:{site.port}/",
        f"http://127.0.0.1:{free_port()}/",
    ]
    check(*links, timeout=0.5, per_host=9)
    before = len(os.listdir("/proc/self/fd"))
    check(*links, timeout=0.5, per_host=9)
    site.over.set()
    eventually(lambda: len(os.listdir("/proc/self/fd")) <= before)


def test_the_reader_of_certificates_is_the_strict_one() -> None:
    context = ssl.create_default_context()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
