"""The boards `processes`, `redis` and `flow`, on what real schedulers, cron processes and servers leave in Redis."""

import sys
import time

import pytest
from rq import Queue

from jobs import _keys
from tests import fixture_jobs, raw_jobs
from tests.in_redis import status
from tests.live import get_ok
from tests.processes import BIN, Process
from tests.servers import RedisServer
from tests.support import eventually, free_port
from webapp import figure_fields as ff
from webapp.models_overview import Overview, Totals
from webapp.queries import processes, redis_info
from webapp.queries.figures_maths import Minute
from webapp.queries.flow import QUEUES_MAX, FlowReader, flow

CRON = """
from rq import cron
from tests.fixture_jobs import nothing

cron.register(nothing, "default", interval=3600)
"""


def board(web, name: str) -> dict:
    """Its value, read anew."""
    return get_ok(web, f"/api/boards/{name}")["value"]


def one(web, kind: str) -> dict:
    """The one process of its kind, when it is there."""
    (found,) = eventually(lambda: board(web, "processes")[kind], message=f"there is one in {kind}")
    return found


def end_of(web, worker: str) -> dict | None:
    return next((end for end in board(web, "processes")["lost"] if end["worker"] == worker), None)


def test_a_scheduler_is_named_with_its_queues_and_its_heartbeat(web, redis, worker_process):
    worker = worker_process("default", "high", with_scheduler=True)
    found = one(web, "schedulers")
    assert (found["state"], sorted(found["queues"])) == ("alive", ["default", "high"])
    assert found["pid"] in worker.family() - {worker.pid}
    assert abs(time.time() * 1000 - found["heartbeat"]) < 10_000
    assert worker.stop() == 0
    eventually(lambda: board(web, "processes")["schedulers"] == [], message="it has signed off")


def test_a_scheduler_that_is_not_heard_is_lost_before_its_locks_end(web, redis):
    redis.sadd("rq:queues", "rq:queue:default", "rq:queue:old")
    redis.set("rq:scheduler-lock:default", "silent", ex=60)
    redis.hset(
        "rq:scheduler:silent", mapping={"hostname": "elsewhere", "last_heartbeat": raw_jobs.stamp(time.time() - 20)}
    )
    redis.set("rq:scheduler-lock:old", "4711", ex=60)
    states = eventually(lambda: {each["name"]: each["state"] for each in board(web, "processes")["schedulers"]})
    assert states == {"silent": "lost", "4711": "unknown"}, "RQ before 2.10 leaves a number alone"


def test_a_cron_process_is_named_and_lost_when_it_is_not_heard(web, redis, redis_server, started, tmp_path):
    config = tmp_path / "schedule.py"
    config.write_text(CRON)
    cron = started(Process([sys.executable, str(BIN / "rq"), "cron", "-u", redis_server.url, str(config)], tmp_path))
    found = one(web, "cron")
    assert (found["state"], found["pid"], found["config"]) == ("alive", cron.pid, str(config))
    cron.kill()
    for silence, state in ((100, "no signal"), (130, "lost")):
        redis.zadd("rq:cron_schedulers", {found["name"]: time.time() - silence})
        eventually(lambda wanted=state: one(web, "cron")["state"] == wanted, message=state)
    redis.delete(f"rq:cron_scheduler:{found['name']}")
    eventually(lambda: one(web, "cron")["host"] is None, message="its details have expired, its name is left")
    assert one(web, "cron")["state"] == "lost"


def test_the_recorder_is_alive_while_it_writes(web, redis, operations_process):
    assert board(web, "processes")["operations"]["state"] == "lost"
    process = operations_process()
    eventually(lambda: board(web, "processes")["operations"]["state"] == "alive", 15, "it records")
    process.kill()
    redis.hset(_keys.RECORDER, "heartbeat", int(time.time() * 1000) - 20_000)
    eventually(lambda: board(web, "processes")["operations"]["state"] == "lost", message="its heartbeat is old")


