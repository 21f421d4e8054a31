"""The recorder beside real workers: each run counted once, however RQ hides it."""

import os
import signal

import pytest
from rq import Queue, Repeat, Retry
from rq.command import send_stop_job_command
from rq.job import Job

from jobs import _keys
from tests import fixture_jobs
from tests.feed_mode import needs_notices, needs_tracking
from tests.figures import covered_ms, is_recording, recorded, shown
from tests.support import eventually
from webapp import figure_fields as ff
from webapp.live.feed.prefixes import JOBS
from webapp.operations.tenure import FLUSH_INTERVAL

pytestmark = needs_notices


@pytest.fixture
def operations(operations_process, redis):
    """A recorder at work."""

    def start(**settings):
        process = operations_process(env=settings)
        eventually(lambda: is_recording(redis), message="a recorder is at work")
        return process

    return start


@pytest.fixture
def queue(redis):
    return Queue(connection=redis)


def feed_connection(redis):
    """Id of the recorder's tracking connection."""
    return next((client["id"] for client in redis.client_list(_type="pubsub") if "B" in client["flags"]), None)


def counts(redis, *metrics, **where):
    found = recorded(redis, **where)
    return tuple(found[metric] for metric in metrics)


def test_while_nothing_changes_it_writes_seldom_and_once_something_does_at_its_old_pace(redis, queue, operations):
    operations()

    def unwritten():
        """Seconds since the last write, which renews the life of what tells of the recorder."""
        return _keys.RECORDER_TTL - redis.pttl(_keys.RECORDER) / 1000

    eventually(lambda: unwritten() > FLUSH_INTERVAL + 0.5, 15, "nothing changes: the next write takes three seconds")
    # Just written, so that the next would be as far away.
    eventually(lambda: unwritten() < 0.3)
    queue.enqueue(fixture_jobs.add, 1, 1)
    began = redis.time()
    eventually(lambda: counts(redis, ff.ARRIVED) == (1,))
    assert redis.time()[0] - began[0] <= FLUSH_INTERVAL + 1


@needs_tracking
def test_it_hears_of_jobs_and_not_of_the_queues_and_registries_that_they_move_through(
    own_redis_server, operations_process
):
    """What is tracked is counted for the whole server, so that nobody else may listen there."""
    operations_process(own_redis_server.url)
    redis = own_redis_server.connection()
    eventually(lambda: redis.info("stats")["tracking_total_prefixes"] == len(JOBS.tracked) == 3)


def test_runs_are_counted_by_queue_and_function_with_their_times(redis, queue, operations, worker_process):
    operations()
    for number in range(20):
        queue.enqueue(fixture_jobs.add, number, 1)
    queue.enqueue(fixture_jobs.div_by_zero)
    worker_process("default", burst=True)
    eventually(lambda: counts(redis, ff.ARRIVED, ff.STARTED, ff.FINISHED, ff.FAILED) == (21, 21, 20, 1))
    runs = recorded(redis)
    assert sum(count for metric, count in runs.items() if metric.startswith("run:")) == 21
    assert sum(count for metric, count in runs.items() if metric.startswith("wait:")) == 21
    assert recorded(redis, function="tests.fixture_jobs.add")[ff.FINISHED] == 20
    assert recorded(redis, function="tests.fixture_jobs.div_by_zero")[ff.FAILED] == 1
    keys = list(redis.scan_iter(f"{_keys.PREFIX}f*"))
    assert all(0 < redis.ttl(key) <= _keys.FIGURES_TTL for key in keys)


def test_retries_and_repeats_are_counted_run_by_run(redis, queue, operations, worker_process):
    operations()
    queue.enqueue(fixture_jobs.div_by_zero, retry=Retry(max=3))
    queue.enqueue(fixture_jobs.add, 1, 2, repeat=Repeat(times=3))
    # Runs before a job was looked at for the first time are not all known, see "What cannot be seen" in the manual.
    eventually(lambda: counts(redis, ff.ARRIVED) == (2,))
    worker_process("default", burst=True)
    eventually(lambda: counts(redis, ff.RETRIED, ff.FAILED, ff.FINISHED, ff.STARTED) == (3, 1, 4, 8))


def test_jobs_that_are_deleted_as_they_finish_are_counted_by_what_their_worker_says(
    redis, queue, operations, worker_process
):
    operations()
    worker_process("default")
    for _ in range(10):
        queue.enqueue(fixture_jobs.nothing, result_ttl=0)
    eventually(lambda: counts(redis, ff.ARRIVED, ff.STARTED, ff.FINISHED) == (10, 10, 10), timeout=15)
    queue.enqueue(fixture_jobs.add, 1, 2)
    eventually(lambda: recorded(redis)[ff.FINISHED] == 11)


def test_jobs_that_a_user_deletes_are_not_counted_as_runs(redis, queue, operations, worker_process):
    operations()
    worker_process("default")
    other = Queue("nobody-listens", connection=redis)
    for number in range(3):
        for _ in range(5):
            other.enqueue(fixture_jobs.nothing).delete()
        queue.enqueue(fixture_jobs.add, number, 2)
        eventually(lambda runs=number + 1: counts(redis, ff.FINISHED, ff.STARTED) == (runs, runs))


