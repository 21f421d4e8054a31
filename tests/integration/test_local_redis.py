"""The Redis that `make run` starts: found again, shared, kept, ended by the last, and never anybody else's."""

import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
import redis as redis_py

from tests.servers import binary_to_test
from tests.support import ROOT, clean_env, eventually, free_port
from webapp import local_redis
from webapp.local_redis import LocalRedis, LocalRedisError


@pytest.fixture
def member(tmp_path):
    """Makes members of one folder's Redis; all of them leave at the end of the test."""
    port, members = free_port(), []

    def make() -> LocalRedis:
        members.append(LocalRedis(tmp_path / "redis", usual_port=port))
        return members[-1]

    yield make
    for one in members:
        one.leave()


def answers(url: str) -> bool:
    try:
        with redis_py.Redis.from_url(url, socket_timeout=1) as client:
            return client.ping()
    except redis_py.RedisError:
        return False


def test_it_listens_on_the_usual_port_of_loopback_alone_and_never_evicts(member):
    local = member()
    local.join()
    assert local.port == local._usual_port
    assert not local.shared
    with redis_py.Redis.from_url(local.url) as client:
        settings = client.config_get("bind", "protected-mode", "maxmemory-policy", "appendonly")
    assert settings == {
        "bind": "127.0.0.1",
        "protected-mode": "yes",
        "maxmemory-policy": "noeviction",
        "appendonly": "yes",
    }


@pytest.mark.parametrize("kind", ["valkey", "redis"])
def test_its_data_outlives_it(member, monkeypatch, kind):
    binary = Path(binary_to_test(kind))
    monkeypatch.setattr(local_redis, "server_binary", lambda: binary)
    local = member()
    local.join()
    with redis_py.Redis.from_url(local.url) as client:
        client.set("kept", 1)
    assert local.leave()
    local.join()
    with redis_py.Redis.from_url(local.url) as client:
        assert client.get("kept") == b"1"


def test_only_the_last_to_leave_ends_it(member):
    first, second = member(), member()
    first.join()
    second.join()
    assert second.url == first.url
    assert second.shared
    assert not first.leave()
    assert answers(second.url)
    assert second.leave()
    assert not answers(second.url)


def test_leaving_twice_is_leaving_once(member):
    first, second = member(), member()
    first.join()
    second.join()
    assert not first.leave()
    assert not first.leave()
    assert answers(second.url)


def test_many_that_start_at_once_share_one(member):
    members = [member() for _ in range(8)]
    threads = [threading.Thread(target=one.join) for one in members]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.url for one in members}) == 1
    assert [one.shared for one in members].count(False) == 1


def test_a_member_that_was_killed_does_not_count(member, tmp_path):
    local = member()
    script = "import sys; from pathlib import Path; from webapp.local_redis import LocalRedis; " + (
        "local = LocalRedis(Path(sys.argv[1])); local.join(); print('in', flush=True); sys.stdin.read()"
    )
    local.join()
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "redis")],
        env=clean_env(),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout.readline() == b"in\n"
        other.kill()
    assert local.leave()
    assert not answers(local.url)


def test_another_program_on_the_usual_port_is_left_alone(member):
    with closing(socket.create_server(("127.0.0.1", member()._usual_port))):
        local = member()
        local.join()
        assert local.port != local._usual_port
        port = local.port
        local.leave()
        local.join()
        assert local.port == port  # remembered
    assert answers(local.url)


def test_another_redis_on_the_port_that_was_noted_is_not_joined(member, tmp_path):
    local = member()
    local.join()
    local.leave()
    other = LocalRedis(tmp_path / "other", usual_port=local.port)
    other.join()
    with redis_py.Redis.from_url(other.url) as client:
        client.set("theirs", 1)
    local.join()
    assert local.port != other.port
    assert not local.shared
    with redis_py.Redis.from_url(local.url) as client:
        assert not client.exists("theirs")
    other.leave()
    assert answers(local.url)


def test_it_is_started_again_on_its_port_with_its_data_when_it_dies(member):
    local = member()
    local.join()
    assert not local.revive()
    with redis_py.Redis.from_url(local.url) as client:
        client.set("kept", 1)
        os.kill(client.info("server")["process_id"], signal.SIGKILL)
    eventually(local.revive, message="its end is noticed")
    eventually(lambda: answers(local.url), message="it answers again")
    with redis_py.Redis.from_url(local.url) as client:
        assert client.get("kept") == b"1"


def test_a_server_that_does_not_start_is_quoted(member, tmp_path):
    local = member()
    (tmp_path / "redis" / "appendonlydir").mkdir(parents=True)
    (tmp_path / "redis" / "appendonlydir" / "appendonly.aof.manifest").write_text("nonsense\n")
    with pytest.raises(LocalRedisError, match=r"does not start: .*manifest(.|\n)*REDIS_URL="):
        local.join()


def test_without_any_server_program_the_next_step_is_told(member, monkeypatch):
    monkeypatch.setattr(local_redis, "server_binary", lambda: None)
    with pytest.raises(LocalRedisError, match=r"Install valkey-server or redis-server .* REDIS_URL="):
        member().join()
