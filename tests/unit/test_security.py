"""Host, cross-site and body rules, asked as an attacker would."""

import pytest

from tests.accounts import THREE
from tests.tiny_app import CHROME, UPGRADE, ask, code, make

PROXY = {"trusted_proxies": ("127.0.0.1",), "proxy_user_header": "X-Remote-User", "default_role": "admin"}


@pytest.fixture(scope="module")
def app():
    return make()


# Host: without users, a name that is not ours is another site's that was rebound to this machine


@pytest.mark.parametrize(
    "host",
    ["localhost:8000", "localhost", "LOCALHOST:8000", "127.0.0.1:8000", "127.9.9.9", "[::1]:8000", "rq.localhost:8000"],
)
def test_loopback_names_are_ours(app, host):
    assert ask(app, method="GET", host=host).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:8000",
        "localhost.evil.example:8000",
        "evil-localhost:8000",
        "127.0.0.1.nip.io:8000",
        "127.0.0.1:8000@evil.example",
        "[::1].evil.example",
        "[evil]",
        "10.0.0.5:8000",
        "0.0.0.0:8000",
        "localhost:8000,evil.example",
        "2130706433",
    ],
)
@pytest.mark.parametrize("path", ["/", "/api/jobs", "/live"])
def test_a_rebound_name_is_refused_everywhere(app, host, path):
    headers = UPGRADE if path == "/live" else {}
    answer = ask(app, path, "GET", host, Origin=f"http://{host}", Sec_Fetch_Site="same-origin", **headers)
    assert answer.status_code == 400


def test_the_refusal_of_a_name_says_how_to_open_the_page_and_how_to_allow_the_name(app):
    error = ask(app, "/", "GET", "rq.example").json["error"]
    assert error["code"] == "unknown_host"
    assert "http://localhost:8000/" in error["fix"]
    assert "RQLIVE_HOSTS=rq.example" in error["fix"]


def test_a_forwarded_name_does_not_count(app):
    """A rebound page is of its own origin and may send any header."""
    for header in ("X_Forwarded_Host", "Forwarded", "X_Host"):
        assert code(ask(app, "/", "GET", "evil.example", **{header: "localhost"})) == "unknown_host"


def test_names_in_the_settings_are_ours():
    app = make(hosts=frozenset({"rq.example"}), host="::1")
    assert ask(app, host="rq.example:8443").status_code == 200
    assert ask(app, host="RQ.example").status_code == 200
    assert code(ask(app, host="other.example")) == "unknown_host"


def test_where_people_log_in_any_name_may_be_used():
    """A browser has no cookie for the name of another site."""
    app = make(users=THREE, host="0.0.0.0")
    assert code(ask(app, method="GET", host="10.0.0.5:8000")) == "login_required"


def test_where_a_proxy_names_them_a_rebound_page_cannot_name_itself():
    """It is of its own origin, asks from this machine, and may send any header."""
    app, attack = make(**PROXY), {"X_Remote_User": "ada"}
    assert ask(app, method="GET", **attack).status_code == 200
    for path in ("/", "/api/jobs", "/live"):
        upgrade = UPGRADE if path == "/live" else {}
        assert code(ask(app, path, "GET", "evil.example:8000", **attack, **upgrade)) == "unknown_host"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_what_monitors_ask_is_answered_to_whoever_asks(path):
    app = make(users=THREE, base_path="/rq")
    assert ask(app, f"/rq{path}", "GET", "10.0.0.5").status_code == 200
    assert ask(app, f"/rq{path}", "HEAD", "10.0.0.5").status_code == 200
    assert ask(make(), path, "GET", "10.0.0.5").status_code == 200
    assert ask(app, f"/rq{path}/", "GET", "10.0.0.5").status_code == 401
    assert code(ask(app, f"/rq{path}", "POST", "10.0.0.5")) == "login_required"


# Cross-site


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", "", "same-origin, cross-site", "SAME-ORIGIN"])
def test_a_browser_that_says_another_site_is_refused(app, method, site):
    answer = ask(app, method=method, Sec_Fetch_Site=site, Origin="http://localhost:8000", User_Agent=CHROME)
    assert code(answer) == "cross_site"


def test_a_page_on_another_port_of_this_machine_is_another_site(app):
    """Same-site, so cookies and logins would be sent along."""
    page = {"Sec_Fetch_Site": "same-site", "Origin": "http://localhost:3000", "User_Agent": CHROME}
    assert code(ask(app, **page)) == "cross_site"
    del page["Sec_Fetch_Site"]
    assert code(ask(app, **page)) == "cross_site"


