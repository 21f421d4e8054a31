"""Host, login, cross-site and body rules, asked as an attacker would: a tiny app, so that nothing else can refuse."""

import base64

import pytest
from flask import Flask, jsonify

from webapp import errors, security
from webapp.config import Config

JSON = {"Content-Type": "application/json"}
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
UPGRADE = {"Upgrade": "websocket", "Connection": "Upgrade"}


def make(**settings):
    app = Flask("tiny")
    app.config["RQLIVE"] = Config(**settings)
    errors.init_app(app)
    security.init_app(app)
    base = app.config["RQLIVE"].base_path
    app.add_url_rule(f"{base}/healthz", "healthz", lambda: {"redis": "ok"})
    app.add_url_rule(f"{base}/", "page", lambda: "page")
    app.add_url_rule(f"{base}/live", "live", lambda: "upgraded", websocket=True)
    who = lambda: jsonify(name=security.actor().name)  # noqa: E731
    app.add_url_rule(f"{base}/api/jobs", "jobs", who, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    return app


def ask(app, path="/api/jobs", method="POST", host="localhost:8000", scheme="http", **headers):
    """A request of a program: no Origin, no Sec-Fetch-Site, unless they are given."""
    sent = {"Host": host, "User-Agent": "curl/8"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return app.test_client().open(path, method=method, headers=sent, base_url=f"{scheme}://localhost:8000")


def login(password, name="ada"):
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def code(answer):
    return answer.json["error"]["code"] if answer.status_code >= 400 else answer.status_code


@pytest.fixture(scope="module")
def app():
    return make()


# Host: without a password, a name that is not ours is another site's that was rebound to this machine


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


def test_with_a_password_any_name_may_be_used():
    app = make(password="secret", host="0.0.0.0")
    assert ask(app, method="GET", host="10.0.0.5:8000", Authorization=login("secret")).status_code == 200


def test_healthz_answers_whoever_asks():
    app = make(password="secret", base_path="/rq")
    assert ask(app, "/rq/healthz", "GET", "10.0.0.5").status_code == 200
    assert ask(app, "/rq/healthz", "HEAD", "10.0.0.5").status_code == 200
    assert ask(make(), "/healthz", "GET", "10.0.0.5").status_code == 200
    assert ask(app, "/rq/healthz/", "GET", "10.0.0.5").status_code == 401
    assert code(ask(app, "/rq/healthz", "POST", "10.0.0.5")) == "login_required"


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


# Password


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"Authorization": login("wrong")},
        {"Authorization": login("")},
        {"Authorization": login("secre")},
        {"Authorization": login("secret ")},
        {"Authorization": "Basic"},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic " + base64.b64encode(b"secret").decode()},
        {"Authorization": "Bearer secret"},
        {"Authorization": "Digest username=ada, password=secret"},
        {"Authorization": "Basic /////w=="},
    ],
)
@pytest.mark.parametrize("path", ["/", "/api/jobs", "/live", "/no-such-page"])
def test_nothing_is_shown_without_the_password(given, path):
    answer = ask(make(password="secret"), path, "GET", **given)
    assert answer.status_code == 401
    assert code(answer) == "login_required"
    assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")


def test_the_upgrade_needs_the_password_too():
    assert ask(make(password="secret"), "/live", "GET", **UPGRADE).status_code == 401
    assert ask(make(password="secret"), "/live", "GET", Authorization=login("secret"), **UPGRADE).status_code == 200


def test_a_password_may_hold_any_character():
    for password in ("pass:word", "비밀 번호", "x" * 500):
        assert ask(make(password=password), method="GET", Authorization=login(password)).status_code == 200


def test_a_login_that_a_browser_attaches_by_itself_does_not_excuse_another_site():
    app = make(password="secret")
    attached = {"Authorization": login("secret"), "User_Agent": CHROME}
    assert code(ask(app, Sec_Fetch_Site="cross-site", **attached)) == "cross_site"
    assert code(ask(app, Origin="https://evil.example", **attached)) == "cross_site"
    assert code(ask(app, Origin="null", **attached)) == "cross_site"
    assert code(ask(app, **attached)) == "cross_site"
    assert ask(app, Authorization=login("secret")).status_code == 200


def test_the_actor_is_the_name_of_the_login():
    app = make(password="secret")
    assert ask(app, Authorization=login("secret", "ada")).json["name"] == "ada"
    assert ask(app, Authorization=login("secret", "")).json["name"] == "anyone"
    assert ask(app, Authorization=login("secret", "a\x00\n" + "x" * 100)).json["name"] == "a" + "x" * 63


def test_without_a_password_nobody_can_call_themselves_somebody(app):
    assert ask(app, Authorization=login("anything", "root")).json["name"] == "anyone"


# Headers


@pytest.mark.parametrize(("path", "method"), [("/", "GET"), ("/api/jobs", "POST"), ("/nowhere", "GET"), ("/", "POST")])
def test_every_answer_keeps_itself_to_our_own_page(app, path, method):
    headers = ask(app, path, method).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "unsafe" not in policy
    for directive in ("base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"):
        assert directive in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "same-origin"
    assert ("no-store" in headers.get("Cache-Control", "")) == path.startswith("/api/")


def test_refusals_carry_the_headers_too(app):
    for answer in (ask(app, host="evil.example"), ask(app, Origin="null")):
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_the_import_map_is_allowed_by_its_hash():
    app = make()
    for given in ("sha256-abc=", "'sha256-abc='"):
        app.config["IMPORT_MAP_CSP_HASH"] = given
        assert "script-src 'self' 'sha256-abc=';" in ask(app, "/", "GET").headers["Content-Security-Policy"]
