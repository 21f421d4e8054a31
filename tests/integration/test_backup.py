"""A backup of a Redis that is in use, restored into another one: what RQ and we keep there goes on where it was."""

import json
import shutil
import sys
import time
import urllib.request

import pytest
from rq import Queue

from jobs import _keys
from tests.accounts import THREE, page_of
from tests.processes import Process
from tests.servers import RedisServer
from tests.support import eventually


@pytest.fixture
def dashboard(web_server, started, tmp_path):
    """Starts a web and an operations process on a Redis; returns what asks it, as a page of `ada` or with a token."""
    (tmp_path / "users.toml").write_text(THREE)

    def start(server: RedisServer):
        web = web_server(server.url, {"RQLIVE_WRITE": 1, "RQLIVE_USERS_FILE": tmp_path / "users.toml"})
        settings = {"RQLIVE_REDIS_URL": server.url, "RQLIVE_WRITE": 1, "RQLIVE_FILES": tmp_path / "files"}
        started(Process([sys.executable, "-m", "webapp.operations"], tmp_path, settings))
        eventually(lambda: server.connection().exists(_keys.RECORDER), 20, "the operations process works")
        login = page_of(web, "ada")

        def ask(method, path, body=None, token=None):
            data = None if body is None else json.dumps(body).encode()
            who = {"Authorization": f"Bearer {token}"} if token else login
            headers = {"Content-Type": "application/json"} | who
            request = urllib.request.Request(web.url + path, data, headers, method=method)
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.loads(answer.read() or b"null")

        return ask

    return start


@pytest.fixture
def restored():
    """Starts another Redis from a snapshot of one that goes on."""
    server = RedisServer()

    def start(source: RedisServer) -> RedisServer:
        source.connection().save()
        shutil.copy(source.folder / "dump.rdb", server.folder)
        server.start()
        return server

    yield start
    server.close()


def test_what_is_held_paused_deleted_noted_and_allowed_is_restored(
    own_redis_server, restored, dashboard, worker_process
):
    old = own_redis_server.connection()
    for name in ("held", "paused"):
        for number in range(3):
            Queue(name, connection=old).enqueue(time.sleep, 0, job_id=f"{name}-{number}")
    Queue("kept", connection=old).enqueue(time.sleep, 0, job_id="deleted")
    ask = dashboard(own_redis_server)
    ask("POST", "/api/jobs/held-0/notes", {"text": "wait for Monday"})
    ask("POST", "/api/queues/held/hold", {})
    ask("POST", "/api/queues/paused/pause", {"seconds": None})
    token = ask("POST", "/api/tokens", {"name": "ci", "role": "operator", "days": 1})["secret"]
    undo = ask("DELETE", "/api/jobs/deleted")["undo"]
    before = {key: old.dump(key) for key in old.scan_iter(f"{_keys.PREFIX}*")}

    server = restored(own_redis_server)
    new = server.connection()
    same = [key for key, value in before.items() if new.dump(key) == value]
    assert {_keys.TOKENS, _keys.ACTIVITY, _keys.held("held"), _keys.parked("paused"), _keys.notes("held-0")} <= {
        key.decode() for key in same
    }
    ask = dashboard(server)
    assert [note["text"] for note in ask("GET", "/api/boards/notes/held-0")["value"]["notes"]] == ["wait for Monday"]
    assert ask("POST", "/api/queues/held/release", {}, token)["released"] == 3
    assert ask("POST", "/api/queues/paused/resume", {}, token)["resumed"] == 3
    ask("POST", "/api/jobs/deleted/restore", {"token": undo["token"]})
    worker_process("held", "paused", "kept", burst=True, url=server.url)
    for job_id in ["deleted", *(f"{name}-{number}" for name in ("held", "paused") for number in range(3))]:
        assert new.hget(f"rq:job:{job_id}", "status") == b"finished", job_id


def test_a_held_job_whose_key_is_lost_is_put_back_by_hand(own_redis_server, dashboard):
    redis = own_redis_server.connection()
    Queue("held", connection=redis).enqueue(time.sleep, 0, job_id="astray")
    ask = dashboard(own_redis_server)
    ask("POST", "/api/queues/held/hold", {})
    redis.delete(*redis.scan_iter(f"{_keys.PREFIX}*"))
    assert redis.llen("rq:queue:held") == 0
    ask("POST", "/api/jobs/astray/to_front", {})
    assert redis.lrange("rq:queue:held", 0, -1) == [b"astray"]