def test_our_own_page_is_let_through(app):
    for site in ({"Sec_Fetch_Site": "same-origin"}, {}):
        assert ask(app, Origin="http://localhost:8000", User_Agent=CHROME, **site).status_code == 200


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "https://evil.example",
        "http://localhost",
        "http://localhost:80",
        "http://localhost:8001",
        "http://localhost:8000.evil.example",
        "http://localhost:8000/",
        "http://evil@localhost:8000",
        "http://127.0.0.1:8000",
        "file://",
        "ftp://localhost:8000",
        "localhost:8000",
        "http://localhost:99999999",
        "http://[::1",
        "http://localhost:8000 http://evil.example",
    ],
)
@pytest.mark.parametrize("upgrade", [False, True])
def test_an_origin_that_is_not_exactly_ours_is_refused(app, origin, upgrade):
    path, method = ("/live", "GET") if upgrade else ("/api/jobs", "POST")
    answer = ask(app, path, method, Origin=origin, User_Agent=CHROME, **(UPGRADE if upgrade else {}))
    assert code(answer) == "cross_site"


@pytest.mark.parametrize("case", ["websocket", "WebSocket", "WEBSOCKET"])
def test_the_upgrade_of_another_site_is_refused_whatever_its_spelling(app, case):
    attack = {"Upgrade": case, "Connection": "Upgrade", "Origin": "https://evil.example", "User_Agent": CHROME}
    assert code(ask(app, "/live", "GET", **attack)) == "cross_site"
    assert code(ask(app, "/live", "GET", **(attack | {"Sec_Fetch_Site": "cross-site"}))) == "cross_site"
    assert ask(app, "/live", "GET", **(attack | {"Origin": "http://localhost:8000"})).status_code == 200


def test_reading_across_sites_needs_no_rule_since_the_browser_hides_the_answer(app):
    answer = ask(app, method="GET", Sec_Fetch_Site="cross-site", Origin="https://evil.example", User_Agent=CHROME)
    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_preflight_allows_nothing(app):
    asked = {"Access_Control_Request_Method": "POST", "Access_Control_Request_Headers": "content-type"}
    answer = ask(app, method="OPTIONS", Origin="https://evil.example", Sec_Fetch_Site="cross-site", **asked)
    assert not [name for name in dict(answer.headers) if name.lower().startswith("access-control")]


def test_a_program_that_says_nothing_is_let_through(app):
    assert ask(app).status_code == 200
    assert ask(app, "/live", "GET", **UPGRADE).status_code == 200


def test_a_browser_too_old_to_say_is_refused(app):
    assert code(ask(app, User_Agent="Mozilla/4.0 (compatible; MSIE 6.0)")) == "cross_site"


def test_behind_a_proxy_the_public_name_counts():
    app = make(hosts=frozenset({"rq.example"}))
    assert ask(app, host="rq.example", Origin="https://rq.example").status_code == 200
    assert ask(app, host="rq.example:443", Origin="https://rq.example").status_code == 200
    assert ask(app, host="rq.example:8443", Origin="https://rq.example:8443").status_code == 200
    assert code(ask(app, host="rq.example", Origin="https://rq.example:8443")) == "cross_site"
    answer = ask(app, host="localhost:8000", Origin="https://rq.example")
    assert code(answer) == "cross_site"
    assert "Host header" in answer.json["error"]["fix"]


def test_a_page_without_tls_is_not_the_same_page_with_it():
    """Whoever can forge the plain page of a name must not act on the encrypted one."""
    app = make(hosts=frozenset({"rq.example"}))
    forged = {"host": "rq.example", "Origin": "http://rq.example"}
    assert code(ask(app, **forged, X_Forwarded_Proto="https")) == "cross_site"
    assert code(ask(app, **forged, scheme="https")) == "cross_site"


# Bodies


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "*/*"])
def test_what_a_form_can_send_is_not_read(app, kind):
    answer = app.test_client().post("/api/jobs", data=b"{}", headers={"Host": "localhost", "Content-Type": kind})
    assert code(answer) == "wrong_media_type"
    assert answer.status_code == 415


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "application/octet-stream"])
def test_json_and_raw_bytes_are_read(app, kind):
    answer = app.test_client().post("/api/jobs", data=b"{}", headers={"Host": "localhost", "Content-Type": kind})
    assert answer.status_code == 200


def test_no_body_needs_no_type(app):
    assert ask(app).status_code == 200
    assert ask(app, method="DELETE", Content_Type="application/x-www-form-urlencoded").status_code == 200
    assert code(ask(app, Transfer_Encoding="chunked", Content_Type="text/plain")) == "wrong_media_type"
