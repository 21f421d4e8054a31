"""Who is in the Room: keeps this server's own crowd, tells it to the other servers, and tells everybody here of all.

In a thread of its own, several joins at a time: a thousand pages that come back after a break are a few words, not a
million. Nothing is said here of messages.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable
from typing import Protocol

import redis

from webapp.live.hub import Subscription
from webapp.room.presence import REPEAT, Crowd, Presence
from webapp.speaker import Speaker

log = logging.getLogger(__name__)

#: Seconds that a change waits for others, and that follow it: a new name is one change, though it leaves and comes.
SETTLE, GAP = 0.05, 0.2
#: Seconds between looks for servers that have fallen silent.
TICK = 2.0


class Announcer(Protocol):
    """How the other servers are told."""

    def announce(self, server: str, crowd: Crowd) -> None: ...


class Attendance:
    """Starts its thread with the first one who enters; rests while nobody is there."""

    def __init__(self, announcer: Announcer, tell: Callable[[dict], None]) -> None:
        """`tell` is given who is there, whenever that has changed."""
        self._announcer = announcer
        self._tell = tell
        self._server = secrets.token_hex(6)
        self._lock = threading.Lock()
        self._members: dict[Subscription, Speaker] = {}
        self._presence = Presence()
        self._wake = threading.Event()
        self._changed = self._started = self._stopping = False
        self._announced_at = float("-inf")
        #: What was told last; None before the first time, and after everybody has left.
        self.told: dict | None = None

    def __len__(self) -> int:
        return len(self._members)

    def enter(self, channel: Subscription, speaker: Speaker) -> None:
        with self._lock:
            self._members[channel] = speaker
            starting, self._started = not self._started, True
        if starting:
            threading.Thread(target=self._run, name="rqlive-room-here", daemon=True).start()
        self.announce_soon()

    def leave(self, channel: Subscription) -> None:
        with self._lock:
            self._members.pop(channel, None)
        self.announce_soon()

    def heard(self, server: str, crowd: Crowd, age: float) -> None:
        """Another server said `age` seconds ago who is there."""
        if server != self._server:
            with self._lock:
                self._presence.heard(server, crowd, time.monotonic() - age)
            self._wake.set()

    def forget(self) -> None:
        """The other servers are not heard any more: what they said last is nothing to go by."""
        with self._lock:
            self._presence = Presence()

    def announce_soon(self) -> None:
        """Tell the other servers anew."""
        self._changed = True
        self._wake.set()

    def close(self) -> None:
        """Say that nobody is here any more. One round trip; it matters little if that fails."""
        self._stopping = True
        self._wake.set()
        if self._started:
            self._announce(Crowd())

    def _run(self) -> None:
        while True:
            self._wake.wait(TICK if self._members else None)
            self._wake.clear()
            if self._stopping:
                return
            time.sleep(SETTLE)
            self._look()
            time.sleep(GAP)

    def _look(self) -> None:
        """Tell whom it concerns what has changed."""
        now = time.monotonic()
        changed, self._changed = self._changed, False
        with self._lock:
            crowd = Crowd.of((speaker.by, speaker.name) for speaker in self._members.values())
            self._presence.heard(self._server, crowd, now)
            self._presence.expire(now)
            here = self._presence.here() if self._members else None
        if here != self.told:
            self.told = here
            if here:
                self._tell(here)
        if changed or now - self._announced_at >= REPEAT:
            self._announced_at = now
            self._announce(crowd)

    def _announce(self, crowd: Crowd) -> None:
        try:
            self._announcer.announce(self._server, crowd)
        except redis.RedisError as error:
            # The relay says that Redis is away, and has it announced anew when it is back.
            log.debug("Who is in the Room was not announced: %s", error)
