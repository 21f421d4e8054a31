"""What two looks at a job's hash tell: every case that rq 3.0 writes, from fields alone."""

from webapp import figure_fields as ff
from webapp.operations.runs import FIELDS, Known, Sight, judge

SECOND = 1000
NOON = 1_795_348_800_000  # 2026-11-22T12:00:00Z


def at(seconds: float) -> bytes:
    whole, part = divmod(round(seconds * 1000), 1000)
    return f"2026-11-22T12:{whole // 60:02}:{whole % 60:02}.{part:03}000Z".encode()


def sight(status: str, **fields: object) -> Sight:
    values = {"status": status.encode(), "origin": b"default", "created_at": at(0)}
    values |= {name: value if isinstance(value, bytes) else str(value).encode() for name, value in fields.items()}
    found = Sight.of([values.get(name) for name in FIELDS])
    assert found is not None
    return found


def story(*sights: Sight, known: bool = True, fresh_since: int = NOON) -> dict[str, int]:
    """What is counted over several looks at one job; durations under their metric, summed."""
    before, counted = None, {}
    if not known:
        fresh_since = NOON + 3600 * SECOND
    for found in sights:
        events, before = judge(before, Known(found, "default", "f"), fresh_since)
        for metric, amount in events:
            counted[metric] = counted.get(metric, 0) + amount
    return counted


def test_a_run_is_counted_once_from_arrival_to_end_with_its_times():
    queued = sight("queued", enqueued_at=at(1))
    started = sight("started", enqueued_at=at(1), started_at=at(3))
    finished = sight("finished", enqueued_at=at(1), started_at=at(3), ended_at=at(3.5))
    expected = {ff.ARRIVED: 1, ff.STARTED: 1, ff.WAIT: 2000, ff.FINISHED: 1, ff.RUN: 500}
    assert story(queued, started, finished) == expected
    assert story(queued, queued, started, started, finished, finished) == expected
    assert story(finished) == expected, "all of it may pass between two looks"


def test_a_failed_run_is_counted_as_failed():
    queued = sight("queued", enqueued_at=at(1))
    failed = sight("failed", enqueued_at=at(1), started_at=at(3), ended_at=at(4))
    assert story(queued, failed) == {ff.ARRIVED: 1, ff.STARTED: 1, ff.WAIT: 2000, ff.FAILED: 1, ff.RUN: 1000}


def test_a_job_that_ended_before_recording_began_is_not_counted():
    finished = sight("finished", enqueued_at=at(1), started_at=at(3), ended_at=at(4))
    failed = sight("failed", enqueued_at=at(1), started_at=at(3), ended_at=at(4))
    assert story(finished, known=False) == {}
    assert story(failed, known=False) == {}


def test_a_run_that_began_before_recording_is_counted_at_its_end_and_not_as_started():
    started = sight("started", enqueued_at=at(1), started_at=at(3))
    finished = sight("finished", enqueued_at=at(1), started_at=at(3), ended_at=at(9))
    assert story(started, finished, fresh_since=NOON + 5 * SECOND) == {ff.FINISHED: 1, ff.RUN: 6000}
    assert story(finished, fresh_since=NOON + 5 * SECOND) == {ff.FINISHED: 1, ff.RUN: 6000}


def test_a_retry_is_counted_as_a_failed_run_though_the_status_never_says_so():
    queued = sight("queued", enqueued_at=at(1), retries_left=3)
    again = sight("queued", enqueued_at=at(4), started_at=at(2), ended_at=at(4), retries_left=2)
    started = sight("started", enqueued_at=at(4), started_at=at(5), ended_at=at(4), retries_left=2)
    finished = sight("finished", enqueued_at=at(4), started_at=at(5), ended_at=at(6), retries_left=2)
    assert story(queued, again, started, finished) == {
        ff.ARRIVED: 2,
        ff.STARTED: 2,
        ff.WAIT: 1000,
        ff.RETRIED: 1,
        ff.FINISHED: 1,
        ff.RUN: 3000,
    }


def test_retries_that_pass_between_two_looks_are_all_counted():
    queued = sight("queued", enqueued_at=at(1), retries_left=3)
    failed = sight("failed", enqueued_at=at(1.2), started_at=at(1.3), ended_at=at(1.4), retries_left=0)
    counted = story(queued, failed)
    assert (counted[ff.RETRIED], counted[ff.FAILED], counted[ff.STARTED]) == (3, 1, 4)
    assert counted[ff.RUN] == 100, "only the last run's times are left"


def test_a_retry_later_is_counted_when_its_counter_falls_not_when_it_is_scheduled():
    started = sight("started", enqueued_at=at(1), started_at=at(2), retries_left=1)
    first = sight("scheduled", enqueued_at=at(1), started_at=at(2), retries_left=1)
    scheduled = sight("scheduled", enqueued_at=at(1), started_at=at(2), ended_at=at(3), retries_left=0)
    counted = story(started, first, scheduled)
    assert (counted[ff.RETRIED], counted[ff.STARTED], counted[ff.RUN]) == (1, 1, 1000)


def test_a_returned_retry_is_counted_by_its_own_counter():
    started = sight("started", enqueued_at=at(1), started_at=at(2))
    again = sight("queued", enqueued_at=at(3), started_at=at(2), ended_at=at(3), number_of_retries=1)
    assert story(started, again)[ff.RETRIED] == 1


