"""Ends what is open when the right to it ends: a login that was ended, a token revoked, a user removed or changed.

One thread a web process, only while something is open and there are users: a `stat` and one GET every two seconds.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import redis

from webapp.accounts.gate import Gate
from webapp.accounts.identity import Identity
from webapp.queries import access

log = logging.getLogger(__name__)

#: Seconds between two looks.
EVERY = 2.0


@dataclass(eq=False)
class _Open:
    """One open socket."""

    known: Identity
    end: Callable[[], None]
    #: Opened since the last look: what changed before that look may be what concerns it.
    is_new: bool = True


class Watch:
    """One per web process."""

    def __init__(self, gate: Gate, client: redis.Redis) -> None:
        self._gate, self._client = gate, client
        self._lock = threading.Lock()
        self._open: set[_Open] = set()
        self._is_running = False
        self._seen: object = None

    @contextmanager
    def over(self, known: Identity, end: Callable[[], None]) -> Iterator[None]:
        """Call `end`, from a thread of its own, when `known` is nobody any more or may do something else."""
        one = _Open(known, end)
        with self._lock:
            self._open.add(one)
            starts, self._is_running = not self._is_running, True
        if starts:
            threading.Thread(target=self._run, name="rqlive-rights", daemon=True).start()
        try:
            yield
        finally:
            with self._lock:
                self._open.discard(one)

    def look(self) -> None:
        """End what has no right any more. One round trip; one more after a change. Raises redis.RedisError."""
        seen = (self._gate.roster.people, access.version(self._client))
        with self._lock:
            all_open = list(self._open)
        asked = all_open if seen != self._seen else [one for one in all_open if one.is_new or one.known.is_over]
        now = self._gate.still([one.known for one in asked])
        for one, found in zip(asked, now, strict=True):
            one.is_new = False
            if not one.known.same_as(found):
                with self._lock:
                    self._open.discard(one)
                # A client that does not read holds up its own goodbye only.
                threading.Thread(target=one.end, name="rqlive-goodbye", daemon=True).start()
        self._seen = seen

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            pause.wait(EVERY)
            with self._lock:
                if not self._open:
                    self._is_running = False
                    return
            try:
                self.look()
            except redis.RedisError as error:
                # Nothing is told meanwhile either.
                log.warning("Whether logins still hold could not be read: %s", error)
            except Exception:
                log.exception("Whether logins still hold could not be told")
