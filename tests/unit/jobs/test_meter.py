import pytest

from jobs._meter import WINDOW_CHANGES, Meter


def meter(*points: tuple[float, float]) -> Meter:
    (start, done), *rest = points
    measured = Meter(start, done)
    for now, value in rest:
        measured.add(now, value)
    return measured


def test_nothing_is_known_before_anything_is_done() -> None:
    assert meter((0, 0)).rate(5) is None
    assert meter((0, 0), (1, 0)).left(5, 10) is None


def test_speed_and_time_left_of_a_steady_stage() -> None:
    steady = meter(*((second, second * 4) for second in range(6)))
    assert steady.rate(5) == pytest.approx(4)
    assert steady.left(5, 40) == pytest.approx(5)


def test_time_left_counts_down_between_two_steps() -> None:
    steps = meter((0, 0), (10, 1), (20, 2))
    assert steps.left(20, 4) == pytest.approx(20)
    assert steps.left(25, 4) == pytest.approx(15)


def test_a_step_that_is_overdue_slows_it_down() -> None:
    steps = meter((0, 0), (10, 1), (20, 2))
    assert steps.rate(30) == pytest.approx(0.1)
    assert steps.rate(50) == pytest.approx(2 / 40)


def test_speed_is_that_of_the_last_seconds() -> None:
    slow_then_fast = meter(*[(second, second) for second in range(60)], *[(60 + s, 60 + s * 100) for s in range(30)])
    assert slow_then_fast.rate(89) == pytest.approx(100)


def test_slow_steps_are_measured_over_several() -> None:
    minutes = meter(*((minute * 60, minute) for minute in range(WINDOW_CHANGES + 3)))
    assert minutes.rate(60 * (WINDOW_CHANGES + 2)) == pytest.approx(1 / 60)


def test_falling_back_measures_anew() -> None:
    again = meter((0, 0), (1, 100), (2, 0), (3, 10))
    assert again.rate(3) == pytest.approx(10)


def test_left_is_never_below_zero_and_unknown_without_a_total() -> None:
    done = meter((0, 0), (1, 12))
    assert done.left(1, 10) == 0
    assert done.left(1, None) is None
