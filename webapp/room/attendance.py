"""Who is in the Room, and who looks at which job: keeps this server's own crowds, tells them to the other servers, and
tells everybody here of all.

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
from webapp.room.presence import LOOKERS_MAX, REPEAT, Crowd, Lookers, Presence, worth_telling
from webapp.speaker import Speaker

log = logging.getLogger(__name__)

#: Seconds that a change waits for others, and that follow it: a new name is one change, though it leaves and comes.
SETTLE, GAP = 0.05, 0.2
#: Seconds between looks for servers that have fallen silent.
TICK = 1.0


class Announcer(Protocol):
    """How the other servers are told."""

    def announce(self, server: str, crowd: Crowd, lookers: Lookers) -> None: ...


class Attendance:
    """Starts its thread with the first one who comes; rests while nobody is there."""

    def __init__(
        self, announcer: Announcer, tell: Callable[[dict], None], tell_lookers: Callable[[str, dict], None]
    ) -> None:
        """`tell` is given who is in the Room, whenever that has changed; `tell_lookers` a job that somebody here looks
        at, and who does."""
        self._announcer = announcer
        self._tell = tell
        self._tell_lookers = tell_lookers
        self._server = secrets.token_hex(6)
        self._lock = threading.Lock()
        self._members: dict[Subscription, Speaker] = {}
        self._lookers: dict[Subscription, tuple[str, Speaker]] = {}
        self._presence = Presence()
        self._wake = threading.Event()
        self._changed = self._started = self._stopping = False
        self._announced_at = float("-inf")
        #: What was told last; None before the first time, and after everybody has left.
        self.told: dict | None = None
        #: Job id -> what was told of its lookers last, of the jobs that somebody here looks at.
        self.told_lookers: dict[str, dict] = {}

    def __len__(self) -> int:
        return len(self._members) + len(self._lookers)

    def enter(self, channel: Subscription, speaker: Speaker) -> None:
        with self._lock:
            self._members[channel] = speaker
        self._changed_here()

    def leave(self, channel: Subscription) -> None:
        with self._lock:
            self._members.pop(channel, None)
        self._changed_here()

    def look(self, channel: Subscription, job_id: str, speaker: Speaker) -> None:
        """This one looks at this job, and at no other any more."""
        with self._lock:
            self._lookers[channel] = job_id, speaker
        self._changed_here()

    def look_away(self, channel: Subscription) -> None:
        with self._lock:
            known = self._lookers.pop(channel, None)
        if known:
            self._changed_here()

    def heard(self, server: str, crowd: Crowd, age: float, lookers: Lookers) -> None:
        """Another server said `age` seconds ago who is there."""
        if server != self._server:
            with self._lock:
                self._presence.heard(server, crowd, time.monotonic() - age, lookers)
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
            self._announce(Crowd(), {})

    def _changed_here(self) -> None:
        """The first time starts the thread: threads do not survive gunicorn's fork."""
        with self._lock:
            starting, self._started = not self._started, True
        if starting:
            threading.Thread(target=self._run, name="rqlive-room-here", daemon=True).start()
        self.announce_soon()

    def _run(self) -> None:
        while True:
            self._wake.wait(TICK if len(self) else None)
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
            crowd, lookers = self._crowds_here()
            self._presence.heard(self._server, crowd, now, lookers)
            self._presence.expire(now)
            here = self._presence.here() if self._members else None
            looking = {job_id: self._presence.looking(job_id) for job_id in lookers}
        if here != self.told:
            self.told = here
            if here:
                self._tell(here)
        known, self.told_lookers = self.told_lookers, looking
        for job_id, value in looking.items():
            if known.get(job_id) != value:
                self._tell_lookers(job_id, value)
        if changed or now - self._announced_at >= REPEAT:
            self._announced_at = now
            self._announce(crowd, worth_telling(lookers))

    def _crowds_here(self) -> tuple[Crowd, Lookers]:
        people: dict[str, list[tuple[str, str]]] = {}
        for job_id, speaker in self._lookers.values():
            people.setdefault(job_id, []).append((speaker.by, speaker.name))
        room = Crowd.of((speaker.by, speaker.name) for speaker in self._members.values())
        return room, {job_id: Crowd.of(crowd, LOOKERS_MAX) for job_id, crowd in people.items()}

    def _announce(self, crowd: Crowd, lookers: Lookers) -> None:
        try:
            self._announcer.announce(self._server, crowd, lookers)
        except redis.RedisError as error:
            # The relay says that Redis is away, and has it announced anew when it is back.
            log.debug("Who is here was not announced: %s", error)
