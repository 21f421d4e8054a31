"""A crowd at the door: begun in order, a few milliseconds' worth at a time."""

import math
import socket
import time
from itertools import pairwise

import gevent
import gevent.socket
import pytest

from webapp.turns import SLICE, Turns

#: Seconds that one request takes of the hub.
COST = 0.002
#: Requests that are begun in two turns, between which others are served.
TWO_TURNS = 2 * math.ceil(SLICE / COST)


@pytest.fixture
def served() -> list[str]:
    return []


@pytest.fixture
def turns(served) -> Turns:
    def app(environ, start_response):
        until = time.perf_counter() + COST
        while time.perf_counter() < until:
            pass
        served.append(environ["PATH_INFO"])
        return [environ["PATH_INFO"].encode()]

    return Turns(app)


def crowd(turns: Turns, size: int) -> list[gevent.Greenlet]:
    return [gevent.spawn(turns, {"PATH_INFO": f"/{number}"}, None) for number in range(size)]


def test_a_crowd_is_answered_in_the_order_in_which_it_came(turns, served):
    answers = crowd(turns, 60)
    gevent.joinall(answers, timeout=10)
    assert served == [f"/{number}" for number in range(60)]
    assert [answer.value for answer in answers] == [[path.encode()] for path in served]


def test_the_hub_serves_others_in_between(turns, served):
    seen: list[int] = []

    def other() -> None:
        while len(served) < 60:
            seen.append(len(served))
            gevent.sleep(0)

    gevent.joinall([gevent.spawn(other), *crowd(turns, 60)], timeout=10)
    steps = [after - before for before, after in pairwise(seen)]
    assert max(steps) <= TWO_TURNS, "requests that were begun while somebody else was ready"


def test_sockets_that_are_ready_are_served_in_between(turns, served):
    """They are looked at once in a turn of gevent's loop, however many callbacks wait there."""
    ours, theirs = socket.socketpair()
    theirs.send(b"always ready")
    seen: list[int] = []

    def other() -> None:
        while len(served) < 60:
            seen.append(len(served))
            gevent.socket.wait_read(ours.fileno())

    with ours, theirs:
        gevent.joinall([gevent.spawn(other), *crowd(turns, 60)], timeout=10)
    steps = [after - before for before, after in pairwise(seen)]
    assert max(steps) <= TWO_TURNS, "requests that were begun while a socket was ready"


def test_a_health_check_does_not_stand_in_line(turns, served):
    waiting = crowd(turns, 60)
    gevent.sleep(0)
    gevent.joinall([gevent.spawn(turns, {"PATH_INFO": "/base/healthz"}, None), *waiting], timeout=10)
    assert served.index("/base/healthz") < 20


def test_who_gives_up_in_line_holds_up_nobody(turns, served):
    waiting = crowd(turns, 30)
    gevent.sleep(0)
    gone = waiting[10:20]
    gevent.killall(gone)
    gevent.joinall(waiting, timeout=10)
    assert len(served) == 30 - sum(1 for one in gone if isinstance(one.value, gevent.GreenletExit))
    assert len(served) <= 25


def test_a_request_alone_waits_for_nothing(turns):
    def alone(number: int) -> float:
        began = time.perf_counter()
        gevent.spawn(turns, {"PATH_INFO": f"/{number}"}, None).join(5)
        return time.perf_counter() - began

    # The quickest of ten: a busy machine takes its own time now and then, a wait would be there each time.
    assert min(map(alone, range(10))) < COST + SLICE