def test_a_stopped_and_a_canceled_job_are_counted_as_what_they_are(redis, queue, operations, worker_process):
    operations()
    job = queue.enqueue(fixture_jobs.sleep_for, 30)
    queue.enqueue(fixture_jobs.nothing).cancel()
    worker_process("default")
    eventually(lambda: job.get_status() == "started")
    send_stop_job_command(redis, job.id)
    eventually(lambda: counts(redis, ff.STOPPED, ff.CANCELED, ff.FAILED, ff.STARTED) == (1, 1, 0, 1))


def test_jobs_that_ended_before_it_began_are_not_counted(redis, queue, operations, worker_process):
    done = [queue.enqueue(fixture_jobs.nothing) for _ in range(3)]
    worker_process("default", burst=True)
    operations()
    for job in done:
        job.meta["seen"] = True
        job.save_meta()
    queue.enqueue(fixture_jobs.add, 1, 2)
    eventually(lambda: recorded(redis)[ff.ARRIVED] == 1)
    assert counts(redis, ff.FINISHED, ff.STARTED) == (0, 0)


def test_a_large_payload_is_not_fetched_and_its_function_is_known_all_the_same(
    redis, queue, operations, worker_process
):
    operations()
    fetched = redis.info("stats")["total_net_output_bytes"]
    job = queue.enqueue(fixture_jobs.say_hello, os.urandom(3_000_000).hex())
    eventually(lambda: recorded(redis)[ff.ARRIVED] == 1)
    assert redis.info("stats")["total_net_output_bytes"] - fetched < 1_000_000
    job.delete()
    queue.enqueue(fixture_jobs.say_hello, "x" * 200_000, result_ttl=500)
    worker_process("default", burst=True)
    eventually(lambda: recorded(redis, function="tests.fixture_jobs.say_hello")[ff.FINISHED] == 1)


@pytest.mark.parametrize("own_redis_server", [{"options": {"notify-keyspace-events": "KEA"}}], indirect=True)
def test_runs_are_counted_by_keyspace_notices(own_redis_server, operations_process, worker_process):
    redis = own_redis_server.connection()
    operations_process(own_redis_server.url, {"RQLIVE_FEED": "keyspace"})
    eventually(lambda: redis.hget(_keys.RECORDER, "mode") == b"keyspace")
    for number in range(12):
        Queue(connection=redis).enqueue(fixture_jobs.add, number, 1)
    worker_process("default", burst=True, url=own_redis_server.url)
    eventually(lambda: counts(redis, ff.ARRIVED, ff.FINISHED) == (12, 12))


def test_without_notices_runs_are_counted_by_what_the_workers_say(redis, queue, operations, worker_process):
    operations(RQLIVE_FEED="sampling")
    worker_process("default")
    for number in range(12):
        queue.enqueue(fixture_jobs.add, number, 1)
    queue.enqueue(fixture_jobs.div_by_zero)
    eventually(lambda: counts(redis, ff.FINISHED, ff.FAILED) == (12, 1), timeout=20)
    assert covered_ms(redis, ff.ARRIVALS_COVERED) <= 2_500, "of arrivals nobody tells"
    assert shown(redis)[0]["arrived"]["per_minute"] is None


@needs_tracking
def test_runs_while_the_feed_was_cut_off_are_counted(redis, queue, operations, worker_process):
    operations()
    worker = worker_process("default")
    for number in range(60):
        queue.enqueue(fixture_jobs.add, number, 1)
        if number % 20 == 10:
            redis.client_kill_filter(_id=eventually(lambda: feed_connection(redis)))
    worker.wait_idle()
    eventually(lambda: recorded(redis)[ff.FINISHED] >= 60)
    assert recorded(redis)[ff.FINISHED] <= 62, "some that were under way may count twice"


def test_the_figures_tell_of_what_was_recorded(redis, queue, operations, worker_process):
    operations()
    for number in range(30):
        queue.enqueue(fixture_jobs.add, number, 1)
    worker_process("default", burst=True)
    eventually(lambda: shown(redis)[0]["finished"]["count"] == 30, timeout=20)
    figures, gathered = shown(redis)
    assert figures["recording"] is True
    assert figures["failed"]["of"] == 30
    assert sum(count or 0 for count in figures["series"]["finished"]) >= 0
    (entry,) = gathered
    assert entry["func"] == "tests.fixture_jobs.add"
    assert entry["median_ms"] < 1000


def test_it_ends_within_half_a_second_and_signs_off(redis, operations):
    process = operations()
    process.signal(signal.SIGTERM)
    assert process.wait(0.6) == 0
    assert not redis.exists(_keys.RECORDER, _keys.lease("recorder"))
    assert shown(redis)[0]["recording"] is False
    assert "Traceback" not in process.output


def test_it_never_unpickles_what_a_job_holds(redis, queue, operations, tmp_path):
    operations()
    trap = tmp_path / "sprung"
    job = Job.create(fixture_jobs.nothing, connection=redis, origin="default")
    job.save()
    payload = b"cos\nsystem\n(S'touch %s'\ntR." % str(trap).encode()
    redis.hset(job.key, mapping={"data": payload, "meta": payload, "status": "queued", "description": "a.b()"})
    redis.hset(job.key, "enqueued_at", job.created_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
    eventually(lambda: recorded(redis)[ff.ARRIVED] == 1)
    assert not trap.exists()
