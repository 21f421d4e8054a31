"""A list as cells, and the order in which jobs that came back at its end are to stand in it. Pure.

Cells are counted from the right, so that what workers pop on the left moves none. Jobs change places two by two, from
the right end to the left one: right of where that is, all are in order; to the left stand the others, as they stood;
between them are those of which the places are still to come. At no time does the list lack a job, or hold one twice.
"""

from array import array
from collections.abc import Generator, Iterator
from typing import NamedTuple

#: Steps after which others may have their turn: some milliseconds.
STEPS = 5_000


class Place(NamedTuple):
    """Where a job that came back is to stand; the neighbours' ids are empty where there were none."""

    rank: int
    behind: bytes
    before: bytes
    id: bytes


class Order:
    """The order that ids are to have. A job is a number here: the cell where it stands, beyond these an absent one."""

    def __init__(self, ids: list[bytes], places: list[Place]) -> None:
        """`ids` from right to left, as they stand. `places` as they were brought back, the last one first."""
        self._ids = ids
        self._places = places
        #: From right to left, once `work()` has ended.
        self.wanted: array = array("l")

    def work(self) -> Iterator[None]:
        """Find the order, some milliseconds a step."""
        number = {job_id: cell for cell, job_id in enumerate(self._ids)}
        yield
        count = len(self._ids)
        moved, given = set(), {}
        for at, place in enumerate(self._places):
            # Who was taken meanwhile keeps its place among the others: they ask for it.
            given[place.id] = number.get(place.id, count + at)
            moved.add(given[place.id])
        end = count + len(self._places)
        left, right = array("l", [end]) * (end + 1), array("l", [end]) * (end + 1)
        yield from self._link(moved, left, right, end)
        stands = {job_id: cell for job_id, cell in number.items() if cell not in moved}
        yield
        last = None
        for step, place in enumerate(self._places):
            job = given[place.id]
            _insert(job, self._right_of(place, stands, last, right, end), left, right)
            stands[place.id] = last = job
            if step % STEPS == 0:
                yield
        yield from self._read(left, count, end)

    def _link(self, moved: set[int], left: array, right: array, end: int) -> Iterator[None]:
        """All but those that came back, each with who stands beside it; `end` is behind the last, before the first."""
        behind = end
        for cell in range(len(self._ids)):
            if cell not in moved:
                right[cell], left[behind] = behind, cell
                behind = cell
            if cell % STEPS == 0:
                yield
        left[behind], right[end] = end, behind

    def _right_of(self, place: Place, stands: dict[bytes, int], last: int | None, right: array, end: int) -> int:
        """Who is to stand right behind this one: its neighbour, else who came back before it, else by its rank."""
        if place.behind in stands:
            return stands[place.behind]
        if place.before in stands:
            return right[stands[place.before]]
        if last is not None:
            return last
        behind = right[end]
        for _ in range(place.rank):
            if behind == end:
                break
            behind = right[behind]
        return behind

    def _read(self, left: array, count: int, end: int) -> Iterator[None]:
        job, step = left[end], 0
        while job != end:
            if job < count:
                self.wanted.append(job)
            job, step = left[job], step + 1
            if step % STEPS == 0:
                yield


def _insert(job: int, behind: int, left: array, right: array) -> None:
    before = left[behind]
    left[job], right[job] = before, behind
    right[before], left[behind] = job, job


class Cells:
    """Which job stands in which cell, while they change places."""

    def __init__(self, ids: list[bytes], wanted: array) -> None:
        self._ids = ids
        self._wanted = wanted
        self._holds = array("l", range(len(ids)))
        self._cell_of = array("l", range(len(ids)))
        #: Cell -> who stood there when the changes that are under way began.
        self._before: dict[int, int] = {}
        #: The next cell to be filled and the next one of those wanted; where both were when the changes began.
        self._at = self._next = 0
        self._began = (0, 0)
        #: Cells that there are: workers take the others, from the left.
        self.limit = len(ids)

    @property
    def first(self) -> bytes:
        """Who stands in the first cell."""
        return self._ids[self._before.get(0, self._holds[0])]

    def changes(self, most: int) -> Generator[None, None, list[bytes | int]]:
        """The next changes, as the script takes them, at most about so many; yields where others may have their turn.
        None left: all are in order. Then `keep` or `undo` them."""
        step = 0
        while self._next < len(self._wanted) and len(self._before) < most:
            job = self._wanted[self._next]
            self._next += 1
            if (cell := self._cell_of[job]) < self.limit:
                if cell != self._at:
                    self._swap(cell, self._at)
                self._at += 1
            step += 1
            if step % STEPS == 0:
                yield
        return [part for cell, job in self._before.items() for part in self._change(cell, job)]

    def keep(self) -> None:
        """The changes were made."""
        self._before = {}
        self._began = (self._at, self._next)

    def undo(self) -> None:
        """They were not: all is as it was before."""
        for cell, job in self._before.items():
            self._holds[cell], self._cell_of[job] = job, cell
        self._before = {}
        self._at, self._next = self._began

    def _change(self, cell: int, before: int) -> tuple[int, bytes, bytes]:
        return cell, self._ids[before], self._ids[self._holds[cell]]

    def _swap(self, one: int, other: int) -> None:
        for cell, job in ((one, self._holds[other]), (other, self._holds[one])):
            self._before.setdefault(cell, self._holds[cell])
            self._holds[cell], self._cell_of[job] = job, cell
