"""Logging in and out, sessions, and those who guess: asked as an attacker would."""

import statistics
import time

import pytest

from jobs import _keys
from tests.accounts import PAGE, PASSWORD, THREE, browser, log_in, user
from tests.in_process import error, running
from webapp.accounts import sessions

SECRET = "s" * 32


@pytest.fixture
def client(redis, redis_server, tmp_path):
    with running(redis_server.url, tmp_path / "files", users=THREE) as client:
        yield client


@pytest.fixture
def app(client):
    return client.application


def cookie_of(answer):
    return next(one for one in answer.headers.getlist("Set-Cookie") if "rqlive" in one)


def value_of(answer):
    return cookie_of(answer).partition("=")[2].partition(";")[0]


def with_cookie(app, value, name="rqlive"):
    client = browser(app)
    client.set_cookie(name, value)
    return client


def lines(redis):
    return [
        (fields[b"actor"].decode(), fields[b"action"].decode(), fields[b"outcome"].decode())
        for _, fields in redis.xrange(_keys.ACTIVITY)
    ]


def test_nothing_is_told_to_somebody_unknown_but_the_way_to_the_login(app):
    nobody = browser(app)
    for path in ("/api/overview", "/api/me", "/api/activity", "/api/users", "/api/no-such", "/assets/x/js/no.js"):
        answer = nobody.get(path)
        assert answer.status_code == (401 if path.startswith("/api") else 404), path
    page = nobody.get("/jobs/some?tab=log", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["Location"]) == (303, "/login?next=/jobs/some?tab%3Dlog")
    assert nobody.get("/login").status_code == 200
    assert nobody.get("/healthz").status_code == 200


def test_a_login_opens_what_was_shut_and_a_logout_shuts_it(app, redis):
    ada = browser(app, "ada")
    told = ada.get("/api/me").json
    everything = {"role": "admin", "queues": ["*"], "functions": ["*"]}
    assert told == {"user": {"name": "ada", "how": "session"}, "rights": everything}
    assert ada.post("/api/logout", json={}).status_code == 204
    assert ada.get("/api/me").status_code == 401
    assert lines(redis) == [("ada", "log_in", "done"), ("ada", "log_out", "done")]


def test_the_cookie_is_for_the_server_alone(app):
    plain = cookie_of(log_in(browser(app), "ada"))
    assert plain.startswith("rqlive=")
    assert "HttpOnly" in plain
    assert "SameSite=Lax" in plain
    assert "Secure" not in plain
    over_tls = cookie_of(log_in(browser(app), "ada", base_url="https://localhost"))
    assert over_tls.startswith("__Host-rqlive=")
    assert "Secure" in over_tls
    assert "Path=/;" in over_tls
    assert "Domain" not in over_tls


def test_over_tls_a_cookie_that_a_neighbour_without_tls_could_plant_is_not_looked_at(app):
    value = value_of(log_in(browser(app), "ada"))
    planted = with_cookie(app, value)
    assert planted.get("/api/me").status_code == 200
    assert planted.get("/api/me", base_url="https://localhost").status_code == 401


def test_a_cookie_that_was_planted_before_the_login_is_not_that_of_the_login(app):
    """Fixation: the attacker's own login, or one that was ended."""
    before = value_of(log_in(browser(app), "vera"))
    victim = with_cookie(app, before)
    after = value_of(log_in(victim, "ada"))
    assert after != before
    assert with_cookie(app, after).get("/api/me").json["user"]["name"] == "ada"
    assert with_cookie(app, before).get("/api/me").status_code == 401, "the login of before is over"


@pytest.mark.parametrize("forge", ["", "x", "e30.e30", "another key", "another salt", "cut", "no fields"])
def test_a_forged_cookie_opens_nothing(app, forge):
    claims = sessions.begin("ada", "file", app.extensions["gate"].person("ada").mark)
    real = app.extensions["gate"].sessions
    made = {
        "another key": lambda: sessions.Sessions("k" * 32, 3600, 3600).seal(claims),
        "another salt": lambda: real._serializer.dumps({"id": "x"}, salt="other"),
        "cut": lambda: real.seal(claims)[:-2],
        "no fields": lambda: real._serializer.dumps({"name": "ada"}),
    }.get(forge, lambda: forge)()
    assert with_cookie(app, made).get("/api/me").status_code == 401
    assert with_cookie(app, real.seal(claims)).get("/api/me").status_code == 200


