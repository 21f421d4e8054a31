"""Reads never write: all of them run as a Redis user that may not, and what any of them sends is counted."""

import time
from collections.abc import Iterator

import pytest
import redis as redis_py
from rq import Queue

from jobs import _keys
from tests import fixture_jobs, raw_jobs
from tests.feed_mode import needs_tracking
from tests.live import Page, get, get_ok
from tests.processes import WebServer
from tests.servers import RedisServer
from webapp import boards
from webapp.config import Config
from webapp.connections import connect
from webapp.failure_cause import cause
from webapp.live.feed.probe import Probe
from webapp.models import STATUSES

#: What an operator grants to who may only look.
RIGHTS = ("~*", "&*", "+@read", "+@connection", "+@transaction", "-@dangerous", "+info", "+subscribe", "+unsubscribe")
SEARCH, OPERATION = "5ea4", "09e7"
#: One board of each kind, of the first job where it is about one.
BOARDS = (
    "facets/default/queued",
    "facets/",
    "graph/{job}",
    "notes/{job}",
    "flow",
    "processes",
    "redis",
    "failures_count",
    "failures",
    "stopped",
    "unlisted",
    "compare/{job}",
    "stuck",
    "schedule",
    "cron",
    "groups",
    "group/night",
    "limits",
    "operations",
    f"operation/{OPERATION}",
    f"search/{SEARCH}",
    "added",
    "why/{job}",
)
#: Of the failed job of the scene, of which no results are kept.
BOARDS += tuple(f"{name}/{cause(None, 'elsewhere.tasks.run').id}" for name in ("failure", "failure_jobs"))


