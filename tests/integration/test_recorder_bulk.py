"""Many new jobs at once: each is counted as if it had been read, and hardly any is read before its turn comes."""

from collections import Counter

import pytest
from rq import Queue, Retry, SimpleWorker

from tests import fixture_jobs, raw_jobs
from webapp import figure_fields as ff
from webapp.operations.arrivals import AHEAD, BULK_MIN, STEP
from webapp.operations.looks import Looks

ADD = "tests.fixture_jobs.add"
GREETINGS = ("cmdstat_hello", "cmdstat_client", "cmdstat_ping", "cmdstat_info")


@pytest.fixture
def looks(redis) -> Looks:
    return Looks(redis)


def fill(redis, many: int, queue: str = "default", at_front: bool = False, **options) -> list[str]:
    """So many jobs in one pipeline."""
    jobs = [Queue.prepare_data(fixture_jobs.add, args=(1, 2), at_front=at_front, **options) for _ in range(many)]
    return [job.id for job in Queue(queue, connection=redis).enqueue_many(jobs)]


def counted(looks: Looks, ids: list[str]) -> Counter[tuple[str, str]]:
    """(queue, metric) -> count, of a look at these."""
    found: Counter[tuple[str, str]] = Counter()
    for seen in looks.look(ids, fresh_since=0):
        for metric, amount in seen.events:
            found[seen.queue, metric] += amount if metric not in (ff.WAIT, ff.RUN) else 1
    return found


def calls(redis) -> int:
    """How many commands were given, but for what a new connection says of itself, and this question."""
    stats = redis.info("commandstats")
    return sum(one["calls"] for name, one in stats.items() if not name.startswith(GREETINGS))


def test_thousands_of_new_jobs_are_counted_with_a_few_commands(redis, looks):
    ids = sorted(fill(redis, 3 * STEP))
    before = calls(redis)
    assert counted(looks, ids) == {("default", ff.ARRIVED): 3 * STEP}
    # Three for each that is read, and the end of the queue.
    assert calls(redis) - before <= 3 * (AHEAD + 1) + 6


def test_jobs_of_several_queues_that_come_mixed_are_counted_each_in_its_queue(redis, looks):
    ids = [*fill(redis, 3 * BULK_MIN, "a"), *fill(redis, 2 * BULK_MIN, "b"), *fill(redis, 7, "c")]
    assert counted(looks, sorted(ids)) == {
        ("a", ff.ARRIVED): 3 * BULK_MIN,
        ("b", ff.ARRIVED): 2 * BULK_MIN,
        ("c", ff.ARRIVED): 7,
    }


def test_what_waits_elsewhere_or_came_to_the_front_is_counted_as_ever(redis, looks):
    deferred = [raw_jobs.write(redis, status="deferred") for _ in range(BULK_MIN)]
    for job_id in deferred:
        redis.hdel(f"rq:job:{job_id}", "enqueued_at")
    first = fill(redis, BULK_MIN, at_front=True) + fill(redis, 2 * BULK_MIN)
    assert counted(looks, [*deferred, *first]) == {("default", ff.ARRIVED): 3 * BULK_MIN}


def test_their_runs_are_counted_once_with_their_times_and_nothing_arrives_twice(redis, looks):
    ids = fill(redis, 2 * BULK_MIN)
    counted(looks, ids)
    worker = SimpleWorker(["default"], connection=redis)
    found: Counter[tuple[str, str]] = Counter()
    # More at a time than are read ahead, and the rest.
    for start, end in ((0, AHEAD + 30), (AHEAD + 30, 2 * BULK_MIN)):
        worker.work(burst=True, max_jobs=end - start, logging_level="ERROR")
        found += counted(looks, ids[start:end])
    many = 2 * BULK_MIN
    metrics = (ff.STARTED, ff.FINISHED, ff.WAIT, ff.RUN)
    assert found == {("default", metric): many for metric in metrics}


def test_those_whose_turn_comes_are_read_before_so_that_each_retry_is_counted(redis, looks):
    jobs = [Queue.prepare_data(fixture_jobs.div_by_zero, retry=Retry(max=2)) for _ in range(BULK_MIN)]
    ids = [job.id for job in Queue(connection=redis).enqueue_many(jobs)]
    counted(looks, ids)
    SimpleWorker(["default"], connection=redis).work(burst=True, logging_level="CRITICAL")
    # Three runs of each between two looks.
    assert counted(looks, ids[:AHEAD])["default", ff.RETRIED] == 2 * AHEAD


def test_what_is_deleted_as_it_finishes_is_known_by_its_function_since_it_was_read_before_its_turn(redis, looks):
    ids = fill(redis, 3 * BULK_MIN, result_ttl=0)
    counted(looks, ids)
    worker = SimpleWorker(["default"], connection=redis)
    for start in range(0, 2 * BULK_MIN, AHEAD // 2):
        worker.work(burst=True, max_jobs=AHEAD // 2, logging_level="ERROR")
        seen = list(looks.look(ids[start : start + AHEAD // 2], fresh_since=0))
        assert [(one.vanished, one.queue, one.function) for one in seen] == [(True, "default", ADD)] * (AHEAD // 2)


def test_what_is_forgotten_for_lack_of_room_is_not_read_ahead_and_counted_again(redis):
    looks = Looks(redis, remembered=AHEAD * 2)
    ids = fill(redis, 2 * BULK_MIN)
    assert counted(looks, ids)["default", ff.ARRIVED] == 2 * BULK_MIN
    redis.hset(f"rq:job:{ids[-1]}", "live_progress", "x")
    assert counted(looks, [ids[-1]]) == {}
