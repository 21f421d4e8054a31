"""API tokens: made, shown once, used by programs, narrowed, revoked, over; and what is open ends with its right."""

import json
import threading
import time
import urllib.error
import urllib.request

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from jobs import _keys
from tests.accounts import THREE, browser, page_of, user
from tests.in_process import error, running
from tests.live import Page
from tests.raw_jobs import write
from tests.support import eventually
from webapp.accounts import gate


@pytest.fixture
def client(redis, redis_server, tmp_path):
    with running(redis_server.url, tmp_path / "files", users=THREE) as client:
        yield client


@pytest.fixture
def ada(client):
    return browser(client.application, "ada")


def make(client, **body):
    answer = client.post("/api/tokens", json={"name": "deploy", "role": "operator"} | body)
    assert answer.status_code == 201, answer.text
    return answer.json["secret"], answer.json["token"]["id"]


def use(client, secret, path="/api/me", method="get", **more):
    return getattr(client, method)(path, headers={"Authorization": f"Bearer {secret}", "User-Agent": "curl/8"}, **more)


def test_a_token_does_what_its_role_does_and_is_shown_once(client, ada, redis):
    secret, token_id = make(ada)
    assert secret.startswith(f"rql_{token_id}_")
    told = use(client, secret).json
    assert (told["user"], told["rights"]["role"]) == ({"name": "deploy", "how": "token"}, "operator")
    assert error(use(client, secret, "/api/suspend", "post", json={}))["code"] == "not_allowed"
    listed = ada.get("/api/tokens").json["tokens"]
    assert [(one["id"], one["name"], one["maker"], one["rights"]["role"]) for one in listed] == [
        (token_id, "deploy", "ada", "operator")
    ]
    key = secret.rpartition(f"{token_id}_")[2]
    stored = b"".join(redis.hvals(_keys.TOKENS))
    assert key not in ada.get("/api/tokens").text
    assert key.encode() not in stored
    assert key not in str(redis.xrange(_keys.ACTIVITY))


def test_its_last_use_is_told_to_the_minute_and_costs_one_write(client, ada, redis):
    secret, _ = make(ada)
    assert ada.get("/api/tokens").json["tokens"][0]["used_at"] is None
    before = time.time() * 1000
    use(client, secret)
    used_at = ada.get("/api/tokens").json["tokens"][0]["used_at"]
    assert before - 1000 <= used_at <= time.time() * 1000 + 1000
    for _ in range(5):
        use(client, secret)
    assert ada.get("/api/tokens").json["tokens"][0]["used_at"] == used_at


def test_after_its_revocation_it_opens_nothing_on_any_server(client, ada, redis, redis_server, tmp_path):
    secret, token_id = make(ada)
    with running(redis_server.url, tmp_path / "files", users=THREE) as other:
        assert use(other, secret).status_code == 200
        assert ada.delete(f"/api/tokens/{token_id}").status_code == 204
        assert use(other, secret).status_code == 401
    assert use(client, secret).status_code == 401
    assert ada.delete(f"/api/tokens/{token_id}").status_code == 404
    assert ada.get("/api/tokens").json["tokens"] == []


def test_one_character_less_or_another_one_opens_nothing(client, ada):
    secret, token_id = make(ada)
    wrong = [
        secret[:-1],
        secret[:-1] + ("A" if secret[-1] != "A" else "B"),
        secret + "x",
        f"rql_{token_id}_",
        "rql_x_y",
    ]
    for one in [*wrong, secret.replace("rql", "RQL"), "é", ""]:
        assert use(client, one).status_code == 401, one
    ada.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret[:-1]}"
    assert ada.get("/api/me").status_code == 401, "a wrong token is wrong, whatever cookie is beside it"


def test_it_ends_at_its_time(client, ada, monkeypatch):
    secret, _ = make(ada, days=1)
    now = time.time()
    assert use(client, secret).status_code == 200
    monkeypatch.setattr(gate.time, "time", lambda: now + 86_401)
    assert use(client, secret).status_code == 401


def test_it_is_narrowed_as_it_was_asked_for(client, ada):
    secret, _ = make(ada, queues=["mail*"], functions=["shop.*"])
    assert use(client, secret).json["rights"] == {"role": "operator", "queues": ["mail*"], "functions": ["shop.*"]}
    assert use(client, secret, "/api/queues/default/hold", "post", json={}).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": 5},
        {"name": "a\nb"},
        {"name": "x" * 65},
        {"role": "root"},
        {"role": None},
        {"role": "admin", "queues": ["mail"]},
        {"queues": "mail"},
        {"queues": [5]},
        {"days": 0},
        {"days": True},
        {"days": 99_999},
        {"secret": "mine"},
    ],
)
def test_what_is_no_token_is_400_and_makes_none(ada, redis, body):
    assert ada.post("/api/tokens", json={"name": "deploy", "role": "viewer"} | body).status_code == 400
    assert not redis.exists(_keys.TOKENS)


