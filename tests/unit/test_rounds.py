"""A round calls on each socket once, in order, and lets others have their turn."""

import time

import gevent

from webapp.live.rounds import SLICE, Rounds


def ended(rounds: Rounds) -> None:
    """Returns when the round is over."""
    with gevent.Timeout(5):
        while rounds._under_way:
            gevent.sleep(0.001)


def test_each_is_called_on_once_however_often_it_was_named():
    rounds, called = Rounds(), []
    first, second = (lambda: called.append("first")), (lambda: called.append("second"))
    for deliver in (first, second, first, first):
        rounds.call_on(deliver)
    assert called == [], "what one look tells is one frame: nobody is called on before it is over"
    ended(rounds)
    assert called == ["first", "second"]


def test_who_is_named_during_a_round_is_called_on_in_the_next():
    rounds, called = Rounds(), []

    def again() -> None:
        called.append("again")
        if len(called) < 3:
            rounds.call_on(again)

    rounds.call_on(again)
    ended(rounds)
    assert called == ["again"] * 3


def test_others_have_their_turn_while_a_round_is_long():
    rounds, beats, seen = Rounds(), [], []

    def beat() -> None:
        while rounds._under_way:
            beats.append(1)
            gevent.sleep(0)

    def busy() -> None:
        end = time.perf_counter() + SLICE
        while time.perf_counter() < end:
            pass
        seen.append(len(beats))

    for number in range(10):
        rounds.call_on(lambda number=number: busy())
    beating = gevent.spawn(beat)
    ended(rounds)
    beating.join(5)
    assert seen == sorted(seen)
    assert len({*seen}) >= 8, "somebody else runs between two slices"
