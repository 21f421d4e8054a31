"""How often is looked, and how long hints may wait unread: at once when it is quiet, in bundles under steady change."""

import pytest

from webapp.live import pace
from webapp.live.pace import DOZE_MAX, EARLY, LOOK_GAP, LOOKS_AT_ONCE, LOOKS_PER_SECOND, Pace


class Clock:
    """Stands still unless it is told to go on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(pace, "time", clock)
    return clock


def worn_out(clock: Clock) -> tuple[Pace, float]:
    """A pace under steady change, that has just begun its rest; and that rest, seconds."""
    tired = Pace()
    for _ in range(LOOKS_AT_ONCE + 1):
        tired.begin()
        rest = tired.rest_after(0.002)
    return tired, rest


def test_the_first_looks_follow_each_other_at_once_and_the_average_is_kept(clock):
    steady, rests = Pace(), []
    for _ in range(100):
        steady.begin()
        rests.append(steady.rest_after(0.002))
        clock.now += rests[-1]
    assert rests[: LOOKS_AT_ONCE - 1] == [LOOK_GAP] * (LOOKS_AT_ONCE - 1)
    assert sum(rests) == pytest.approx((100 - LOOKS_AT_ONCE) / LOOKS_PER_SECOND, rel=0.03)


def test_the_rest_is_no_shorter_than_an_eased_off_dashboard_takes(clock):
    eased = Pace()
    eased.begin()
    assert eased.rest_after(0.002, least=2.0) == 2.0


def test_while_it_is_quiet_a_hint_is_read_at_once(clock):
    quiet, rest = worn_out(clock)
    clock.now += rest
    assert quiet.doze() == 0.0
    assert Pace().doze() == 0.0


def test_hints_wait_until_just_before_the_next_look(clock):
    tired, rest = worn_out(clock)
    assert tired.doze() == pytest.approx(rest - EARLY)
    clock.now += rest - EARLY
    assert tired.doze() == 0.0


def test_during_a_look_hints_wait_no_longer_than_until_the_soonest_next_one(clock):
    looking = Pace()
    looking.begin()
    assert looking.doze() == LOOK_GAP


def test_the_feed_is_never_left_unread_for_long(clock):
    asleep, eased = Pace(), Pace()
    asleep.sleep()
    eased.begin()
    eased.rest_after(0.002, least=2.0)
    assert asleep.doze() == eased.doze() == DOZE_MAX