def test_what_rq_will_do_about_a_lost_worker_is_told_and_is_what_it_does(web, redis, worker_process):
    worker = worker_process("default")
    job = Queue(connection=redis).enqueue(fixture_jobs.wait_for_key, "never")
    eventually(lambda: job.get_status() == "started")
    worker.close()
    end = eventually(lambda: end_of(web, worker.name), message="it is lost")
    (ran,) = end["jobs"]
    assert (ran["id"], ran["queue"], ran["retries"], ran["listeners"]) == (job.id, "default", 0, 0)
    assert end["unserved"] == ["default"]
    now = time.time() * 1000
    assert 0 < ran["deadline"] - now <= 95_000, "30 s of a heartbeat and a minute"
    assert 0 < end["forgotten_at"] - now <= 500_000
    # Time passes, and the worker that is started does its maintenance.
    (run,) = redis.zrange("rq:wip:default", 0, -1)
    redis.zadd("rq:wip:default", {run: time.time() - 1})
    eventually(lambda: end_of(web, worker.name)["jobs"][0]["deadline"] < now, message="the deadline has passed")
    worker_process("default")
    eventually(lambda: status(redis, job) == "failed", message="maintenance has failed it")


def test_a_worker_that_rq_has_lost_from_its_list_is_found_by_its_channel(web, redis, worker_process):
    worker = worker_process("default", name="forgotten")
    eventually(lambda: board(web, "processes")["unlisted"] == [])
    redis.srem("rq:workers", "rq:worker:forgotten")
    eventually(lambda: board(web, "processes")["unlisted"] == [worker.name])


def test_who_skips_paused_queues_for_certain_is_told_by_name(web, worker_process):
    worker_process("default")
    exact = worker_process("default", options=("--queue-class", "jobs._pausable.PausableQueue"))
    assert eventually(lambda: board(web, "processes")["pausable"]) == [exact.name]


def test_among_too_many_channels_nobody_is_looked_for(redis, reader, monkeypatch):
    overview = Overview(as_of=0, totals=Totals(), queues={}, workers={}, running={}, figures={}, gathered=())
    with redis.pubsub() as channels:
        channels.subscribe("rq:pubsub:forgotten", "of-another-program")
        channels.get_message(timeout=1)
        assert processes.read(reader, overview, 0)["unlisted"] == ["forgotten"]
        monkeypatch.setattr(processes, "CHANNELS_MAX", 1)
        assert processes.read(reader, overview, 0)["unlisted"] is None


def test_a_user_who_may_not_ask_is_told_nothing_and_not_a_guess(redis_server, redis, web_server):
    redis.execute_command("ACL", "SETUSER", "narrow", "on", ">secret", "~rq:*", "&*", "+@read", "+@connection", "+time")
    url = f"unix://narrow:secret@{redis_server.path}"
    web = web_server(redis_server.url, env={"RQLIVE_READER_URL": url})
    told = board(web, "processes")
    assert told["unlisted"] is None
    seen = board(web, "redis")
    assert seen["refused"] == list(redis_info.SECTIONS)
    assert seen["memory"]["may_evict"] is None
    assert seen["replication"]["role"] is None
    assert seen["server"]["version"] is None


LIMITED = {"options": {"maxmemory": "64mb", "maxmemory-policy": "allkeys-lru"}}


