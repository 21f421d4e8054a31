"""Reads the boards that somebody watches, each at its own pace, and says which of them changed.

A thread of its own: a board may take longer than the watcher's look may. HTTP asks for the same values.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from redis.exceptions import RedisError

from webapp.boards.board import Board, Context
from webapp.errors import DashboardError, NotFound, translate
from webapp.live import events
from webapp.live.events import Event
from webapp.live.hub import Hub
from webapp.live.interest import Dirty

log = logging.getLogger(__name__)

#: Seconds until a board is tried again that could not be read.
AGAIN = 2.0
#: Boards that are remembered for requests beside those that are watched.
KEPT_MAX = 100


@dataclass
class _Kept:
    """What is known of one board."""

    board: Board
    argument: str
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
        self, boards: Mapping[str, Board], context: Context, hub: Hub, ease: Callable[[], float] = lambda: 0.0
    ) -> None:
        """`ease`: seconds more between two reads of a board, while Redis is in trouble."""
        self._ease = ease
        self._boards = boards
        self._context = context
        self._hub = hub
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}
        self._wake = threading.Event()
        self._started = False
        self._stopping = False

    def latest(self, topic: str) -> list[Event]:
        """What somebody should be told who begins to watch `topic` now; empty where that must be read first: `ask`."""
        kept = self._kept.get(topic.removeprefix(events.board_topic("")))
        if kept is None or kept.event is None:
            return []
        if kept.is_outdated:
            # What is read next is told to everybody who watches by then, also where it is the same.
            kept.event = None
            return []
        return [kept.event]

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

    def stop(self) -> None:
        """End the thread; returns at once."""
        self._stopping = True
        self._wake.set()

    def read(self, name: str) -> tuple[dict[str, Any], int]:
        """(the value of a board, Redis time of its read): at most its `gap` old. Raises DashboardError."""
        kept = self._keep(name)
        self._read(kept)
        if kept.error is not None:
            raise kept.error
        return kept.value or {}, kept.as_of

    def _keep(self, name: str) -> _Kept:
        kind, _, argument = name.partition("/")
        if kind not in self._boards:
            raise NotFound(f"There is no board {kind[:100]!r}.", fix=f"Use one of: {', '.join(self._boards)}.")
        with self._lock:
            if name not in self._kept and len(self._kept) >= KEPT_MAX:
                self._forget(self._watched(), KEPT_MAX // 2)
            return self._kept.setdefault(name, _Kept(self._boards[kind], argument))

    def _watched(self) -> set[str]:
        prefix = events.board_topic("")
        return {topic.removeprefix(prefix) for topic in self._hub.topics() if topic.startswith(prefix)}

    def _forget(self, watched: set[str], most: int) -> None:
        """Keep what is watched, and of the rest the `most` that were read last."""
        others = sorted((name for name in self._kept if name not in watched), key=lambda name: self._kept[name].read_at)
        for name in others[: max(0, len(others) - most)]:
            del self._kept[name]

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
        for name in sorted(watched):
            try:
                kept = self._keep(name)
            except NotFound as error:
                self._hub.publish([events.board(name, None, self._context.clock.now_ms(), _plain(error))])
                continue
            if time.monotonic() >= _due(kept) + self._ease():
                self._tell(name, kept)
            waits.append(max(0.01, _due(kept) + self._ease() - time.monotonic()))
        return min(waits, default=None)

    def _tell(self, name: str, kept: _Kept) -> None:
        self._read(kept)
        # Requests read it too: what matters is what was told last.
        now = kept.value, str(kept.error)
        if kept.event is None or kept.told != now:
            kept.told = now
            kept.event = events.board(name, kept.value, kept.as_of, _plain(kept.error))
            self._hub.publish([kept.event])

    def _read(self, kept: _Kept) -> None:
        """Read it unless it was read less than its gap ago. One asker reads for all."""
        with kept.lock:
            if time.monotonic() - kept.read_at < kept.board.gap:
                return
            kept.dirty = False
            try:
                kept.value, kept.error = kept.board.read(self._context, kept.argument), None
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
