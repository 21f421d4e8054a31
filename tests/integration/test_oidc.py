"""Logging in at a real OpenID provider on loopback, and every way in which what comes back may be wrong."""

import time
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from jobs import _keys
from tests import oidc_provider
from tests.accounts import browser, user
from tests.in_process import running

OPS = user("@ops", "operator", None, queues=["mail*"]) + user("@chiefs", "admin", None)


@pytest.fixture(scope="module")
def shared_provider():
    with oidc_provider.running() as provider:
        yield provider


@pytest.fixture
def provider(shared_provider):
    shared_provider.user = {"sub": "0815", "preferred_username": "Olga", "groups": ["ops", "others"]}
    shared_provider.wrong, shared_provider.foreign_key, shared_provider.metadata = {}, False, {}
    shared_provider.codes.clear()
    return shared_provider


def settings(provider, **more):
    told = {"oidc_issuer": provider.issuer, "oidc_client_id": oidc_provider.CLIENT}
    return told | {"oidc_client_secret": oidc_provider.SECRET, "users": OPS} | more


@pytest.fixture
def serve(redis, redis_server, tmp_path, provider):
    """Starts the app; answers it."""
    opened = []

    def start(**more):
        context = running(redis_server.url, tmp_path / "files", **settings(provider, **more))
        opened.append(context)
        return context.__enter__().application

    yield start
    for context in opened:
        context.__exit__(None, None, None)


