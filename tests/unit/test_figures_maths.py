"""From recorded minutes to what the Overview shows: every figure with its window, none of them made up."""

from dataclasses import dataclass

import pytest

from webapp import figure_fields as ff
from webapp.queries import figures_maths as maths
from webapp.queries.figures_maths import MINUTE_MS, Minute

NOON_MINUTE = 29_922_480
NOON = NOON_MINUTE * MINUTE_MS


@dataclass
class Queue:
    name: str
    queued: int = 0


@dataclass
class Worker:
    state: str
    queues: tuple[str, ...]


def minute(covered_s=60, arrivals_s=None, **counts):
    """One minute of the queue `default`."""
    found = Minute(covered_ms=covered_s * 1000, arrivals_ms=(covered_s if arrivals_s is None else arrivals_s) * 1000)
    found.counts = {metric: {"default": count} for metric, count in counts.items()}
    return found


def figures(minutes, second=30, recording=True, queues=(), workers=()):
    return maths.figures(minutes, NOON + second * 1000, recording, queues, workers)


def start_in(queue, queues, workers, minutes=None):
    found = maths.start_in(minutes or {}, NOON_MINUTE, queues, workers)
    return next((entry.seconds, entry.why) for entry in found if entry.queue == queue)


def test_a_rate_is_over_five_minutes_and_scaled_by_what_was_recorded_of_them():
    minutes = {NOON_MINUTE - back: minute(finished=10) for back in range(1, 10)}
    minutes[NOON_MINUTE] = minute(covered_s=30, finished=8)
    finished = figures(minutes).finished
    assert (finished.count, finished.covered_s, finished.window_s) == (48, 270, 300)
    assert finished.per_minute == pytest.approx(48 / 270 * 60, rel=0.05)


def test_a_rate_is_not_told_before_ten_seconds_are_recorded():
    assert figures({NOON_MINUTE: minute(covered_s=9, finished=3)}).finished.per_minute is None
    assert figures({}).finished.per_minute is None
    assert figures({NOON_MINUTE: minute(covered_s=10)}).finished.per_minute == 0


def test_arrivals_have_a_coverage_of_their_own():
    arrived = figures({NOON_MINUTE: minute(covered_s=40, arrivals_s=20, arrived=5)}).arrived
    assert (arrived.count, arrived.per_minute, arrived.covered_s) == (5, 15, 20)


def test_failures_are_runs_of_the_last_hour_and_those_that_run_again_are_named():
    minutes = {NOON_MINUTE - back: minute(finished=8, failed=1, retried=1) for back in range(70)}
    failed = figures(minutes).failed
    assert (failed.count, failed.of, failed.retried) == (120, 600, 60)
    assert (failed.window_s, failed.covered_s) == (3600, 3600)


def test_since_is_the_first_recorded_minute_of_the_last_hour():
    assert figures({}).since is None
    recorded = {NOON_MINUTE - 90: minute(), NOON_MINUTE - 7: minute(), NOON_MINUTE: minute()}
    assert figures(recorded).since == NOON - 7 * MINUTE_MS


def test_the_chart_ends_with_the_last_sixty_seconds_so_that_a_new_minute_draws_no_fall():
    minutes = {NOON_MINUTE - 1: minute(finished=60)}
    for covered in (0, 1, 15, 45, 59):
        series = figures(minutes | {NOON_MINUTE: minute(covered_s=covered, finished=covered)}).series
        assert series.finished[-1] == 60
        assert series.finished[-2] == 60


def test_the_charts_last_point_is_the_minutes_own_count_once_it_is_over():
    minutes = {NOON_MINUTE - 1: minute(finished=60), NOON_MINUTE: minute(finished=10)}
    assert figures(minutes).series.finished[-2:] == (60, 10)


def test_minutes_that_were_not_recorded_are_gaps_in_the_chart_and_not_zero():
    series = figures({NOON_MINUTE - 2: minute(finished=4), NOON_MINUTE - 1: minute(covered_s=5, finished=1)}).series
    assert series.finished[-3:] == (4, None, None)
    assert series.finished[:-3] == (None,) * 27
    assert series.failed[-3:] == (0, None, None)


