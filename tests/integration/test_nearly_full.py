"""Beyond 80 % of maxmemory nothing of ours is written, what is asked of RQ's keys is done, and the page says why."""

from collections.abc import Iterator

import pytest
import redis as redis_py
from flask.testing import FlaskClient
from rq import Queue
from rq.job import Job

from jobs import _keys
from jobs._log import Line
from jobs._post import NoRoom, RedisPost
from tests import fixture_jobs
from tests.feed_mode import MODE
from tests.integration.conftest import application
from tests.live import Page, ask, get_ok
from tests.servers import RedisServer
from tests.support import eventually
from webapp import memory
from webapp.actions import mutes
from webapp.actions.door import Actor, Door
from webapp.config import Config
from webapp.connections import connect
from webapp.errors import StateChanged
from webapp.room.relay import Relay


def fill(redis: redis_py.Redis, part: float) -> None:
    """So much of maxmemory is in use."""
    redis.config_set("maxmemory", int(redis.info("memory")["used_memory"] / part))


@pytest.fixture
def redis(own_redis_server: RedisServer) -> redis_py.Redis:
    return own_redis_server.connection()


@pytest.fixture
def client(own_redis_server: RedisServer, redis, tmp_path, monkeypatch) -> Iterator[FlaskClient]:
    """Of an application that hears at once how full Redis is."""
    monkeypatch.setattr(memory, "FRESH", 0.0)
    # A large key: what a test adds changes the share by little.
    redis.setrange("theirs", 30_000_000, b"x")
    with application(Config(redis_url=own_redis_server.url, own_redis=True, files=str(tmp_path))) as app:
        yield app.test_client()


def failed_job(redis: redis_py.Redis) -> Job:
    job = Queue(connection=redis).enqueue(fixture_jobs.nothing)
    job.set_status("failed")
    redis.lrem("rq:queue:default", 0, job.id)
    redis.zadd("rq:failed:default", {job.id: 9_999_999_999})
    return job


def ours(redis: redis_py.Redis) -> dict[bytes, bytes]:
    """Every key of ours, byte for byte."""
    return {key: redis.dump(key) for key in redis.scan_iter(f"{_keys.PREFIX}*", count=1_000)}


def test_what_is_asked_of_rqs_keys_is_done_without_our_extras(client, redis):
    jobs = [failed_job(redis) for _ in range(3)]
    assert client.post(f"/api/jobs/{jobs[0].id}/requeue").status_code == 200
    before = ours(redis)
    assert _keys.ACTIVITY.encode() in before
    fill(redis, 0.85)
    assert client.post(f"/api/jobs/{jobs[1].id}/requeue").status_code == 200
    assert jobs[1].get_status() == "queued"
    deleted = client.delete(f"/api/jobs/{jobs[2].id}")
    assert deleted.status_code == 200
    assert not deleted.json.get("undo")
    assert not redis.exists(jobs[2].key)
    for path, body in (
        (f"/api/jobs/{jobs[1].id}/notes", {"text": "why", "name": "ada", "key": "k" * 32}),
        ("/api/searches", {"query": "nothing"}),
    ):
        answer = client.post(path, json=body)
        assert (answer.status_code, answer.json["error"]["code"]) == (409, "redis_full"), (path, answer.text)
        assert "85 % full" in answer.json["error"]["message"]
        assert answer.json["error"]["fix"]
    with pytest.raises(StateChanged, match="full"):
        mutes.mute(Door(redis, Config(own_redis=True), Actor("ada", "")), "cause", "ValueError", None)
    assert ours(redis) == before
    redis.config_set("maxmemory", 0)
    assert client.post("/api/searches", json={"query": "nothing"}).status_code == 201


def test_nothing_is_said_in_the_room_and_nobody_is_announced(redis, own_redis_server):
    connections = connect(Config(redis_url=own_redis_server.url))
    relay = Relay(connections)
    fill(redis, 0.85)
    with pytest.raises(StateChanged, match="full"):
        relay.send("ada", "by", "hello", None)
    relay.announce("server", None, {})
    assert ours(redis) == {}
    connections.close()


def test_a_run_drops_its_log_and_counts_what_is_missing(redis, monkeypatch):
    monkeypatch.setattr("jobs._post.FRESH", 0.0)
    job = Queue(connection=redis).enqueue(fixture_jobs.nothing)
    post = RedisPost(job, "run")
    lines = [Line(1, "INFO", "a line", 1)]
    assert post.deliver(lines, [], None)
    fill(redis, 0.85)
    before = redis.hgetall(job.key), ours(redis)
    with pytest.raises(NoRoom):
        post.deliver([Line(1, "INFO", "another", 2)], [{"message": "far"}], None)
    assert (redis.hgetall(job.key), ours(redis)) == before
    redis.config_set("maxmemory", 0)
    assert post.deliver([Line(1, "INFO", "another", 2)], None, None)
    assert redis.xlen(_keys.log(job.id)) == 2
    post.close()


def test_all_logs_together_wait_for_the_sweep_to_make_room(redis):
    job = Queue(connection=redis).enqueue(fixture_jobs.nothing)
    post = RedisPost(job, "run")
    redis.set(_keys.LOG_ROOM, 200, ex=60)
    assert post.deliver([Line(1, "INFO", "x" * 300, 1)], None, None)
    assert int(redis.get(_keys.LOG_ROOM)) < 0
    with pytest.raises(NoRoom):
        post.deliver([Line(1, "INFO", "y", 2)], None, None)
    assert redis.ttl(_keys.LOG_ROOM) > 50
    redis.delete(_keys.LOG_ROOM)
    assert post.deliver([Line(1, "INFO", "y", 2)], None, None)
    assert redis.xlen(_keys.log(job.id)) == 2
    post.close()


def test_the_page_says_so_and_all_of_it_goes_on_by_itself(redis, own_redis_server, web_server, operations_process):
    redis.setrange("theirs", 30_000_000, b"x")
    fill(redis, 0.85)
    own = {"RQLIVE_WRITE": 1}
    operations = operations_process(own_redis_server.url, env=own)
    web = web_server(own_redis_server.url, env=own)
    with Page(web, {"overview": True}) as page:
        page.until(lambda: page.complete and page.health["memory"], message="the page says that Redis is nearly full")
        assert page.health["memory"]["level"] == "full"
        assert page.health["memory"]["max"] == int(redis.config_get("maxmemory")["maxmemory"])
        eventually(lambda: "85 % full" in operations.output, 10, operations.output)
        eventually(lambda: get_ok(web, "/api/overview")["health"]["feed"]["mode"] == MODE)
        assert list(redis.scan_iter(f"{_keys.PREFIX}*")) == [], "neither web nor operations keep anything"
        redis.config_set("maxmemory", 0)
        page.until(lambda: page.health["memory"] is None, 15, "it is told that there is room again")
        eventually(lambda: "Figures are recorded." in operations.output, 15, "figures go on")
        eventually(lambda: redis.exists(_keys.RECORDER))
        fill(redis, 0.85)
        eventually(lambda: not redis.exists(_keys.RECORDER), 20, "the recorder lets go")
        assert ask(web, "POST", "/api/searches", {"query": "nothing"})[0] in (201, 409)
