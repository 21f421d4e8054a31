"""The live feed: which keys changed in Redis, told within a millisecond, in the best mode that the server allows.

One thread per process owns one connection. It calls `on_change(keys)` with the names of changed keys, or with None
when anything may have changed (after each connect, after a FLUSHDB, and on every sample). A notice is a hint to
look sooner: what it leads to must be right without it.

Modes, best first: `tracking` (CLIENT TRACKING ON BCAST, no server setting touched), `keyspace` (where the server
already sends keyspace notices), `sampling` (look at what is watched once a second).

In every mode its connection is subscribed to the channels that `channels()` names, so that others can count us.
"""

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from redis.exceptions import RedisError, ResponseError

from webapp.connections import Connections
from webapp.live.feed.errors import Deaf, ModeRefused
from webapp.live.feed.keyspace import Keyspace
from webapp.live.feed.prefixes import EVERYTHING, Prefixes
from webapp.live.feed.probe import Probe
from webapp.live.feed.sampling import Sampling
from webapp.live.feed.tracking import Tracking

log = logging.getLogger(__name__)

#: Seconds between proofs that a notice still comes back.
PROOF_INTERVAL = 10.0
#: Seconds within which the notice must come, and how often it is tried: a machine may be busy for a moment.
PROOF_TIMEOUT, PROOF_ATTEMPTS = 1.0, 2
#: A mode that had to be left is tried again after this many seconds.
RETRY_BETTER_MODE = 60.0
#: Longest pause between attempts to reach a Redis that is away.
MAX_PAUSE = 2.0
#: Seconds between two looks at what we should be subscribed to.
ANNOUNCE_INTERVAL = 1.0
#: Changes in a row that no notice announced before an unprovable feed is called deaf.
MISSES_ALLOWED = 2

MODES = {mode.name: mode for mode in (Tracking, Keyspace, Sampling)}

OnChange = Callable[[list[bytes] | None], None]
Channels = Callable[[], frozenset[str]]


@dataclass(frozen=True)
class FeedStatus:
    """What the status pill tells of the feed. Times in epoch seconds of this process."""

    #: starting, tracking, keyspace, sampling, or away
    mode: str = "starting"
    #: When the mode or its absence began.
    since: float = 0.0
    #: When a notice was last seen to come back; None where the Redis user may not write a probe.
    proved_at: float | None = None
    #: Why Redis is away, or why a better mode was left.
    message: str | None = None
    #: Whether others can count us.
    announced: bool = False


class Feed:
    """Listens in a thread of its own until `stop()`. Costs Redis one command per PROOF_INTERVAL."""

    def __init__(
        self,
        connections: Connections,
        on_change: OnChange,
        *,
        mode: str = "auto",
        channels: Channels,
        process: str,
        may_probe: bool = True,
        doze: Callable[[], float] = lambda: 0.0,
        hears: Prefixes = EVERYTHING,
    ) -> None:
        """`doze`: asked after each word; for how many seconds the next may wait, unread in the connection."""
        self._connections = connections
        self._on_change = on_change
        self._hears = hears
        names = list(MODES)
        self._candidates = names if mode == "auto" else names[names.index(mode) :]
        #: None once this Redis user was refused: Redis logs each refusal.
        self._channels: Channels | None = channels
        self._probe = Probe(connections, process) if may_probe else None
        self._doze = doze
        self._misses = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rqlive-feed", daemon=True)
        self.status = FeedStatus(since=time.time())

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the thread; returns at once, the connection closes within a second."""
        self._stopping.set()

    def missed(self) -> None:
        """A reconcile found a change that no notice announced. Too many in a row make the feed deaf."""
        self._misses += 1

    def heard(self) -> None:
        """A notice led to a change: the feed works."""
        self._misses = 0

    def _run(self) -> None:
        pause = 0.1
        while not self._stopping.is_set():
            try:
                self._listen_in_best_mode()
                pause = 0.1
            except (RedisError, OSError) as error:
                if self.status.mode != "away":
                    log.warning("Redis is away: %s", error)
                    pause = 0.1
                self._set(mode="away", message=str(error)[:200], proved_at=None, announced=False)
                self._stopping.wait(pause * random.uniform(0.5, 1.0))
                pause = min(pause * 2, MAX_PAUSE)

    def _listen_in_best_mode(self) -> None:
        """Try the modes from the best on; return when it is time to try again, raise when Redis is away."""
        reason = None
        for name in self._candidates:
            mode = MODES[name](self._connections, self._hears)
            try:
                mode.open()
                self._listen(mode, reason)
                return
            except (ModeRefused, Deaf) as error:
                reason = f"{name}: {error}"
                log.info("The feed leaves mode %s", reason)
            except ResponseError as error:
                # While it listens, a mode asks for nothing else that could be refused.
                if self._channels is None:
                    raise
                self._channels = None
                log.info("This process cannot be counted: %s", error)
                return
            finally:
                mode.close()

    def _listen(self, mode: Tracking | Keyspace | Sampling, reason: str | None) -> None:
        self._misses = 0
        self._announce(mode)
        proved = self._prove(mode) if mode.needs_proof else None
        self._set(mode=mode.name, message=reason, proved_at=proved, announced=self._channels is not None)
        self._on_change(None)
        started = last_proof = last_word = time.monotonic()
        while not self._stopping.is_set():
            changed, keys = mode.wait(1.0)
            if changed:
                self._on_change(keys)
                time.sleep(self._doze())
            now = time.monotonic()
            if now - last_word >= ANNOUNCE_INTERVAL:
                last_word = now
                self._announce(mode)
            if mode.needs_proof and now - last_proof >= PROOF_INTERVAL:
                last_proof = now
                self.status = replace(self.status, proved_at=self._prove(mode))
            if reason and now - started >= RETRY_BETTER_MODE:
                return

    def _announce(self, mode: Tracking | Keyspace | Sampling) -> None:
        """Be subscribed to what `channels()` names now. One command, none where nothing changed."""
        mode.subscribe_to(self._channels() if self._channels else frozenset())

    def _prove(self, mode: Tracking | Keyspace) -> float | None:
        """See a notice of our own come back. None where we may not write; Deaf when it should have come."""
        if self._misses >= MISSES_ALLOWED:
            raise Deaf("changes came without a notice")
        for _ in range(PROOF_ATTEMPTS):
            if self._probe is None or not self._probe.send():
                mode.ping()
                return None
            deadline = time.monotonic() + PROOF_TIMEOUT
            while (left := deadline - time.monotonic()) > 0:
                changed, keys = mode.wait(left)
                if changed:
                    self._on_change(keys)
                # "Anything" stands for our key too: a FLUSHDB was told in the same breath.
                if changed and (keys is None or self._probe.key in keys):
                    return time.time()
        raise Deaf("a notice of our own did not come back")

    def _set(self, **changes: object) -> None:
        if changes.get("mode") != self.status.mode:
            changes["since"] = time.time()
        self.status = replace(self.status, **changes)
