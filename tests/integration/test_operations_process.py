"""`python -m webapp.operations` through bad luck: two of them, a killed one, a Redis that goes, missing rights."""

import os
import signal
import time

import pytest
import redis as redis_py
from redis.exceptions import NoPermissionError
from rq import Queue

from jobs import _keys
from tests import fixture_jobs
from tests.feed_mode import needs_notices, needs_tracking
from tests.figures import covered_ms, is_recording, recorded
from tests.support import eventually
from webapp import figure_fields as ff
from webapp.config import Config
from webapp.connections import Connections
from webapp.memory import Memory
from webapp.operations.lease import Lease
from webapp.operations.sweep import Sweeper

LEASE = _keys.lease("recorder")


def holder(redis):
    return redis.get(LEASE)


def pause(seconds):
    """Let time pass where it is the passing of time that is tested."""
    until = time.monotonic() + seconds
    eventually(lambda: time.monotonic() > until, timeout=seconds + 5)


def pid_of(owner):
    return int(owner.split(b":")[1])


@needs_notices
def test_two_processes_never_both_record(redis, operations_process, worker_process):
    processes = [operations_process(), operations_process()]
    eventually(lambda: is_recording(redis))
    for number in range(30):
        Queue(connection=redis).enqueue(fixture_jobs.add, number, 1)
    worker_process("default", burst=True)
    eventually(lambda: recorded(redis)[ff.FINISHED] >= 30)
    assert recorded(redis)[ff.FINISHED] == 30
    eventually(lambda: any("stands by" in process.output for process in processes))
    assert sum("Figures are recorded" in process.output for process in processes) == 1


@needs_notices
def test_another_process_takes_over_from_one_that_was_killed(redis, operations_process):
    first = operations_process()
    eventually(lambda: is_recording(redis))
    second = operations_process()
    eventually(lambda: "stands by" in second.output)
    first.kill()
    eventually(lambda: holder(redis) and pid_of(holder(redis)) == second.pid, timeout=12)
    eventually(lambda: "are recorded" in second.output)
    Queue(connection=redis).enqueue(fixture_jobs.nothing)
    eventually(lambda: recorded(redis)[ff.ARRIVED] == 1)


def test_another_process_takes_over_at_once_from_one_that_ended(redis, operations_process):
    first = operations_process()
    eventually(lambda: is_recording(redis))
    second = operations_process()
    eventually(lambda: "stands by" in second.output)
    assert first.stop() == 0
    eventually(lambda: holder(redis) and pid_of(holder(redis)) == second.pid, timeout=3)


@needs_notices
def test_a_process_that_stood_still_and_lost_its_lease_writes_nothing_more(redis, operations_process):
    first = operations_process()
    eventually(lambda: is_recording(redis))
    Queue(connection=redis).enqueue(fixture_jobs.nothing)
    eventually(lambda: recorded(redis)[ff.ARRIVED] == 1)
    first.signal(signal.SIGSTOP)
    redis.set(LEASE, "somebody else", px=60_000)
    for _ in range(5):
        Queue(connection=redis).enqueue(fixture_jobs.nothing)
    first.signal(signal.SIGCONT)
    eventually(lambda: "stands by" in first.output)
    assert recorded(redis)[ff.ARRIVED] == 1
    assert holder(redis) == b"somebody else"


def test_a_lease_is_released_and_renewed_by_its_owner_only(redis):
    mine, other = Lease(redis, "test", life_ms=500), Lease(redis, "test")
    assert mine.take()
    assert mine.take(), "taking again renews"
    assert not other.take()
    other.release()
    assert not other.take()
    eventually(other.take, timeout=2, message="it expires")
    mine.release()
    assert redis.get(mine.key) == other.owner.encode()


def test_it_starts_without_redis_and_records_when_redis_comes(own_redis_server, operations_process):
    own_redis_server.stop()
    process = operations_process(own_redis_server.url)
    eventually(lambda: "Redis is away" in process.output)
    own_redis_server.start()
    eventually(lambda: is_recording(own_redis_server.connection()))
    assert process.output.count("Redis is away") == 1
    assert "Traceback" not in process.output


@pytest.mark.parametrize("save", [True, False], ids=["with its data", "empty"])
@needs_notices
def test_it_records_again_after_redis_was_restarted(own_redis_server, operations_process, save):
    redis = own_redis_server.connection()
    process = operations_process(own_redis_server.url)
    eventually(lambda: is_recording(redis))
    own_redis_server.stop(save=save)
    eventually(lambda: "Redis is away" in process.output)
    own_redis_server.start()
    eventually(lambda: process.output.count("Figures are recorded") == 2)
    Queue(connection=redis).enqueue(fixture_jobs.nothing)
    eventually(lambda: recorded(redis)[ff.ARRIVED] == 1)
    assert process.output.count("Redis is away") == 1
    assert "Traceback" not in process.output


