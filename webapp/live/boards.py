"""Reads the boards that somebody watches, each at its own pace, and says which of them changed.

A thread of its own: a board may take longer than the watcher's look may. HTTP asks for the same values. For each set
of narrowed rights that somebody has there are boards of their own; see `Board.narrows`.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from redis.exceptions import RedisError

from webapp.boards.board import Board, Context
from webapp.errors import DashboardError, NeedsAll, NotFound, translate
from webapp.live import events
from webapp.live.events import Event
from webapp.live.hub import Hub
from webapp.live.interest import Dirty
from webapp.rights import EVERYTHING, ROLES, Rights

log = logging.getLogger(__name__)

#: Seconds until a board is tried again that could not be read.
AGAIN = 2.0
#: Boards that are remembered for requests beside those that are watched.
KEPT_MAX = 100
#: Narrowed rights whose boards are remembered though nobody watches: those of failures hold some megabytes.
RIGHTS_MAX = 20

#: (name, whose)
Key = tuple[str, Rights]


@dataclass
class _Kept:
    """What is known of one board."""

    board: Board
    argument: str
    context: Context
    lock: threading.Lock = field(default_factory=threading.Lock)
    value: dict[str, Any] | None = None
    error: DashboardError | None = None
    as_of: int = 0
    #: monotonic seconds of the last read, whatever came of it
    read_at: float = float("-inf")
    dirty: bool = True
    #: What those who watch were told last, and the value and the error that it told of.
    event: Event | None = None
    told: tuple[dict[str, Any] | None, str] | None = None

    @property
    def is_outdated(self) -> bool:
        """Whether something was heard of since it was read, or nobody kept it up."""
        return self.dirty or time.monotonic() - self.read_at > self.board.every


class Boards:
    """Starts its thread when the first board is watched."""

    def __init__(
        self,
        load: Callable[[Rights], Mapping[str, Board]],
        context: Context,
        hub: Hub,
        ease: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """`load` makes all boards for rights, with a new memory; all are read with `context`, within the rights.

        `ease`: seconds more between two reads of a board, while Redis is in trouble.
        """
        self._ease = ease
        self._load = load
        self._context = context
        self._hub = hub
        self._lock = threading.Lock()
        self._sets: OrderedDict[Rights, Mapping[str, Board]] = OrderedDict({EVERYTHING: load(EVERYTHING)})
        self._kept: dict[Key, _Kept] = {}
        self._wake = threading.Event()
        self._started = False
        self._stopping = False

    def latest(self, topic: str, rights: Rights = EVERYTHING) -> list[Event]:
        """What somebody should be told who begins to watch `topic` now; empty where that must be read first: `ask`."""
        kept = self._kept.get((topic.removeprefix(events.board_topic("")), rights.sight))
        if kept is None or kept.event is None:
            return []
        if kept.is_outdated:
            # What is read next is told to everybody who watches by then, also where it is the same.
            kept.event = None
            return []
        return [kept.event]

    def refusal(self, topic: str, rights: Rights) -> Event | None:
        """What somebody is told who may not look at the board of `topic`; None where they may."""
        name = topic.removeprefix(events.board_topic(""))
        try:
            self._check(name, rights)
        except NeedsAll as error:
            return events.board(name, None, self._context.clock.now_ms(), _plain(error))
        return None

    def ask(self) -> None:
        """Somebody watches a board that must be read first."""
        with self._lock:
            if not self._started:
                self._started = True
                threading.Thread(target=self._run, name="rqlive-boards", daemon=True).start()
        self._wake.set()

    def heard(self, dirty: Dirty) -> None:
        """Something changed in Redis: read the watched boards that it concerns. No I/O."""
        for kept in list(self._kept.values()):
            if not kept.dirty and kept.board.concerned(dirty, kept.argument, kept.value):
                kept.dirty = True
                self._wake.set()

    def forget(self) -> None:
        """Redis' clock was set back: what is remembered looks newer than what is read now."""
        for kept in list(self._kept.values()):
            kept.event, kept.dirty = None, True
        self._wake.set()

    def stop(self) -> None:
        """End the thread; returns at once."""
        self._stopping = True
        self._wake.set()

    def read(self, name: str, rights: Rights = EVERYTHING) -> tuple[dict[str, Any], int]:
        """(the value of a board within these rights, Redis time of its read): at most its `gap` old.

        Raises DashboardError; NeedsAll where these rights are too narrow for it.
        """
        self._check(name, rights)
        kept = self._keep((name, rights.sight))
        self._read(kept)
        if kept.error is not None:
            raise kept.error
        return kept.value or {}, kept.as_of

    def _check(self, name: str, rights: Rights) -> None:
        board = self._sets[EVERYTHING].get(name.partition("/")[0])
        if board is None:
            return
        if board.for_admins and (rights.role != ROLES[-1] or rights.is_narrowed):
            raise NeedsAll("Only an admin who may see all looks at this.", fix="Ask one of them.")
        if rights.is_narrowed and not board.narrows:
            raise NeedsAll("This tells of the whole installation, and your rights cover a part of it.")

    def _keep(self, key: Key) -> _Kept:
        name, rights = key
        kind, _, argument = name.partition("/")
        with self._lock:
            boards = self._of(rights)
            if kind not in boards:
                raise NotFound(f"There is no board {kind[:100]!r}.", fix=f"Use one of: {', '.join(boards)}.")
            if key not in self._kept and len(self._kept) >= KEPT_MAX:
                self._forget(self._watched(), KEPT_MAX // 2)
            context = self._context if rights is EVERYTHING else replace(self._context, rights=rights)
            return self._kept.setdefault(key, _Kept(boards[kind], argument, context))

    def _of(self, rights: Rights) -> Mapping[str, Board]:
        """The boards of who has these rights. Of those that nobody watches, the longest not asked for make room."""
        if rights is EVERYTHING:
            return self._sets[rights]
        found = self._sets.pop(rights, None) or self._load(rights)
        self._sets[rights] = found
        if len(self._sets) > RIGHTS_MAX + 1:
            needed = {whose for _, whose in self._watched()} | {EVERYTHING, rights}
            oldest = next((known for known in self._sets if known not in needed), None)
            self._sets.pop(oldest, None)
            self._kept = {key: kept for key, kept in self._kept.items() if key[1] != oldest}
        return found

    def _watched(self) -> set[Key]:
        prefix = events.board_topic("")
        topics = [topic for topic in self._hub.topics() if topic.startswith(prefix)]
        return {(topic.removeprefix(prefix), rights) for topic in topics for rights in self._hub.audiences(topic)}

    def _forget(self, watched: set[Key], most: int) -> None:
        """Keep what is watched, and of the rest the `most` that were read last."""
        others = sorted((key for key in self._kept if key not in watched), key=lambda key: self._kept[key].read_at)
        for key in others[: max(0, len(others) - most)]:
            del self._kept[key]

    def _run(self) -> None:
        while not self._stopping:
            self._wake.wait(self._step())
            self._wake.clear()

    def _step(self) -> float | None:
        """Read what is due; returns seconds until the next is, None where nobody watches."""
        watched = self._watched()
        with self._lock:
            self._forget(watched, KEPT_MAX // 2)
        waits = []
        for key in sorted(watched, key=lambda key: key[0]):
            try:
                kept = self._keep(key)
            except NotFound as error:
                told = events.board(key[0], None, self._context.clock.now_ms(), _plain(error))
                self._hub.publish([told], only=key[1])
                continue
            if time.monotonic() >= _due(kept) + self._ease():
                self._tell(key, kept)
            waits.append(max(0.01, _due(kept) + self._ease() - time.monotonic()))
        return min(waits, default=None)

    def _tell(self, key: Key, kept: _Kept) -> None:
        self._read(kept)
        # Requests read it too: what matters is what was told last.
        now = kept.value, str(kept.error)
        if kept.event is None or kept.told != now:
            kept.told = now
            kept.event = events.board(key[0], kept.value, kept.as_of, _plain(kept.error))
            self._hub.publish([kept.event], only=key[1])

    def _read(self, kept: _Kept) -> None:
        """Read it unless it was read less than its gap ago. One asker reads for all."""
        with kept.lock:
            if time.monotonic() - kept.read_at < kept.board.gap:
                return
            kept.dirty = False
            try:
                kept.value, kept.error = kept.board.read(kept.context, kept.argument), None
            except RedisError as error:
                kept.error = translate(error)
            except NotFound as error:
                kept.value, kept.error = None, error
            except DashboardError as error:
                kept.error = error
            except Exception:
                log.exception("A board could not be read; it is tried again")
                kept.error = DashboardError("This could not be read.")
            kept.as_of = self._context.clock.now_ms()
            kept.read_at = time.monotonic()


def _plain(error: DashboardError | None) -> dict[str, str] | None:
    return error and {"code": error.code, "message": error.message, "fix": error.fix}


def _due(kept: _Kept) -> float:
    """Monotonic time at which a watched board is read again."""
    if kept.error is not None:
        return kept.read_at + AGAIN
    return kept.read_at + (kept.board.gap if kept.dirty or kept.event is None else kept.board.every)
