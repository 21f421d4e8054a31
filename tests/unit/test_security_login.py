"""Who the actor is, what a proxy is believed, and the headers that every answer carries."""

import base64

import pytest

from tests.accounts import THREE, user
from tests.tiny_app import UPGRADE, ask, code, make

BASIC = "Basic " + base64.b64encode(b"ada:correct horse").decode()
PROXY = {"trusted_proxies": ("127.0.0.1",), "proxy_user_header": "X-Remote-User"}


@pytest.fixture(scope="module")
def app():
    return make()


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"Authorization": BASIC},
        {"Authorization": "Basic"},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer secret"},
        {"Authorization": "Bearer rql"},
        {"Authorization": "Bearer rql__x"},
        {"Authorization": "Bearer rql_" + "x" * 200},
        {"Authorization": "Bearer other_abc_def"},
        {"X_Remote_User": "ada", "Remote_User": "ada", "X_Forwarded_User": "ada"},
    ],
)
@pytest.mark.parametrize("path", ["/", "/api/jobs", "/live", "/no-such-page"])
def test_nothing_is_shown_to_somebody_unknown(given, path):
    answer = ask(make(users=THREE), path, "GET", **given)
    assert answer.status_code == 401
    assert code(answer) == "login_required"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer realm=")


def test_the_upgrade_needs_a_login_too():
    assert ask(make(users=THREE), "/live", "GET", **UPGRADE).status_code == 401


def test_a_page_that_a_browser_opens_leads_to_the_login_and_nothing_else_does():
    def to(path, **headers):
        return ask(make(users=THREE, base_path="/rq"), path, "GET", Accept="text/html", **headers)

    app = make(users=THREE)
    app.add_url_rule("/login", "pages.log_in", lambda: "login")
    led = ask(app, "/", "GET", Accept="text/html")
    assert (led.status_code, led.headers["Location"]) == (303, "/login?next=/")
    for path in ("/rq/api/jobs", "/rq/live"):
        headers = UPGRADE if path.endswith("live") else {}
        assert to(path, **headers).status_code == 401


def test_a_proxy_of_ours_names_who_has_logged_in_there():
    app = make(**PROXY, users=user("ada", "operator", None))
    assert ask(app, X_Remote_User="ada").json["name"] == "ada"
    assert code(ask(app)) == "login_required", "nobody was named"
    assert code(ask(app, X_Remote_User="somebody")) == "login_required", "nothing gives them a role"
    assert ask(make(**PROXY, default_role="viewer"), X_Remote_User="somebody").json["name"] == "somebody"
    assert ask(make(**PROXY, default_role="viewer"), X_Remote_User="a\tb" + "x" * 100).json["name"] == "ab" + "x" * 62


@pytest.mark.parametrize("trusted", [("10.0.0.0/8",), ("127.0.0.2",), ("::1",)])
def test_the_word_of_others_is_not_taken(trusted):
    app = make(trusted_proxies=trusted, proxy_user_header="X-Remote-User", default_role="admin", host="0.0.0.0")
    attack = {
        "X_Remote_User": "ada",
        "X_Forwarded_For": "10.0.0.1",
        "X_Forwarded_Proto": "https",
        "X_Real_IP": "10.0.0.1",
    }
    assert code(ask(app, **attack)) == "login_required"


def test_a_group_is_nobody():
    app = make(**PROXY, users=user("@ops", "admin", None))
    assert code(ask(app, X_Remote_User="@ops")) == "login_required"


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("", "127.0.0.1"),
        ("203.0.113.7", "203.0.113.7"),
        ("6.6.6.6, 203.0.113.7", "203.0.113.7"),
        ("6.6.6.6, 203.0.113.7, 10.1.1.1", "203.0.113.7"),
        ("203.0.113.7,", "127.0.0.1"),
        ("::1, 2001:db8::7", "2001:db8::7"),
        ("x" * 500, "x" * 45),
    ],
)
def test_where_it_came_from_is_the_last_address_that_a_proxy_of_ours_does_not_have(given, address):
    app = make(trusted_proxies=("127.0.0.1", "10.0.0.0/8"))
    assert ask(app, X_Forwarded_For=given).json["address"] == address
    assert ask(make(), X_Forwarded_For=given).json["address"] == "127.0.0.1", "of others, nothing is believed"


def test_without_users_nobody_can_call_themselves_somebody(app):
    assert ask(app, Authorization=BASIC, X_Remote_User="root").json["name"] == "anyone"


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
