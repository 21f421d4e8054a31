"""One read for many askers."""

import threading

import pytest

from tests.support import eventually
from webapp.api.single_flight import KEPT_MAX, SingleFlight


def test_those_who_ask_meanwhile_and_shortly_after_share_one_read():
    flight, gate, reads = SingleFlight(60), threading.Event(), []

    def read():
        reads.append(1)
        gate.wait(5)
        return object()

    answers = []
    threads = [threading.Thread(target=lambda: answers.append(flight.get("k", read))) for _ in range(20)]
    for thread in threads:
        thread.start()
    eventually(lambda: reads)
    gate.set()
    for thread in threads:
        thread.join(5)
    answers.append(flight.get("k", read))
    assert len(reads) == 1
    assert len(answers) == 21
    assert len(set(map(id, answers))) == 1


def test_other_keys_do_not_wait():
    flight, gate = SingleFlight(60), threading.Event()
    thread = threading.Thread(target=flight.get, args=("slow", lambda: gate.wait(5)))
    thread.start()
    assert flight.get("quick", lambda: "now") == "now"
    gate.set()
    thread.join(5)


def test_an_answer_grows_old():
    flight, numbers = SingleFlight(0), iter(range(10))
    assert [flight.get("k", lambda: next(numbers)) for _ in range(3)] == [0, 1, 2]


def fail():
    raise RuntimeError("no")


def test_an_error_is_not_shared_and_leaves_nothing_behind():
    flight = SingleFlight(60)
    for number in range(50):
        with pytest.raises(RuntimeError):
            flight.get(number, fail)
    assert not flight._reading
    assert flight.get(7, lambda: "good") == "good"


def test_answers_do_not_pile_up():
    flight = SingleFlight(0)
    for number in range(KEPT_MAX * 5):
        flight.get(number, lambda: "x" * 100)
    assert len(flight._answers) <= KEPT_MAX
    assert len(flight._reading) <= KEPT_MAX