def test_a_minute_that_was_recorded_in_part_is_scaled_to_a_whole_one():
    assert figures({NOON_MINUTE - 1: minute(covered_s=20, finished=10)}).series.finished[-2] == 30


def test_the_chart_goes_over_the_wire_with_the_time_of_its_first_minute():
    plain = figures({NOON_MINUTE: minute()}).as_json()["series"]
    assert plain["from"] == NOON - 29 * MINUTE_MS
    assert plain["step_s"] == 60
    assert len(plain["finished"]) == len(plain["failed"]) == 30


def test_a_job_starts_at_once_where_an_idle_worker_listens_and_nothing_is_before_it():
    assert start_in("default", [Queue("default")], [Worker("idle", ("default",))]) == (0, "idle worker")


def test_what_waits_in_a_queue_that_the_worker_serves_first_is_before_it():
    queues = [Queue("high", queued=5), Queue("low")]
    assert start_in("low", queues, [Worker("idle", ("high", "low"))])[1] != "idle worker"
    assert start_in("low", queues, [Worker("idle", ("low", "high"))]) == (0, "idle worker")


@pytest.mark.parametrize("state", ["lost", "no signal"])
def test_a_worker_that_is_not_heard_of_does_not_listen(state):
    assert start_in("default", [Queue("default")], [Worker(state, ("default",))]) == (None, "no worker")


def test_nothing_is_said_before_there_is_data():
    assert start_in("default", [Queue("default", 3)], [Worker("busy", ("default",))]) == (None, "unknown")


def test_a_waiting_queue_is_estimated_by_the_rate_at_which_its_jobs_start():
    minutes = {NOON_MINUTE - 1: minute(started=60), NOON_MINUTE - 2: minute(started=1)}
    found = start_in("default", [Queue("default", 29)], [Worker("busy", ("default",))], minutes)
    assert found == (30, "estimate"), "the last minute with enough starts, not the slow one before it"


def test_an_empty_queue_with_busy_workers_is_estimated_by_its_mean_run():
    recent = minute()
    recent.runs, recent.run_ms = {"default": 4}, {"default": 80_000}
    workers = [Worker("busy", ("default",)), Worker("busy", ("default",))]
    assert start_in("default", [Queue("default")], workers, {NOON_MINUTE: recent}) == (10, "estimate")


def test_default_comes_first_then_the_names():
    queues = [Queue("low"), Queue("high"), Queue("default")]
    assert [entry.queue for entry in maths.start_in({}, NOON_MINUTE, queues, [])] == ["default", "high", "low"]


def test_functions_of_short_runs_are_gathered_with_their_rate_and_median():
    busy = {("default", "pkg.mod.fast"): {5: 60, 10: 2}, ("default", "pkg.mod.slow"): {20_000: 60}}
    rare = {("default", "pkg.mod.rare"): {5: 2}}
    (entry,) = maths.gathered([busy, rare], 60_000, title=str.upper)
    assert (entry.func, entry.title, entry.queue) == ("pkg.mod.fast", "PKG.MOD.FAST", "default")
    assert entry.per_minute == 62
    assert 2 <= entry.median_ms <= 5


def test_at_most_twenty_functions_are_gathered_busiest_first():
    functions = {("default", f"f{number:02}"): {5: 100 + number} for number in range(50)}
    found = maths.gathered([functions], 60_000, title=str)
    assert [entry.func for entry in found] == [f"f{number:02}" for number in range(49, 29, -1)]


def test_no_figure_needs_more_than_what_was_recorded():
    empty = figures({}, recording=False).as_json()
    assert empty["recording"] is False
    assert empty["failed"] == {"count": 0, "of": 0, "retried": 0, "window_s": 3600, "covered_s": 0}
    assert set(empty["series"]["finished"]) == {None}
    assert ff.COVERED not in str(empty)