@pytest.fixture(params=["valkey", "redis"])
def server(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    own = RedisServer(kind=request.param)
    own.start()
    client = own.connection()
    client.execute_command("ACL", "SETUSER", "viewer", "on", ">secret", *RIGHTS)
    yield own
    own.close()


def as_viewer(server: RedisServer) -> str:
    """The address of the server for the user who may only look."""
    return f"unix://viewer:secret@{server.path}"


def scene(client: redis_py.Redis) -> list[str]:
    """Jobs in every status, also what RQ's own reads would clean up: abandoned, expired, vanished, ready."""
    queue = Queue(connection=client)
    ids = [queue.enqueue(fixture_jobs.nothing).id]
    ids += [raw_jobs.listed(client, status) for status in ("failed", "finished", "scheduled", "deferred", "canceled")]
    ids += [raw_jobs.listed(client, "started", score=time.time() - 1_000), raw_jobs.listed(client, "ready_to_enqueue")]
    raw_jobs.listed(client, "failed", "expired", score=time.time() - 1_000)
    client.rpush("rq:queue:default", "vanished")
    raw_jobs.worker(client, "stale")
    client.sadd("rq:workers", "rq:worker:gone")
    client.xadd(_keys.log(ids[0]), {"at": 1, "text": "line"})
    client.hset(_keys.search(SEARCH), mapping={"query": "nothing", "state": "done", "kept": 1})
    client.rpush(_keys.search_hits(SEARCH), ids[0])
    client.hset(_keys.operation(OPERATION), mapping={"verb": "cancel", "state": "done"})
    client.zadd(_keys.OPERATIONS, {OPERATION: 1})
    client.sadd("rq:groups", "night", "empty")
    client.sadd("rq:group:night", ids[0], "vanished")
    client.sadd("rq:rl-keys", "api")
    client.hset("rq:rl:api", "concurrency", 1)
    client.zadd("rq:rl:api:allowed", {ids[1]: 1})
    client.zadd("rq:cron_schedulers", {"dead": 1})
    client.hset("rq:cron_scheduler:dead", mapping={"hostname": "h", "pid": 7, "cron_jobs": "[]"})
    client.zadd("rq:cron_jobs", {"long ago": 1})
    client.zadd("rq:cron_job:long ago:jobs", {ids[2]: 1})
    return [*ids, "vanished"]


def look_at_everything(web: WebServer, client: redis_py.Redis, ids: list[str]) -> None:
    """Every GET of the API, and a socket that watches all there is while something changes."""
    for path in ("/api/overview", "/api/queues", "/api/workers", "/api/job-types", "/api/activity", "/healthz", "/"):
        get_ok(web, path)
    for queue in ("", "default"):
        for status in ("", *STATUSES):
            get_ok(web, "/api/jobs", queue=queue, status=status)
    for job_id in ids:
        assert get(web, f"/api/jobs/{job_id}")[0] in (200, 404)
        get_ok(web, f"/api/jobs/{job_id}/log")
        assert get(web, f"/api/boards/why/{job_id}")[0] in (200, 404)
    get_ok(web, f"/api/jobs/{ids[0]}", wait="0.1")
    assert [job["id"] for job in get_ok(web, f"/api/searches/{SEARCH}")["jobs"]] == ids[:1]
    for board in BOARDS:
        get_ok(web, f"/api/boards/{board.format(job=ids[0])}")
    everything = {"overview": True, "activity": True, "rows": ids, "job": ids[0], "lists": ["/"]}
    with Page(web, everything | {"log": {"job": ids[0]}}) as page:
        page.until(lambda: page.activity is not None, message="the activity")
        page.until(lambda: page.complete and ids[0] in page.jobs and page.logs.get(ids[0]), message="a snapshot")
        client.hset(f"rq:job:{ids[0]}", "status", "canceled")
        page.until(lambda: page.rows.get(ids[0], {}).get("status") == "canceled", message="a change")
        page.until(lambda: page.health["redis"] == "ok")


def writes(client: redis_py.Redis) -> set[str]:
    """The names of all commands that write."""
    return {name.decode().lower() for name in client.execute_command("ACL", "CAT", "write")}


def refused(client: redis_py.Redis) -> list[str]:
    """The commands that Redis refused to the viewer, from its log."""
    entries = client.execute_command("ACL", "LOG")
    plain = [dict(zip(entry[::2], entry[1::2], strict=True)) if isinstance(entry, list) else entry for entry in entries]
    plain = [{_text(key): _text(value) for key, value in entry.items()} for entry in plain]
    return [entry["object"] for entry in plain if entry["username"] == "viewer" for _ in range(int(entry["count"]))]


def _text(value: object) -> object:
    return value.decode() if isinstance(value, bytes) else value


def test_each_board_is_among_what_is_looked_at():
    """But for `output`: what a worker printed that somebody who may write has added."""
    assert {name.partition("/")[0] for name in BOARDS} == set(boards.load()) - {"output"}


@needs_tracking
def test_everything_can_be_looked_at_with_a_reader_that_may_not_write(server, web_server):
    client = server.connection()
    ids = scene(client)
    web = web_server(server.url, env={"RQLIVE_READER_URL": as_viewer(server)})
    look_at_everything(web, client, ids)
    assert refused_writes(client) == []
    assert get_ok(web, "/api/overview")["health"]["feed"]["mode"] == "tracking"


@needs_tracking
def test_everything_can_be_looked_at_as_the_only_user(server, web_server):
    client = server.connection()
    ids = scene(client)
    web = web_server(as_viewer(server))
    look_at_everything(web, client, ids)
    assert get_ok(web, "/api/overview")["health"]["feed"] == {"mode": "tracking", "proved_at": None}
    assert refused_writes(client) == ["set"], "only whether our own probe may be written"


def test_what_was_refused_once_is_not_tried_again(server):
    connections = connect(Config(redis_url=as_viewer(server)))
    probe = Probe(connections, "p")
    assert [probe.send() for _ in range(5)] == [False] * 5
    connections.close()
    assert refused_writes(server.connection()) == ["set"]


def refused_writes(client: redis_py.Redis) -> list[str]:
    """What the viewer tried to write and was not let."""
    tried = [command.partition("|")[0] for command in refused(client)]
    return [command for command in tried if command in writes(client)]


def test_who_is_told_not_to_record_writes_nothing_at_all(server, web_server):
    client = server.connection()
    ids = scene(client)
    web = web_server(server.url, env={"RQLIVE_RECORD": 0})
    before = {key: client.dump(key) for key in client.scan_iter()}
    client.config_resetstat()
    look_at_everything(web, client, ids)
    client.hset(f"rq:job:{ids[0]}", "status", "queued")
    sent = {name.removeprefix("cmdstat_").partition("|")[0] for name in client.info("commandstats")}
    assert sent & writes(client) == {"hset"}, "only what this test wrote itself"
    assert {key: client.dump(key) for key in client.scan_iter()} == before


def test_by_itself_it_writes_its_probe_and_nothing_else(server, web_server):
    client = server.connection()
    ids = scene(client)
    web = web_server(server.url)
    client.config_resetstat()
    with client.monitor() as monitor:
        look_at_everything(web, server.connection(), ids)
        client.echo("the end")
        sent = []
        for command in monitor.listen():
            if command["command"].startswith("ECHO"):
                break
            sent.append(command["command"].split())
    changing = writes(client)
    written = {(words[0].lower(), words[1]) for words in sent if words[0].lower() in changing}
    ours = {(name, key) for name, key in written if key != f"rq:job:{ids[0]}"}
    assert {name for name, _ in ours} <= {"set"}
    assert all(key.startswith(f"{_keys.PREFIX}probe:") for _, key in ours)


def test_a_reader_without_pubsub_calls_nobody_lost(server, web_server):
    client = server.connection()
    scene(client)
    web = web_server(as_viewer(server))
    with Page(web, {"overview": True}) as page:
        page.until(lambda: page.complete)
        page.settle(4)
        assert page.parts["worker"]["stale"]["state"] == "idle"
        assert page.parts["worker"]["gone"]["state"] == "no signal"


@needs_tracking
def test_a_user_without_tracking_is_served_in_another_mode(server, web_server):
    client = server.connection()
    client.execute_command("ACL", "SETUSER", "viewer", "-client|tracking", "+@write")
    raw_jobs.listed(client, "queued")
    web = web_server(as_viewer(server))
    with Page(web, {"overview": True, "lists": ["default/queued"]}) as page:
        page.until(lambda: page.mode == "sampling", message="the mode that is left")
        assert page.health["message"]
        raw_jobs.listed(client, "queued")
        page.until(lambda: page.parts["queue"]["default"]["queued"] == 2)
        page.until(lambda: (page.lists.get("default/queued") or {}).get("total") == 2)


def test_a_user_who_may_see_only_rqs_keys(server, web_server):
    client = server.connection()
    client.execute_command("ACL", "SETUSER", "viewer", "resetkeys", "~rq:*", "resetchannels", "&rq:*")
    ids = scene(client)
    web = web_server(as_viewer(server))
    look_at_everything(web, client, ids)


@pytest.mark.parametrize("wrong", ["unix://viewer:wrong@{path}", "unix://nobody:secret@{path}"])
def test_a_wrong_password_is_said_and_not_a_crash(server, web_server, wrong):
    web = web_server(wrong.format(path=server.path))
    assert get(web, "/")[0] == 200
    assert get(web, "/healthz")[0] == 503
    status, body = get(web, "/api/overview")
    assert (status, body["error"]["code"]) == (503, "redis_away")
    assert "password" in body["error"]["message"]
