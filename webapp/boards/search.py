"""How a search stands, as it goes: `search/<id>`. It is the operations process that searches."""

import time
from typing import TYPE_CHECKING, Any

from webapp.boards.board import Board, Context
from webapp.queries import searches

if TYPE_CHECKING:
    from webapp.live.interest import Dirty

#: Seconds for which a search that has ended is not read again: nothing but its expiry changes it.
ENDED_SECONDS = 10.0
#: Searches remembered so.
ENDED_MAX = 50
UNDER_WAY = frozenset({"waiting", "running"})


class Search(Board):
    """Read whenever the search has written something, which is up to five times a second."""

    every = 1.0
    gap = 0.1
    narrows = True

    def __init__(self) -> None:
        self._ended: dict[str, tuple[float, dict[str, Any]]] = {}

    def read(self, context: Context, argument: str) -> dict[str, Any]:
        read_at, ended = self._ended.get(argument, (0.0, None))
        if ended is not None and time.monotonic() - read_at < ENDED_SECONDS:
            return ended
        found = searches.read(context.reader, context.clock, argument, context.rights)
        if found["state"] not in UNDER_WAY:
            while len(self._ended) >= ENDED_MAX:
                self._ended.pop(next(iter(self._ended)))
            self._ended[argument] = time.monotonic(), found
        return found

    def concerned(self, dirty: "Dirty", argument: str, value: dict[str, Any] | None) -> bool:
        is_under_way = value is None or value["state"] in UNDER_WAY
        return is_under_way and (dirty.everything or argument in dirty.searches)
