"""Puts jobs that came back at the end of long lists in their places, all of a list together.

One by one, each would be a look of Redis at all that stand before it. Workers and programs go on meanwhile: they pop on
the left and push on the right, and the list holds every job at any time.
"""

from collections import defaultdict
from collections.abc import Iterator

from jobs import _keys
from webapp.actions import scripts
from webapp.operations.cells import Cells, Order, Place
from webapp.operations.shift import Gone, Lost, Tools

#: Jobs of a list beyond which each of few is looked for by Redis: what is read of it takes 100 bytes each here.
MOST = 1_000_000
#: Ids, notes and changes for one call: some milliseconds of Redis.
WINDOW, NOTES, CHANGES = 2_000, 1_000, 500
#: Seconds that others get before the next call, and before the list is read anew since others have changed it.
REST, AGAIN = 0.001, 0.05
#: How often it is read anew. Only what leaves the middle of a list makes that necessary.
ROUNDS = 100
KIND = b"place"


class LineUp:
    """Of one operation that puts jobs back."""

    def __init__(self, operation_id: str, tools: Tools) -> None:
        self._tools = tools
        self._notes_key = _keys.operation_later(operation_id)
        self._keys = [tools.lease_key, _keys.operation(operation_id)]

    def work(self) -> Iterator[float | None]:
        """Until all stand in their places, or the operation is not to go on. Raises Gone, Lost, redis.RedisError."""
        places: dict[bytes, list[Place]] = defaultdict(list)
        start = 0
        while notes := self._tools.writer.lrange(self._notes_key, start, start + NOTES - 1):
            for note in notes:
                _take(note, places)
            start += NOTES
            yield None
        for key, wanted in places.items():
            for _ in range(ROUNDS):
                if (yield from self._one_round(key, wanted)):
                    break
                yield AGAIN

    def _one_round(self, key: bytes, places: list[Place]) -> Iterator[float | None]:
        """Read the list, and let jobs change places. Whether nothing is left to do."""
        ids = yield from self._read(key)
        if ids is None:
            return False
        order = Order(ids, places)
        yield from order.work()
        cells = Cells(ids, order.wanted)
        while True:
            if not (changes := (yield from cells.changes(CHANGES))):
                return True
            said, left = self._change(key, cells.first, changes)
            if said not in ("done", "changed"):
                return True
            if said == "done":
                cells.keep()
            else:
                cells.undo()
                if left < 0 or left >= cells.limit:
                    return False
            cells.limit = min(cells.limit, left)
            yield REST

    def _read(self, key: bytes) -> Iterator[float | None]:
        """The ids of a list from right to left; None where it went on too far meanwhile."""
        writer = self._tools.writer
        last = writer.lindex(key, -1)
        ids: list[bytes] = []
        while last is not None:
            part = scripts.run(writer, "line_read", [key], [last, len(ids), WINDOW])
            if not part:
                return None if part is None else ids
            ids += part
            yield REST
        return ids

    def _change(self, key: bytes, first: bytes, changes: list[bytes | int]) -> tuple[str, int]:
        """What the script said, and how many cells there are."""
        said = scripts.run(self._tools.writer, "line_up", [*self._keys, key], [self._tools.owner, first, *changes])
        word = said[0].decode()
        if word in ("lost", "gone"):
            raise Lost if word == "lost" else Gone
        return word, said[1] if len(said) > 1 else 0


def _take(note: bytes, places: dict[bytes, list[Place]]) -> None:
    kind, _, told = note.partition(b"  ")
    parts = told.split(b"\x1f")
    if kind == KIND and len(parts) == 5:
        key, rank, behind, before, job_id = parts
        places[key].append(Place(int(rank), behind, before, job_id))