def test_a_session_ends_when_it_is_idle_and_in_any_case_in_the_end(redis, redis_server, tmp_path, monkeypatch):
    settings = {"session_idle_minutes": 10, "session_max_hours": 1, "users": THREE}
    with running(redis_server.url, tmp_path / "files", **settings) as client:
        ada = browser(client.application, "ada")
        now = time.time()
        monkeypatch.setattr(sessions.time, "time", lambda: now)
        for minutes in (9, 18, 27, 36, 45, 54):
            now = time.time_ns() / 1e9 + minutes * 60
            assert ada.get("/api/me").status_code == 200, f"used all nine minutes, after {minutes}"
        now = time.time_ns() / 1e9 + 61 * 60
        assert ada.get("/api/me").status_code == 401, "an hour after the login it is over"
    with running(redis_server.url, tmp_path / "files", **settings) as client:
        now = time.time_ns() / 1e9
        idle = browser(client.application, "ada")
        now += 601
        assert idle.get("/api/me").status_code == 401


def test_a_logout_holds_for_a_copy_of_the_cookie_and_for_no_other_login(app):
    ada, other = browser(app, "ada"), browser(app, "ada")
    stolen = with_cookie(app, ada.get_cookie("rqlive").value)
    assert stolen.get("/api/me").status_code == 200
    ada.post("/api/logout", json={})
    assert stolen.get("/api/me").status_code == 401
    assert other.get("/api/me").status_code == 200


def test_logged_out_everywhere_is_everywhere_and_one_may_come_back_at_once(app):
    here, there, vera = browser(app, "ada"), browser(app, "ada"), browser(app, "vera")
    here.post("/api/logout", json={"everywhere": True})
    assert there.get("/api/me").status_code == 401
    assert vera.get("/api/me").status_code == 200
    assert browser(app, "ada").get("/api/me").status_code == 200


def test_an_admin_logs_others_out_and_nobody_else_does(app, redis):
    omar, vera, ada = (browser(app, name) for name in ("omar", "vera", "ada"))
    assert error(omar.post("/api/users/vera/sign_out", json={}))["code"] == "not_allowed"
    assert vera.get("/api/me").status_code == 200
    assert ada.post("/api/users/vera/sign_out", json={}).status_code == 204
    assert vera.get("/api/me").status_code == 401
    assert ("omar", "sign_out_user", "not_allowed") in lines(redis)
    assert ("ada", "sign_out_user", "done") in lines(redis)


def test_a_changed_password_and_a_removed_user_end_their_sessions(redis, redis_server, tmp_path):
    file = tmp_path / "users.toml"
    file.write_text(THREE)
    with running(redis_server.url, tmp_path / "files", users_file=str(file)) as client:
        omar, vera, ada = (browser(client.application, name) for name in ("omar", "vera", "ada"))
        file.write_text(user("omar", "operator", "another password") + user("ada", "viewer"))
        assert omar.get("/api/me").status_code == 401
        assert vera.get("/api/me").status_code == 401
        assert ada.get("/api/me").json["rights"]["role"] == "viewer", "the login stays, the role is the one of now"
        file.write_text("[ada]\nrole = ")
        assert ada.get("/api/me").status_code == 200, "half a file is not obeyed"
        file.unlink()
        assert ada.get("/api/me").status_code == 401, "a file that goes opens nothing"
        assert client.get("/api/overview").status_code == 401


def test_a_wrong_name_is_told_like_a_wrong_password(app, redis):
    wrong = log_in(browser(app), "ada", "not this one")
    unknown = log_in(browser(app), "nobody", "not this one")
    assert (wrong.status_code, error(wrong)) == (unknown.status_code, error(unknown))
    assert wrong.json["error"]["code"] == "wrong_login"
    assert not wrong.headers.getlist("Set-Cookie")
    assert lines(redis) == [("ada", "log_in", "wrong_login"), ("somebody", "log_in", "wrong_login")]