def test_repeats_are_counted_though_finished_is_never_seen_between():
    queued = sight("queued", enqueued_at=at(1), repeats_left=2)
    second = sight("queued", enqueued_at=at(2), started_at=at(1.5), ended_at=at(2), repeats_left=1)
    last = sight("finished", enqueued_at=at(3), started_at=at(3.5), ended_at=at(4), repeats_left=0)
    counted = story(queued, second, last)
    assert (counted[ff.FINISHED], counted[ff.STARTED]) == (3, 3)
    assert ff.RETRIED not in counted


def test_a_first_look_after_a_repeat_or_a_retry_tells_which_it_was():
    times = {"enqueued_at": at(2), "started_at": at(1), "ended_at": at(2)}
    assert story(sight("queued", repeats_left=4, **times))[ff.FINISHED] == 1
    assert story(sight("queued", retries_left=4, **times))[ff.RETRIED] == 1
    assert ff.RETRIED not in story(sight("queued", **times))


def test_a_stopped_job_is_counted_without_an_end_time_and_its_start_only_once():
    started = sight("started", enqueued_at=at(1), started_at=at(2))
    # The worker saves its own copy of the start, a few milliseconds off.
    stopped = sight("stopped", enqueued_at=at(1), started_at=at(1.998))
    assert story(started, stopped, stopped) == {ff.ARRIVED: 1, ff.STARTED: 1, ff.WAIT: 1000, ff.STOPPED: 1}


def test_a_canceled_job_is_counted_once():
    queued = sight("queued", enqueued_at=at(1))
    canceled = sight("canceled", enqueued_at=at(1))
    assert story(queued, canceled, canceled) == {ff.ARRIVED: 1, ff.CANCELED: 1}


def test_a_job_canceled_while_it_runs_counts_as_canceled_and_as_what_it_ends_as():
    started = sight("started", enqueued_at=at(1), started_at=at(2))
    canceled = sight("canceled", enqueued_at=at(1), started_at=at(2))
    finished = sight("finished", enqueued_at=at(1), started_at=at(2), ended_at=at(3))
    counted = story(started, canceled, finished)
    assert (counted[ff.CANCELED], counted[ff.STARTED], counted[ff.FINISHED], counted[ff.RUN]) == (1, 1, 1, 1000)


def test_a_job_that_rq_gave_up_is_failed_without_an_end_time():
    started = sight("started", enqueued_at=at(1), started_at=at(2))
    abandoned = sight("failed", enqueued_at=at(1), started_at=at(2))
    counted = story(started, abandoned, abandoned)
    assert (counted[ff.FAILED], counted[ff.STARTED]) == (1, 1)
    assert ff.RUN not in counted


def test_a_job_that_failed_on_its_way_to_a_worker_did_not_start():
    queued = sight("queued", enqueued_at=at(1))
    assert story(queued, sight("failed", enqueued_at=at(1))) == {ff.ARRIVED: 1, ff.FAILED: 1}


def test_a_requeued_job_arrives_and_runs_anew():
    failed = sight("failed", enqueued_at=at(1), started_at=at(2), ended_at=at(3))
    queued = sight("queued", enqueued_at=at(10))
    finished = sight("finished", enqueued_at=at(10), started_at=at(11), ended_at=at(12))
    counted = story(failed, queued, finished)
    assert (counted[ff.ARRIVED], counted[ff.STARTED], counted[ff.FAILED], counted[ff.FINISHED]) == (2, 2, 1, 1)


def test_a_job_that_ended_before_recording_and_is_requeued_counts_from_then_on():
    failed = sight("failed", enqueued_at=at(1), started_at=at(2), ended_at=at(3))
    queued = sight("queued", enqueued_at=at(10))
    finished = sight("finished", enqueued_at=at(10), started_at=at(11), ended_at=at(12))
    counted = story(failed, queued, finished, fresh_since=NOON + 9 * SECOND)
    assert (counted[ff.ARRIVED], counted[ff.STARTED], counted[ff.FINISHED]) == (1, 1, 1)
    assert ff.FAILED not in counted


def test_a_job_that_waits_for_others_arrives_when_it_is_put_on_its_queue():
    deferred = sight("deferred")
    assert story(deferred) == {}
    assert story(deferred, sight("ready_to_enqueue"), sight("queued", enqueued_at=at(5))) == {ff.ARRIVED: 1}


def test_progress_and_heartbeats_count_nothing():
    started = sight("started", enqueued_at=at(1), started_at=at(2))
    assert story(started, started, started) == {ff.ARRIVED: 1, ff.STARTED: 1, ff.WAIT: 1000}


def test_a_producer_whose_clock_is_slow_is_still_heard():
    assert story(sight("queued", enqueued_at=at(1)), known=False) == {ff.ARRIVED: 1}


def test_fields_that_are_no_times_or_numbers_count_what_can_be_counted():
    odd = sight("finished", enqueued_at=b"soon", started_at=b"\xff", ended_at=at(3), retries_left=b"many")
    assert story(sight("queued", enqueued_at=b"soon", retries_left=b"3"), odd)[ff.FINISHED] == 1


def test_a_hash_without_any_of_the_fields_is_no_sight():
    assert Sight.of([None] * len(FIELDS)) is None
