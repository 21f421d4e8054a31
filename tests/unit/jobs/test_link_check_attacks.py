"""What a stranger may try: to reach, through a link, what only the worker's machine or network can reach."""

import asyncio
import socket
from collections.abc import Iterator

import pytest

from jobs import _link_guard, _link_wire
from jobs._link_guard import SETTING, kind_of, private_allowed
from jobs.link_check import link_check
from tests.link_servers import Site, resolver

#: Stands for a public address in these tests: another one of this machine, on which nothing is secret.
PUBLIC = "127.0.0.2"


@pytest.fixture(autouse=True)
def _settings(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a worker runs by default; but for PUBLIC, its guard is the real one."""
    monkeypatch.delenv(SETTING, raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(_link_wire, "kind_of", lambda address: None if address == PUBLIC else kind_of(address))


@pytest.fixture
def secret() -> Iterator[Site]:
    """What an attacker wants to reach. Nothing may ever ask it for anything."""
    with Site() as site:
        yield site
        assert site.asked == []


@pytest.fixture
def secret_v6() -> Iterator[Site]:
    with Site(address="::1") as site:
        yield site
        assert site.asked == []


@pytest.fixture
def attacker() -> Iterator[Site]:
    """A public site that may answer anything."""
    with Site(address=PUBLIC) as site:
        yield site


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict:
    """The names that are known, and how they are resolved."""
    known: dict = {}
    monkeypatch.setattr(socket, "getaddrinfo", resolver(known))
    return known


def check(*links: str, **options) -> list[dict]:
    return asyncio.run(link_check(list(links), timeout=2, **options))["rows"]


def outcome(link: str) -> str:
    (row,) = check(link)
    return row["outcome"]


def test_the_site_that_stands_for_a_public_one_is_reached(attacker: Site) -> None:
    assert outcome(f"{attacker.url}/ok") == "ok"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "0",
        "0.0.0.0",
        "127.0.0.1.",
        "１２７.０.０.１",  # noqa: RUF001 - other digits are the point
        "①②⑦.⓪.⓪.①",
        "127。0。0。1",
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]",
        "[fe80::1%25lo]",
        "[fe80::1%lo]",
        "127.0.0.1%00.example.com",
        "127.0.0.1%2f.example.com",
        "%6cocalhost",
        "user@127.0.0.1",
        "example.com@127.0.0.1",
        "example.com:80@127.0.0.1",
        "127.0.0.1#@example.com",
        "example.com\\@127.0.0.1",
        "127.0.0.1\\@example.com",
        "127.0.0.1\t",
        "exa\nmple.com@127.0.0.1",
    ],
)
def test_no_spelling_of_this_machine_leads_to_it(secret: Site, secret_v6: Site, host: str) -> None:
    port = (secret_v6 if ":" in host and host.startswith("[") else secret).port
    rows = check(f"http://{host}:{port}/ok", f"http://{host}/")
    assert {row["outcome"] for row in rows} <= {"private_address", "invalid_url", "dns_error"}


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("127.0.0.1", "loopback"),
        ("127.255.255.254", "loopback"),
        ("0.0.0.0", "reserved"),
        ("10.1.2.3", "private"),
        ("172.16.0.1", "private"),
        ("172.31.255.255", "private"),
        ("192.168.1.1", "private"),
        ("100.64.0.1", "shared"),
        ("100.100.100.200", "shared"),
        ("169.254.169.254", "link-local"),
        ("168.63.129.16", "metadata"),
        ("224.0.0.1", "multicast"),
        ("239.255.255.255", "multicast"),
        ("240.0.0.1", "reserved"),
        ("255.255.255.255", "reserved"),
        ("192.0.0.192", "reserved"),
        ("192.0.2.1", "reserved"),
        ("198.18.0.1", "reserved"),
        ("203.0.113.9", "reserved"),
        ("::", "reserved"),
        ("::1", "loopback"),
        ("::127.0.0.1", "reserved"),
        ("::ffff:127.0.0.1", "reserved"),
        ("::ffff:8.8.8.8", "reserved"),
        ("::ffff:0:127.0.0.1", "reserved"),
        ("64:ff9b::8.8.8.8", "reserved"),
        ("64:ff9b:1::1", "reserved"),
        ("100::1", "reserved"),
        ("2001::1", "reserved"),
        ("2001:db8::1", "reserved"),
        ("2002:7f00:1::", "reserved"),
        ("3fff::1", "reserved"),
        ("fc00::1", "private"),
        ("fd00:ec2::254", "private"),
        ("fe80::1%eth0", "link-local"),
        ("fec0::1", "reserved"),
        ("ff02::1", "multicast"),
        ("4000::1", "reserved"),
        ("1.1.1.1", None),
        ("8.8.8.8", None),
        ("172.32.0.1", None),
        ("100.128.0.1", None),
        ("2606:4700:4700::1111", None),
        ("2001:4860:4860::8888", None),
    ],
)
def test_every_kind_of_address_is_known(address: str, kind: str | None) -> None:
    assert kind_of(address) == kind


def test_what_python_does_not_take_for_public_is_never_public(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_link_guard, "_NETWORKS", {4: [], 6: []})
    assert (kind_of("10.0.0.1"), kind_of("fc00::1")) == ("reserved", "reserved")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_into_the_network_is_not_followed(attacker: Site, secret: Site, status: int) -> None:
    attacker.pages["/go"] = (status, {"Location": f"{secret.url}/ok"}, b"")
    (row,) = check(f"{attacker.url}/go")
    assert (row["outcome"], row["reason"]) == ("private_address", "loopback")
    assert row["chain"] == [f"{status} {secret.url}/ok"]


def test_the_last_of_many_redirects_is_looked_at_like_the_first(attacker: Site, secret: Site) -> None:
    attacker.pages["/a"] = (302, {"Location": "/b"}, b"")
    attacker.pages["/b"] = (302, {"Location": f"//127.0.0.1:{secret.port}/ok"}, b"")
    assert outcome(f"{attacker.url}/a") == "private_address"


@pytest.mark.parametrize("location", ["file:///etc/passwd", "gopher://127.0.0.1:6379/_INFO", "http://u:p@127.0.0.1/"])
def test_a_redirect_to_another_kind_of_address_is_not_followed(attacker: Site, location: str) -> None:
    attacker.pages["/go"] = (302, {"Location": location}, b"")
    assert outcome(f"{attacker.url}/go") == "invalid_url"


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], [PUBLIC, "127.0.0.1"], ["127.0.0.1", PUBLIC], [PUBLIC, "::1"], [PUBLIC] * 9 + ["169.254.169.254"]],
)
def test_a_name_of_which_one_address_is_not_public_is_refused(
    attacker: Site, secret: Site, names: dict, addresses: list[str]
) -> None:
    names["evil.test"] = addresses
    assert outcome(f"http://evil.test:{secret.port}/ok") == "private_address"
    assert outcome(f"http://evil.test:{attacker.port}/ok") == "private_address"
    assert attacker.asked == []


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_a_name_is_resolved_once_and_the_address_that_was_looked_at_is_connected_to(
    attacker: Site, names: dict, method: str
) -> None:
    """DNS rebinding: the name answers with a public address first and with a private one from then on."""
    path = {"HEAD": "/ok", "GET": "/only_get/405"}[method]
    with Site(address="127.0.0.1") as secret:
        answers = [["127.0.0.1"], [PUBLIC]]
        names["rebinding.test"] = lambda: answers.pop() if len(answers) > 1 else answers[0]
        (row,) = check(f"http://rebinding.test:{attacker.port}{path}")
        # For HEAD alone one lookup is enough; GET is another request, and its new address is refused.
        assert row["outcome"] == {"HEAD": "ok", "GET": "private_address"}[method]
        assert attacker.methods(path) == ["HEAD"]
        assert secret.asked == []


def test_the_connection_goes_to_the_number_and_not_to_the_name(
    attacker: Site, names: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    names["good.test"] = [PUBLIC]
    asked, numbers = [], []
    look_up, connect = socket.getaddrinfo, asyncio.SelectorEventLoop.sock_connect

    def noted(host, *rest, **named):
        asked.append(host)
        return look_up(host, *rest, **named)

    async def connected(loop, sock, address) -> None:
        numbers.append(address)
        await connect(loop, sock, address)

    monkeypatch.setattr(socket, "getaddrinfo", noted)
    monkeypatch.setattr(asyncio.SelectorEventLoop, "sock_connect", connected)
    assert outcome(f"http://good.test:{attacker.port}/ok") == "ok"
    assert (asked, numbers) == ([b"good.test"], [(PUBLIC, attacker.port)])
    assert attacker.asked[0].headers["Host"] == f"good.test:{attacker.port}"


def test_a_sitemap_in_the_network_is_not_read(secret: Site) -> None:
    with pytest.raises(ValueError, match="leads to a loopback address"):
        asyncio.run(link_check(sitemap=f"{secret.url}/sitemap.xml"))


def test_a_sitemap_cannot_lead_into_the_network(attacker: Site, secret: Site) -> None:
    attacker.pages["/index.xml"] = _xml(
        "sitemapindex", "sitemap", f"{secret.url}/sitemap.xml", f"{attacker.url}/go.xml", f"{attacker.url}/pages.xml"
    )
    attacker.pages["/go.xml"] = (302, {"Location": f"{secret.url}/sitemap.xml"}, b"")
    attacker.pages["/pages.xml"] = _xml("urlset", "url", f"{secret.url}/ok", f"{attacker.url}/ok", "file:///etc/passwd")
    result = asyncio.run(link_check(sitemap=f"{attacker.url}/index.xml"))
    assert (result["sitemaps"], result["sitemaps_failed"]) == (2, 2)
    assert [row["outcome"] for row in result["rows"]] == ["invalid_url", "private_address", "ok"]


def test_no_password_of_a_link_is_sent_or_shown(attacker: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    attacker.pages["/go"] = (302, {"Location": f"http://me:hunter2@{PUBLIC}:{attacker.port}/ok"}, b"")
    result = asyncio.run(link_check([f"http://me:hunter2@{PUBLIC}:{attacker.port}/ok", f"{attacker.url}/go"]))
    assert [row["outcome"] for row in result["rows"]] == ["invalid_url", "invalid_url"]
    (artifact,) = result.pop("artifacts")
    with artifact.open("rb") as file:
        assert "hunter2" not in f"{result}{file.read()!r}{caplog.text}"
    assert [asked.path for asked in attacker.asked] == ["/go"]


def test_a_link_cannot_add_lines_to_a_request(attacker: Site) -> None:
    outcome(f"{attacker.url}/ok HTTP/1.1\r\nX-Evil: 1\r\n\r\nGET /secret")
    assert [asked.path for asked in attacker.asked if "secret" in asked.path and "%20" not in asked.path] == []
    assert all("X-Evil" not in asked.headers for asked in attacker.asked)


@pytest.mark.parametrize(
    ("value", "allowed"), [("1", True), ("yes", True), ("0", False), ("", False), ("no", False), ("all", False)]
)
def test_only_a_clear_yes_of_the_worker_allows_the_network(value: str, allowed: bool) -> None:
    assert private_allowed({SETTING: value}) is allowed
    assert not private_allowed({})


def test_what_was_refused_is_told_with_the_setting_that_allows_it(secret: Site, caplog) -> None:
    assert outcome(f"{secret.url}/ok") == "private_address"
    assert f"{SETTING}=1 in the worker's environment allows them" in caplog.text


def test_with_the_setting_the_network_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, "1")
    with Site() as intranet:
        assert outcome(f"http://2130706433:{intranet.port}/ok") == "ok"
        assert intranet.methods("/ok") == ["HEAD"]


def _xml(root: str, child: str, *links: str) -> tuple[int, dict, bytes]:
    inside = "".join(f"<{child}><loc>{link}</loc></{child}>" for link in links)
    return 200, {}, f'<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inside}</{root}>'.encode()