def test_it_takes_as_long_for_an_unknown_name(redis, redis_server, tmp_path):
    from webapp.accounts import passwords

    strong = f'[ada]\nrole = "admin"\npassword = "{passwords.hash_of(PASSWORD)}"\n'
    with running(redis_server.url, tmp_path / "files", users=strong) as client:

        def seconds(name):
            began = time.perf_counter()
            assert log_in(client, name, "not this one").status_code == 401
            return time.perf_counter() - began

        seconds("ada")
        known, unknown = ([seconds(name) for _ in range(6)] for name in ("ada", "nobody"))
        assert 0.5 < statistics.median(unknown) / statistics.median(known) < 2


@pytest.mark.parametrize(
    "body", [{}, {"name": "ada"}, {"name": "ada", "password": 5}, {"name": ["ada"], "password": "x"}]
)
def test_what_is_no_login_is_400(app, body):
    assert browser(app).post("/api/login", json=body).status_code == 400


def test_who_guesses_is_slowed_over_all_servers_by_name_and_by_address(redis, redis_server, tmp_path):
    with (
        running(redis_server.url, tmp_path / "files", users=THREE) as one,
        running(redis_server.url, tmp_path / "files", users=THREE, port=8001) as two,
    ):

        def guess(nth, name, address):
            client = (one, two)[nth % 2]
            return log_in(client, name, f"guess {nth}", environ_base={"REMOTE_ADDR": address}).status_code

        codes = [guess(nth, "ada", f"10.0.0.{nth}") for nth in range(20)]
        assert codes == [401] * 10 + [429] * 10, "one name, from everywhere"
        told = log_in(one, "ada", PASSWORD, environ_base={"REMOTE_ADDR": "10.0.1.1"})
        assert told.status_code == 429, "the right password tells nothing meanwhile"
        assert 0 < error(told)["fields"]["retry_after"] <= 600
        assert told.headers["Retry-After"] == str(error(told)["fields"]["retry_after"])
        assert log_in(one, "omar", environ_base={"REMOTE_ADDR": "10.0.1.1"}).status_code == 204
        codes = [guess(nth, f"name {nth}", "10.0.2.2") for nth in range(40)]
        assert codes == [401] * 30 + [429] * 10, "any names, from one address"
        codes = [guess(nth, f"other {nth}", f"2001:db8::{nth + 1:x}") for nth in range(40)]
        assert codes == [401] * 30 + [429] * 10, "any addresses of one network"
    keys = redis.keys(f"{_keys.ATTEMPTS}*")
    assert keys
    assert all(0 < redis.ttl(key) <= 600 for key in keys)
    ours = _keys.PREFIX.encode()
    assert all(key.startswith(ours) for key in redis.keys("*")), "no key but ours"


def test_the_right_password_makes_up_for_slips(app):
    for _ in range(4):
        client = browser(app)
        assert [log_in(client, "ada", "slip").status_code for _ in range(5)] == [401] * 5
        assert log_in(client, "ada").status_code == 204


def test_a_flood_of_failed_logins_does_not_push_out_what_was_done(redis, redis_server, tmp_path):
    with running(redis_server.url, tmp_path / "files", users=THREE) as client:
        for nth in range(120):
            log_in(client, f"name {nth}", "x", environ_base={"REMOTE_ADDR": f"10.1.{nth}.1"})
    assert redis.xlen(_keys.ACTIVITY) < 60


def test_another_site_can_neither_act_with_the_cookie_nor_log_somebody_in(app):
    ada = browser(app, "ada")
    kept = {"User-Agent": "Mozilla/5.0"}

    def post(path, headers, body=None):
        client = app.test_client()
        client.set_cookie("rqlive", ada.get_cookie("rqlive").value)
        return client.post(path, json=body or {}, headers=headers)

    for attack in (
        {"Sec-Fetch-Site": "cross-site", **kept},
        {"Sec-Fetch-Site": "same-site", **kept},
        {"Origin": "https://evil.example", **kept},
        {"Origin": "null", **kept},
        kept,
        {"User-Agent": "curl/8"},
    ):
        assert error(post("/api/logout", attack))["code"] == "cross_site", attack
        body = {"name": "vera", "password": PASSWORD}
        assert error(post("/api/login", attack, body))["code"] == "cross_site", attack
    assert app.test_client().post("/api/login", json={"name": "vera", "password": PASSWORD}).status_code == 204, "curl"