def leave(client, path="/login/oidc"):
    """Where the browser is sent."""
    answer = client.get(path)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def at_provider(address):
    """Where the provider sends it back to: path and query."""
    with requests.Session() as session:
        session.trust_env = False
        answer = session.get(address, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def log_in(client, path="/login/oidc"):
    return client.get(at_provider(leave(client, path)))


def is_refused(answer, why="again"):
    return (answer.status_code, answer.headers["Location"]) == (303, f"/login?refused={why}")


def test_somebody_logs_in_at_the_provider_and_comes_back_to_where_they_were(serve):
    client = browser(serve())
    answer = log_in(client, "/login/oidc?next=/jobs?status=failed")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/jobs?status=failed")
    told = client.get("/api/me").json
    assert told["user"] == {"name": "Olga", "how": "session"}
    assert told["rights"] == {"role": "operator", "queues": ["mail*"], "functions": ["*"]}
    assert client.post("/api/queues/default/hold", json={}).status_code == 404
    assert client.post("/api/logout", json={}).status_code == 204
    assert client.get("/api/me").status_code == 401


def test_the_provider_is_asked_with_pkce_state_and_nonce(serve):
    client = browser(serve())
    asked = parse_qs(urlsplit(leave(client)).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    assert asked["scope"] == ["openid profile email"]
    assert all(len(asked[name][0]) >= 20 for name in ("state", "nonce", "code_challenge"))
    again = parse_qs(urlsplit(leave(client)).query)
    assert all(asked[name] != again[name] for name in ("state", "nonce", "code_challenge"))


def test_a_client_without_a_secret_logs_in_by_pkce_alone(redis, redis_server, tmp_path):
    with oidc_provider.running(secret=None) as provider:
        told = settings(provider, oidc_client_secret=None)
        with running(redis_server.url, tmp_path / "files", **told) as client:
            nobody = browser(client.application)
            assert log_in(nobody).headers["Location"] == "/"
            assert nobody.get("/api/me").status_code == 200


@pytest.mark.parametrize(
    ("groups", "rights"),
    [
        (["ops", "chiefs"], "admin"),
        (["chiefs"], "admin"),
        ("ops", "operator"),
        (["viewer"], None),
        (["@ops"], None),
        ([], None),
        (None, None),
        ([5, {"ops": 1}], None),
        ({"ops": True}, None),
    ],
)
def test_groups_give_the_role_that_the_users_file_gives_them(serve, provider, groups, rights):
    provider.user["groups"] = groups
    client = browser(serve())
    answer = log_in(client)
    if rights is None:
        assert is_refused(answer, "role")
        assert client.get("/api/me").status_code == 401
    else:
        assert client.get("/api/me").json["rights"]["role"] == rights


def test_without_groups_in_the_file_a_group_may_be_called_as_a_role(serve, provider):
    provider.user["groups"] = ["staff", "operator", "viewer"]
    client = browser(serve(users=None))
    log_in(client)
    assert client.get("/api/me").json["rights"]["role"] == "operator"
    provider.user["groups"] = []
    other = browser(serve(users=None, default_role="viewer"))
    log_in(other)
    assert other.get("/api/me").json["rights"]["role"] == "viewer"


def test_who_calls_themselves_as_somebody_of_the_file_is_not_them(serve, provider):
    provider.user |= {"preferred_username": "ada", "groups": ["ops"]}
    client = browser(serve(users=OPS + user("ada", "admin")))
    log_in(client)
    assert client.get("/api/me").json["rights"]["role"] == "operator"


def test_another_role_of_the_group_counts_at_once(redis, redis_server, tmp_path, provider):
    file = tmp_path / "users.toml"
    file.write_text(OPS)
    with running(
        redis_server.url, tmp_path / "files", **settings(provider, users=None, users_file=str(file))
    ) as client:
        olga = browser(client.application)
        log_in(olga)
        file.write_text(user("@ops", "viewer", None))
        assert olga.get("/api/me").json["rights"]["role"] == "viewer"
        file.write_text(user("@chiefs", "admin", None))
        assert olga.get("/api/me").status_code == 401


def test_a_login_that_was_begun_elsewhere_is_not_ended_here(serve):
    """Login CSRF: the attacker's own code, in the browser of another."""
    app = serve()
    attacker, victim = browser(app), browser(app)
    back = at_provider(leave(attacker))
    assert is_refused(victim.get(back)), "the victim began none"
    leave(victim)
    assert is_refused(victim.get(back)), "and this is not the one that it began"
    assert victim.get("/api/me").status_code == 401


@pytest.mark.parametrize("state", ["another", "", None])
def test_what_comes_back_without_the_state_that_left_is_refused_unasked(serve, provider, state):
    client = browser(serve())
    back = urlsplit(at_provider(leave(client)))
    given = {name: values[0] for name, values in parse_qs(back.query).items()} | {"state": state}
    query = urlencode({name: value for name, value in given.items() if value is not None})
    assert is_refused(client.get(f"{back.path}?{query}"))
    assert given["code"] in provider.codes, "the provider was not even asked"


def test_a_login_is_good_once(serve):
    client = browser(serve())
    back = at_provider(leave(client))
    kept = client.get_cookie("rqlive-login", path="/login/oidc").value
    assert client.get(back).headers["Location"] == "/"
    client.post("/api/logout", json={})
    assert is_refused(client.get(back)), "the browser has forgotten it"
    client.set_cookie("rqlive-login", kept, path="/login/oidc")
    assert is_refused(client.get(back)), "and the provider gives nothing for a code twice"


def test_what_was_kept_for_ten_minutes_is_over_then_and_cannot_be_forged(serve, monkeypatch):
    app = serve()
    client = browser(app)
    back = at_provider(leave(client))
    now = time.time()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now + 601)
    assert is_refused(client.get(back))
    monkeypatch.undo()
    forged = browser(app)
    state = parse_qs(urlsplit(back).query)["state"][0]
    forged.set_cookie("rqlive-login", f'{{"state":"{state}"}}', path="/login/oidc")
    assert is_refused(forged.get(back))


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": ["another client"]},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"nonce": "another"},
        {"iat": 9_999_999_999},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_us_now_is_refused(serve, provider, redis, wrong):
    provider.wrong = wrong
    client = browser(serve())
    assert is_refused(log_in(client))
    assert client.get("/api/me").status_code == 401
    (_, line), *_ = redis.xrange(_keys.ACTIVITY)
    assert (line[b"actor"], line[b"action"], line[b"outcome"]) == (b"somebody", b"log_in", b"wrong_login")


def test_a_token_that_another_key_signed_is_refused(serve, provider):
    provider.foreign_key = True
    assert is_refused(log_in(browser(serve())))


def test_a_provider_that_calls_itself_another_is_not_believed(serve, provider):
    provider.metadata = {"issuer": "https://evil.example"}
    client = browser(serve())
    assert is_refused(client.get("/login/oidc"))
    provider.metadata = {}
    assert log_in(client).headers["Location"] == "/", "once it is mended it works without a restart"


def test_the_answer_of_another_provider_is_refused(serve):
    client = browser(serve())
    assert is_refused(client.get(at_provider(leave(client)) + "&iss=https%3A%2F%2Fevil.example"))


def test_what_the_provider_refuses_is_refused_here(serve):
    client = browser(serve())
    state = parse_qs(urlsplit(leave(client)).query)["state"][0]
    query = urlencode({"state": state, "error": "access_denied"})
    assert is_refused(client.get(f"/login/oidc/callback?{query}"))


def test_a_provider_that_does_not_answer_is_told_and_nothing_breaks(serve):
    client = browser(serve(oidc_issuer="http://127.0.0.1:1"))
    assert is_refused(client.get("/login/oidc"))
    assert client.get("/login").status_code == 200


@pytest.mark.parametrize("next_", ["//evil.example", "https://evil.example", "/\\evil.example", "/\tevil", "x"])
def test_a_login_leads_to_no_other_site(serve, next_):
    answer = log_in(browser(serve()), f"/login/oidc?{urlencode({'next': next_})}")
    assert answer.headers["Location"] == "/"
