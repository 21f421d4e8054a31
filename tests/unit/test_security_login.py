"""The password, who the actor is, and the headers that every answer carries."""

import base64

import pytest

from tests.tiny_app import CHROME, UPGRADE, ask, code, make


def login(password, name="ada"):
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


@pytest.fixture(scope="module")
def app():
    return make()


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