def test_an_upgrade_without_a_login_is_refused(app):
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Origin": "http://localhost"}
    for path in ("/live", "/ws/chat/"):
        assert browser(app).get(path, headers=upgrade).status_code == 401
        attacked = browser(app, "ada")
        del attacked.environ_base["HTTP_SEC_FETCH_SITE"]
        answer = attacked.get(path, headers=upgrade | {"Origin": "https://evil.example"})
        assert error(answer)["code"] == "cross_site"


def test_a_login_holds_on_every_server_of_the_same_redis(redis, redis_server, tmp_path):
    with (
        running(redis_server.url, tmp_path / "files", users=THREE) as one,
        running(redis_server.url, tmp_path / "files", users=THREE) as two,
    ):
        value = browser(one.application, "ada").get_cookie("rqlive").value
        there = with_cookie(two.application, value)
        assert there.get("/api/me").status_code == 200
        redis.flushall()
        again = browser(one.application)
        two.application.extensions["gate"]._sessions = None
        fresh = browser(two.application, "ada").get_cookie("rqlive").value
        assert with_cookie(one.application, fresh).get("/api/me").status_code == 200, "the key that Redis lost"
        assert again.get("/api/me").status_code == 401


def test_a_key_of_the_settings_is_kept_nowhere(redis, redis_server, tmp_path):
    with running(redis_server.url, tmp_path / "files", users=THREE, secret=SECRET) as client:
        assert browser(client.application, "ada").get("/api/me").status_code == 200
        assert with_cookie(client.application, "forged").get("/api/me").status_code == 401
    assert not redis.exists(_keys.SECRET)


def test_without_users_nobody_is_asked_and_nothing_is_kept(redis, redis_server, tmp_path):
    with running(redis_server.url, tmp_path / "files") as client:
        assert client.get("/api/me").json == {
            "user": None,
            "rights": {"role": "admin", "queues": ["*"], "functions": ["*"]},
        }
        assert client.get("/login").status_code == 404
        assert client.post("/api/login", json={"name": "a", "password": "b"}, headers=PAGE).status_code == 404
        assert client.get("/api/users").status_code == 404
    assert redis.keys("*") == []


def test_on_a_redis_that_is_only_looked_at_people_log_in_and_nobody_acts(redis, redis_server, tmp_path):
    with running(redis_server.url, tmp_path / "files", own_redis=False, users=THREE) as client:
        ada = browser(client.application, "ada")
        assert error(ada.post("/api/queues/default/hold", json={}))["code"] == "look_only"
        assert ada.post("/api/tokens", json={"name": "wall", "role": "viewer"}).status_code == 201
        vera = browser(client.application, "vera")
        assert error(vera.post("/api/queues/default/hold", json={}))["code"] == "not_allowed"
    assert all(key.startswith(_keys.PREFIX.encode()) for key in redis.keys("*"))


def test_while_redis_is_away_nobody_gets_in(tmp_path):
    """Whether a login was ended cannot be known then."""
    with running("redis://127.0.0.1:1/0", tmp_path / "files", users=THREE, secret=SECRET) as client:
        gate = client.application.extensions["gate"]
        value = gate.sessions.seal(sessions.begin("ada", "file", gate.person("ada").mark))
        for answer in (
            with_cookie(client.application, value).get("/api/me"),
            log_in(browser(client.application), "ada"),
            client.get("/api/me", headers={"Authorization": "Bearer rql_abc_def"}),
        ):
            assert (answer.status_code, error(answer)["code"]) == (503, "redis_away")
        assert client.get("/api/me").status_code == 401


def test_a_redis_user_who_may_write_nothing_is_told_so_at_the_login(own_redis_server, tmp_path):
    with own_redis_server.connection() as admin:
        admin.acl_setuser("looker", enabled=True, nopass=True, keys=["*"], categories=["+@read", "+@connection"])
    url = own_redis_server.url.replace("unix://", "unix://looker:any@")
    with running(url, tmp_path / "files", users=THREE, secret=SECRET) as client:
        answer = log_in(browser(client.application), "ada")
        assert answer.status_code == 403
        assert "may write" in error(answer)["fix"]