def test_the_time_in_which_redis_was_away_is_not_called_covered(own_redis_server, operations_process):
    redis = own_redis_server.connection()
    began = time.monotonic()
    process = operations_process(own_redis_server.url)
    eventually(lambda: is_recording(redis))
    Queue(connection=redis).enqueue(fixture_jobs.nothing)
    eventually(lambda: covered_ms(redis) > 0)
    own_redis_server.stop()
    pause(7)
    own_redis_server.start()
    eventually(lambda: process.output.count("Figures are recorded") == 2)
    covered = covered_ms(redis)
    eventually(lambda: covered_ms(redis) > covered, timeout=20)
    assert covered_ms(redis) < (time.monotonic() - began - 7) * 1000


def test_a_user_who_may_not_write_is_told_so_once_and_nothing_is_written(own_redis_server, operations_process):
    redis = own_redis_server.connection()
    redis.acl_setuser(
        "watcher", enabled=True, passwords=["+look"], commands=["+@all", "-@write"], keys=["*"], channels=["*"]
    )
    process = operations_process(f"unix://watcher:look@{own_redis_server.path}")
    eventually(lambda: "Figures are not recorded, since Redis refuses" in process.output)
    written = redis.info("stats")["total_commands_processed"]
    pause(3)
    assert redis.info("stats")["total_commands_processed"] - written <= 2, "it idles"
    assert process.output.count("Figures are not recorded") == 1
    assert "Traceback" not in process.output
    assert redis.keys() == []
    assert process.stop() == 0


#: As docs/operations.md gives it.
RECORDING_USER = (
    "%R~rq:* %RW~rq:live:* &rq:* +@read +@write +@connection +@scripting +@transaction +@pubsub -@dangerous "
    "+info +time +client|tracking"
)


@pytest.mark.parametrize("own_redis_server", [{}, {"kind": "redis"}], ids=["valkey", "redis"], indirect=True)
@needs_tracking
def test_a_user_who_may_write_nothing_but_our_keys_can_record(own_redis_server, operations_process):
    redis = own_redis_server.connection()
    redis.execute_command("ACL", "SETUSER", "recorder", "on", ">secret", *RECORDING_USER.split())
    process = operations_process(f"unix://recorder:secret@{own_redis_server.path}")
    eventually(lambda: redis.hget(_keys.RECORDER, "mode") == b"tracking", message=process.output)
    Queue(connection=redis).enqueue(fixture_jobs.nothing)
    eventually(lambda: recorded(redis)[ff.ARRIVED] == 1)
    assert process.output.strip().endswith(" INFO webapp.operations.recorder: Figures are recorded.")
    with own_redis_server.connection(username="recorder", password="secret") as user:
        with pytest.raises(NoPermissionError):
            user.delete("rq:queue:default")
        Sweeper(Connections(user, user, user.connection_pool, Memory(user)), Config(redis_url="unix://")).sweep()


def test_told_not_to_record_it_sends_nothing_and_stays(redis, operations_process):
    clients = redis.info("clients")["connected_clients"]
    process = operations_process(env={"RQLIVE_RECORD": "0"})
    eventually(lambda: "Figures are not recorded (RQLIVE_RECORD=0)" in process.output)
    assert redis.info("clients")["connected_clients"] == clients
    assert process.returncode is None
    process.signal(signal.SIGINT)
    assert process.wait(0.6) == 0
    # Apps of other tests in this process may still prove their feed.
    assert [key for key in redis.scan_iter() if not key.startswith(b"rq:live:probe:web-")] == []


def test_a_setting_that_cannot_be_used_is_named(operations_process):
    process = operations_process(env={"RQLIVE_FEED": "telepathy"})
    assert process.wait(10) == 2
    assert "RQLIVE_FEED=telepathy is unknown" in process.output


def test_it_ends_in_time_even_where_redis_hangs(own_redis_server, operations_process):
    process = operations_process(own_redis_server.url)
    eventually(lambda: is_recording(own_redis_server.connection()))
    os.kill(own_redis_server.pid, signal.SIGSTOP)
    try:
        pause(2.5)
        process.signal(signal.SIGTERM)
        assert process.wait(0.8) == 0
    finally:
        os.kill(own_redis_server.pid, signal.SIGCONT)


def test_idle_it_costs_redis_less_than_one_round_trip_a_second(own_redis_server, operations_process):
    redis: redis_py.Redis = own_redis_server.connection()
    operations_process(own_redis_server.url)
    eventually(lambda: is_recording(redis))
    eventually(lambda: redis.info("commandstats")["cmdstat_eval"]["calls"] >= 2)
    before, began = redis.info("stats")["total_reads_processed"], time.monotonic()
    pause(10)
    reads = redis.info("stats")["total_reads_processed"] - before - 1
    assert reads / (time.monotonic() - began) <= 0.8