@pytest.mark.parametrize(
    "own_redis_server", [LIMITED, LIMITED | {"kind": "redis"}], ids=["valkey", "redis"], indirect=True
)
def test_redis_tells_of_its_memory_and_of_what_it_does_when_full(own_redis_server):
    client = own_redis_server.connection()
    read = redis_info.read(client)
    assert read["refused"] == []
    assert read["memory"]["max"] == 64 * 1024 * 1024
    assert (read["memory"]["policy"], read["memory"]["may_evict"], read["memory"]["evicted"]) == (
        "allkeys-lru",
        True,
        0,
    )
    assert 0 < read["memory"]["used"] < read["memory"]["max"]
    assert read["server"]["version"].count(".") == 2
    assert read["clients"]["connected"] >= 1
    assert read["persistence"]["rdb_ok"] is True
    assert read["persistence"]["saved_at"] is None, "it has not saved since it started"
    client.config_set("maxmemory-policy", "noeviction")
    assert redis_info.read(client)["memory"]["may_evict"] is False
    client.config_set("maxmemory-policy", "allkeys-lru")
    client.config_set("maxmemory", 0)
    assert redis_info.read(client)["memory"]["may_evict"] is False, "without a limit nothing is evicted"


def test_a_failed_snapshot_is_told(own_redis_server):
    client = own_redis_server.connection()
    (own_redis_server.folder / "dump.rdb").mkdir()
    client.set("a", 1)
    client.execute_command("BGSAVE")
    eventually(lambda: redis_info.read(client)["persistence"]["rdb_ok"] is False, message="it could not be written")


@pytest.mark.parametrize("own_redis_server", [{"port": free_port()}], ids=["port"], indirect=True)
def test_a_replica_and_its_primary_tell_of_each_other(own_redis_server):
    primary, replica = own_redis_server.connection(), RedisServer()
    replica.start()
    try:
        client = replica.connection()
        client.execute_command("REPLICAOF", "127.0.0.1", own_redis_server.port)
        eventually(lambda: redis_info.read(client)["replication"]["link"] is True, 15, "the link is up")
        assert redis_info.read(client)["replication"]["role"] == "replica"
        told = eventually(lambda: (found := redis_info.read(primary)["replication"])["replicas"] and found)
        assert (told["role"], told["connected"]) == ("primary", 1)
        eventually(lambda: redis_info.read(primary)["replication"]["replicas"][0]["online"], 15, "it is online")
        own_redis_server.kill()
        eventually(lambda: redis_info.read(client)["replication"]["link"] is False, message="it is cut off")
    finally:
        replica.close()


def minute_of(redis, ago: int, **counts: int) -> None:
    """A minute as the recorder writes it; counts are of `default`."""
    minute = int(time.time() // 60) - ago
    fields = {ff.field(metric, "default"): n for metric, n in counts.items()}
    fields |= {ff.field(ff.COVERED, ""): 60_000, ff.field(ff.ARRIVALS_COVERED, ""): 60_000}
    redis.hset(_keys.figures(minute), mapping=fields)


def test_arrivals_and_completions_are_told_for_five_minutes_and_for_the_hour(redis, reader):
    now_ms = int(time.time() * 1000)
    redis.hset(_keys.RECORDER, mapping={"heartbeat": now_ms, "started_at": 1})
    minute_of(redis, 1, arrived=7, finished=3, failed=1, retried=1)
    minute_of(redis, 30, arrived=10, finished=10)
    minute_of(redis, 55, arrived=2, stopped=2, canceled=1)
    minute_of(redis, 70, arrived=100, finished=100)
    told = FlowReader().read(reader, now_ms)
    (queue,) = told["queues"]
    assert told["recording"] is True
    assert queue["recent"] == {"arrived": 7, "ended": 5, "failed": 2, "canceled": 0}
    assert queue["hour"] == {"arrived": 19, "ended": 17, "failed": 2, "canceled": 1}
    assert told["windows"]["hour"] == {"window_s": 3600, "covered_s": 180, "arrivals_s": 180}


def test_of_many_queues_the_busiest_are_told_and_the_rest_is_counted():
    counts = {ff.ARRIVED: {f"q{n}": n + 1 for n in range(QUEUES_MAX + 5)}}
    told = flow({10: Minute(covered_ms=60_000, arrivals_ms=60_000, counts=counts)}, 10 * 60_000)
    assert (len(told["queues"]), told["more"]) == (QUEUES_MAX, 5)
    assert told["queues"][0]["name"] == f"q{QUEUES_MAX + 4}"
