"""How counts are spelt in hash fields, and what histograms tell."""

import pytest

from webapp import figure_fields as ff


@pytest.mark.parametrize(
    ("duration_ms", "metric"),
    [
        (0, "run:1"),
        (1, "run:1"),
        (2, "run:2"),
        (3, "run:5"),
        (50, "run:50"),
        (51, "run:100"),
        (86_400_000, "run:86400000"),
        (86_400_001, "run:inf"),
    ],
)
def test_a_duration_is_counted_under_the_first_bound_that_it_does_not_exceed(duration_ms, metric):
    assert ff.bucket(ff.RUN, duration_ms) == metric


def test_buckets_are_steps_of_1_2_5_from_a_millisecond_to_a_day():
    assert ff.BOUNDS_MS[:7] == (1, 2, 5, 10, 20, 50, 100)
    assert ff.BOUNDS_MS[-1] == 24 * 3600 * 1000
    assert list(ff.BOUNDS_MS) == sorted(set(ff.BOUNDS_MS))


def test_a_name_cannot_pass_for_two_parts():
    assert ff.split(ff.field("finished", "a\x1fb", "f").encode()) == ["finished", "a b", "f"]


def test_a_long_name_is_cut():
    assert len(ff.field("finished", "q" * 10_000)) == len("finished") + 1 + ff.NAME_CHARS


def test_the_bound_is_read_back_from_the_metric_of_its_own_histogram_only():
    assert ff.bound_of("run:50", ff.RUN) == 50
    assert ff.bound_of("run:inf", ff.RUN) == float("inf")
    assert ff.bound_of("wait:50", ff.RUN) is None
    assert ff.bound_of("run_ms", ff.RUN) is None
    assert ff.bound_of("run:x", ff.RUN) is None


def test_the_median_lies_in_the_bucket_of_the_middle_run():
    assert 20 < ff.quantile({10: 4, 50: 10, 1000: 4}, 0.5) <= 50


def test_a_histogram_without_runs_has_no_median():
    assert ff.quantile({}, 0.5) is None
    assert ff.quantile({50: 0}, 0.5) is None


def test_the_median_of_runs_beyond_a_day_is_a_day():
    assert ff.quantile({float("inf"): 3}, 0.5) == 86_400_000


def test_histograms_of_several_minutes_add_up():
    assert ff.merged([{1: 2, 5: 1}, {5: 3}]) == {1: 2, 5: 4}
