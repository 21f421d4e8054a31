"""Jobs that came back at the end of a list, and the order that they find, whoever was taken meanwhile."""

import random

from webapp.operations.cells import Cells, Order, Place


def ids(text: str) -> list[bytes]:
    return [char.encode() for char in text]


def ordered(stands: str, *places: Place) -> str:
    """`stands` from left to right, as it is to be."""
    cells = ids(stands[::-1])
    order = Order(cells, list(places))
    for _ in order.work():
        pass
    return b"".join(cells[job] for job in order.wanted).decode()[::-1]


def place(job: str, rank: int = 0, before: str = "", behind: str = "") -> Place:
    return Place(rank, behind.encode(), before.encode(), job.encode())


def test_each_stands_beside_its_neighbour():
    # It was a b c d e; those deleted were b and d, and the last one came back first.
    assert ordered("acedb", place("d", 2, "c", "e"), place("b", 1, "a", "c")) == "abcde"


def test_a_run_of_jobs_follows_its_own_neighbours():
    assert ordered("aedcb", place("d", 1, "", "e"), place("c", 1, "", "d"), place("b", 1, "a", "c")) == "abcde"


def test_where_a_neighbour_was_taken_the_other_one_tells_the_place():
    assert ordered("acfd", place("d", 2, "c", "e")) == "acdf"
    assert ordered("acefbd", place("d", 2, "x", "e"), place("b", 1, "a", "y")) == "abcdef"


def test_where_both_were_taken_it_stands_before_who_came_back_before_it():
    assert ordered("efdb", place("d", 2, "c", "e"), place("b", 1, "a", "c")) == "bdef"


def test_one_that_was_taken_since_it_came_back_keeps_its_place_for_the_others():
    assert ordered("aeb", place("d", 2, "", "e"), place("b", 1, "", "d")) == "abe"


def test_the_last_one_alone_goes_by_its_rank():
    assert ordered("abcd", place("d", 1, "x", "y")) == "adbc"
    assert ordered("abcd", place("d", 9, "x", "y")) == "abcd"


def test_who_stands_there_twice_is_neither_lost_nor_doubled():
    assert sorted(ordered("aabdccb", place("b", 1, "a", "c"))) == sorted("aabdccb")


def ended(steps) -> list:
    """What a generator returns."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def settle(now: list[bytes], cells: Cells, rng: random.Random, most: int = 6) -> None:
    """Make the changes in `now` (from right to left) as the script does, while workers pop and programs push."""
    pushed = 0
    while True:
        if not (changes := ended(cells.changes(most))):
            return
        if rng.random() < 0.3:
            now.insert(0, b"new%d" % pushed)
            pushed += 1
        for _ in range(rng.choice((0, 0, 1, 2))):
            if len(now) > pushed + 1:
                now.pop()
        first = now.index(cells.first) if cells.first in now else None
        if first is None:
            return
        told = list(zip(changes[::3], changes[1::3], changes[2::3], strict=True))
        there = len(now) - first
        if all(first + cell < len(now) and now[first + cell] == old for cell, old, _ in told):
            for cell, _, new in told:
                now[first + cell] = new
            cells.keep()
        else:
            cells.undo()
            assert there < cells.limit, "only what was popped is another one"
        cells.limit = min(cells.limit, there)


def test_any_jobs_find_their_places_while_workers_pop_and_programs_push():
    for seed in range(300):
        rng = random.Random(seed)
        line = [b"%d" % number for number in range(rng.randint(2, 60))]
        gone = sorted(rng.sample(range(len(line)), rng.randint(1, len(line))))
        left = [job for job in line if int(job) not in gone]
        places = []
        for number in reversed(gone):
            behind = line[number + 1] if number + 1 < len(line) else b""
            places.append(Place(number, behind, line[number - 1] if number else b"", b"%d" % number))
        now = (left + [place.id for place in places])[::-1]
        order = Order(list(now), places)
        for _ in order.work():
            pass
        settle(now, Cells(list(now), order.wanted), rng)
        stayed = [int(job) for job in reversed(now) if not job.startswith(b"new")]
        assert stayed == sorted(stayed), seed
        assert len(now) == len(set(now))
