"""The end of the activity, as those who watch it have it: what is new goes to all of them, the whole to who comes.

Used by `looks.py` and its thread alone.
"""

import time

import redis

from webapp.live import events
from webapp.live.events import Event
from webapp.queries import activity
from webapp.queries.activity_lines import Line, Lines
from webapp.queries.clock import RedisClock
from webapp.queries.rows import RowReader
from webapp.rights import Rights

#: Lines that are told to who begins to watch.
HEAD = 50
#: Seconds between two looks: a program that submits jobs leaves hundreds of lines a second.
INTERVAL = 0.25


class ActivityTail:
    """Remembers the newest HEAD lines while somebody watches them."""

    def __init__(self, rows: RowReader, clock: RedisClock) -> None:
        self._rows = rows
        self._clock = clock
        self._head: Lines | None = None
        #: Lines may have come, and the last look was too early to read them.
        self.pending = False
        self._looked_at = float("-inf")

    def latest(self) -> list[Event]:
        """What somebody should be told who begins to watch now; empty where it was not read yet."""
        return [self._event(self._head, reset=True)] if self._head else []

    def forget(self) -> None:
        """Nobody watches: what is remembered would grow old unseen."""
        self._head, self.pending = None, False

    def look(self, reader: redis.Redis, changed: bool) -> list[Event]:
        """What is new since the last look, which was at least INTERVAL ago; else a later look tells it.

        One round trip where lines may have come, up to five where they have; none otherwise. Raises redis.RedisError.
        """
        self.pending |= changed
        if not self.pending or time.monotonic() - self._looked_at < INTERVAL:
            return []
        known = self._head
        found = activity.since(reader, self._rows, known.lines[0].id if known and known.lines else None, HEAD)
        self.pending, self._looked_at = False, time.monotonic()
        if not known or not found.joined:
            self._head = found
            return [] if found == known else [self._event(found, reset=True)]
        self._head = Lines((*found.lines, *known.lines)[:HEAD], found.total, jobs={**known.jobs, **found.jobs})
        return [self._event(found, reset=False)] if found.lines else []

    def _event(self, told: Lines, reset: bool) -> Event:
        now = self._clock.now_ms()

        def tell(lines: tuple[Line, ...], total: int | None) -> Event:
            return events.activity([line.as_json() for line in lines], total, reset, told.note, now, within)

        def within(event: Event, rights: Rights) -> Event | None:
            lines = told.within(rights)
            return tell(lines, None) if lines or reset else None

        return tell(told.lines, told.total)