def test_a_token_makes_no_tokens(client, ada):
    secret, _ = make(ada, role="admin")
    assert (
        error(use(client, secret, "/api/tokens", "post", json={"name": "n", "role": "viewer"}))["code"] == "not_allowed"
    )
    assert use(client, secret, "/api/users").status_code == 200


def test_it_never_does_more_than_its_maker(redis, redis_server, tmp_path):
    file = tmp_path / "users.toml"
    file.write_text(THREE)
    with running(redis_server.url, tmp_path / "files", users_file=str(file)) as client:
        secret, _ = make(browser(client.application, "ada"), role="admin")
        assert use(client, secret).status_code == 200
        file.write_text(user("ada", "operator"))
        assert use(client, secret).status_code == 401
        file.write_text(THREE)
        assert use(client, secret).status_code == 200
        file.write_text(user("eve", "admin"))
        assert use(client, secret).status_code == 401


def test_there_are_only_so_many(ada, redis):
    redis.hset(_keys.TOKENS, mapping={f"{nth}": "{}" for nth in range(_keys.TOKENS_MAX)})
    answer = ada.post("/api/tokens", json={"name": "one more", "role": "viewer"})
    assert error(answer)["code"] == "too_many_tokens"
    assert ada.get("/api/tokens").json["tokens"] == [], "what is no token of ours is told as none"


class Open:
    """A server with users in a file, and sockets to it."""

    def __init__(self, web_server, folder):
        self.file = folder / "users.toml"
        self.file.write_text(THREE)
        self.server = web_server(env={"RQLIVE_WRITE": 1, "RQLIVE_USERS_FILE": self.file})

    def page(self, name="omar"):
        return self.page_with(page_of(self.server, name))

    def page_with(self, headers):
        page = Page(self.server, {"overview": True}, headers)
        page.until(lambda: page.complete)
        return page

    def post(self, path, headers, body=None):
        request = urllib.request.Request(
            f"{self.server.url}{path}", json.dumps(body or {}).encode(), {"Content-Type": "application/json"} | headers
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read() or b"null")


@pytest.fixture
def opened(redis, web_server, tmp_path):
    return Open(web_server, tmp_path)


def ends(page, within=5.0):
    """The close code that comes within so many seconds."""
    with pytest.raises(ConnectionClosed) as closed:
        page.until(lambda: False, within)
    return closed.value.rcvd.code, closed.value.rcvd.reason


NOT_ALLOWED = (1008, "Log in again")


def test_what_is_open_ends_within_seconds_of_the_login(opened, redis):
    cookie = page_of(opened.server, "omar")
    with opened.page_with(cookie) as page, opened.page("omar") as other, opened.page("ada") as ada:
        opened.post("/api/logout", cookie)
        assert ends(page) == NOT_ALLOWED
        admin = page_of(opened.server, "ada")
        opened.post("/api/users/omar/sign_out", admin)
        assert ends(other) == NOT_ALLOWED
        opened.file.write_text(user("ada", "viewer") + user("vera", "viewer"))
        assert ends(ada) == NOT_ALLOWED, "another role is another page"
    with pytest.raises(InvalidStatus) as refused:
        Page(opened.server, {}, cookie)
    assert refused.value.response.status_code == 401


def test_what_is_open_ends_with_the_token_and_the_user(opened, redis):
    admin = page_of(opened.server, "ada")
    made = opened.post("/api/tokens", admin, {"name": "wall", "role": "viewer"})
    bearer = {"Authorization": f"Bearer {made['secret']}"}
    with opened.page_with(bearer) as page, opened.page("omar") as omar, opened.page("vera") as vera:
        request = urllib.request.Request(
            f"{opened.server.url}/api/tokens/{made['token']['id']}", headers=admin, method="DELETE"
        )
        urllib.request.urlopen(request, timeout=20).close()
        assert ends(page) == NOT_ALLOWED
        opened.file.write_text(THREE.replace('["omar"]', '["olga"]'))
        assert ends(omar) == NOT_ALLOWED
        vera.send({"ping": 1})
        assert vera.read(5), "who has lost nothing stays"


def test_a_request_that_waits_answers_nothing_to_who_has_lost_the_right(opened, redis):
    job_id = write(redis)
    cookie = page_of(opened.server, "omar")
    told = []

    def wait():
        request = urllib.request.Request(f"{opened.server.url}/api/jobs/{job_id}?wait=3", headers=cookie)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                told.append(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                told.append(error.code)

    waiting = threading.Thread(target=wait)
    waiting.start()
    eventually(lambda: redis.get(_keys.SECRET))
    opened.post("/api/logout", cookie)
    waiting.join(20)
    assert told == [401]


def test_without_a_change_one_get_every_two_seconds_is_all(opened, redis):
    with opened.page():
        before = redis.info("commandstats").get("cmdstat_get", {}).get("calls", 0)
        time.sleep(4.2)
        assert redis.info("commandstats")["cmdstat_get"]["calls"] - before <= 4
