import threading
from itertools import count

import pytest

from jobs._thumb_pool import AHEAD, Memory, in_order
from tests.support import eventually


def test_results_come_in_the_order_of_the_items() -> None:
    gates = [threading.Event() for _ in range(4)]

    def work(number: int) -> int:
        gates[number].wait(10)
        if number:
            gates[number - 1].set()
        return number * number

    gates[3].set()
    assert list(in_order(work, range(4), threads=4)) == [0, 1, 4, 9]
    assert list(in_order(work, [], threads=4)) == []


def test_no_more_items_are_taken_than_there_is_room_for() -> None:
    taken = count(1)
    highest = 0

    def items():
        nonlocal highest
        for _ in range(100):
            highest = next(taken)
            yield highest

    results = in_order(lambda item: item, items(), threads=2)
    assert next(results) == 1
    assert highest == AHEAD * 2 + 1
    assert list(results) == list(range(2, 101))


def test_as_many_work_at_once_as_there_are_threads() -> None:
    together = threading.Barrier(3, timeout=10)
    assert len(list(in_order(lambda _: together.wait(), range(6), threads=3))) == 6


def test_what_fails_is_raised_and_nothing_more_is_begun() -> None:
    begun = []
    gate = threading.Event()

    def work(number: int) -> None:
        begun.append(number)
        if number == 0:
            raise ZeroDivisionError
        gate.wait(10)

    results = in_order(work, range(100), threads=1)
    threading.Timer(0.05, gate.set).start()
    with pytest.raises(ZeroDivisionError):
        next(results)
    assert begun in ([0], [0, 1])
    assert not any(thread.name.startswith("thumbnails") for thread in threading.enumerate())


def test_whoever_leaves_early_leaves_no_thread_behind() -> None:
    results = in_order(lambda number: number, range(100), threads=4)
    next(results)
    results.close()
    assert not any(thread.name.startswith("thumbnails") for thread in threading.enumerate())


def test_threads_share_memory_and_wait_for_it() -> None:
    memory = Memory(100)
    inside = threading.Event()

    def wait_for_room() -> None:
        with memory.use(30):
            inside.set()

    waiting = threading.Thread(target=wait_for_room)
    with memory.use(40), memory.use(40):
        waiting.start()
        assert not inside.wait(0.05)
    eventually(inside.is_set)
    waiting.join()
    with memory.use(10**9):
        pass
    with pytest.raises(ZeroDivisionError), memory.use(100):
        raise ZeroDivisionError
    with memory.use(100):
        pass
