"""Is a worker alive? Judged from its command channel, its hash and, on this machine, its process. No Redis here.

A killed worker writes nothing: its hash stays for up to 480 s. What it leaves at once is its subscription to
`rq:pubsub:<name>`; but after an outage live workers show none for 2 s, and the process of a killed worker's job keeps
the socket. See docs/decisions/ on alive and lost.
"""

import socket
import time
from dataclasses import dataclass

ALIVE, NO_SIGNAL, LOST, RUNS_ON = "alive", "no signal", "lost", "runs on"

#: Seconds without a subscription after which a worker is lost.
LOST_AFTER = 3.0
#: After Redis was away, workers need this long to subscribe again; nobody is called lost meanwhile.
GRACE_AFTER_OUTAGE = 15.0
#: A worker signs on a moment before it subscribes.
NEWBORN_MS = 2_000


@dataclass(frozen=True)
class Sign:
    """What one read tells of a worker."""

    #: Subscribers of its command channel; None where the Redis user may not ask.
    subscribers: int | None
    hostname: str | None = None
    pid: int | None = None
    #: Its hash is gone: RQ lets it live a minute beyond the next heartbeat, or beyond the job that sends none.
    expired: bool = False
    #: When it signed on, epoch ms.
    birth: int | None = None


@dataclass
class _Track:
    silent_since: float | None = None
    #: The same in epoch ms, for the page: told once, so that it is the same each time.
    silent_ms: int = 0
    #: Whether it was ever alive under our eyes: a silence that was found at the start began no one knows when.
    heard: bool = False
    #: Its process id on this machine, remembered beyond its hash.
    pid: int | None = None
    #: Start time of its process, once that was seen on this machine.
    process: str | None = None


class Liveness:
    """Remembers since when each worker is silent. One per process."""

    def __init__(self, hostname: str | None = None) -> None:
        self._hostname = hostname or socket.gethostname()
        self._tracks: dict[str, _Track] = {}
        self._outage_ended = float("-inf")

    def redis_returned(self) -> None:
        """Redis was away and answers again."""
        self._outage_ended = time.monotonic()
        for track in self._tracks.values():
            track.silent_since = None

    def judge(self, name: str, sign: Sign, now_ms: int) -> tuple[str, int | None]:
        """(alive, no signal, lost or runs on; epoch ms since when it is silent, None where that was not seen)."""
        track = self._tracks.setdefault(name, _Track())
        gone = self._process_is_gone(track, sign)
        newborn = sign.birth is not None and 0 <= now_ms - sign.birth < NEWBORN_MS
        subscribed = sign.subscribers is None or sign.subscribers > 0 or newborn
        if subscribed and not gone and not sign.expired:
            track.silent_since, track.heard = None, True
            return ALIVE, None
        now = time.monotonic()
        if track.silent_since is None:
            track.silent_since, track.silent_ms = now, now_ms
        silence, since = now - track.silent_since, track.silent_ms if track.heard else None
        if gone:
            return (RUNS_ON if sign.subscribers else LOST), since
        if sign.subscribers is None or track.process is not None:
            return NO_SIGNAL, since
        if subscribed:
            return RUNS_ON, since
        waiting = silence < LOST_AFTER or now - self._outage_ended < GRACE_AFTER_OUTAGE
        return (NO_SIGNAL if waiting else LOST), since

    def forget_all_but(self, names: set[str]) -> None:
        """Drop what is known of workers that Redis no longer lists."""
        for name in self._tracks.keys() - names:
            del self._tracks[name]

    def _process_is_gone(self, track: _Track, sign: Sign) -> bool:
        """Whether a process that we once saw here has ended. A pid that we never saw may live in another container."""
        here = sign.pid if sign.hostname == self._hostname else None
        # A new worker under an old name is another process. A hash without a pid tells nothing: it has expired, or the
        # horse of a killed worker has written its last counters into one.
        if sign.pid and here != track.pid:
            track.pid, track.process = here, None
        if not track.pid:
            return False
        started = _start_of_worker(track.pid)
        if track.process is None:
            track.process = started
            return False
        return started != track.process


def _start_of_worker(pid: int) -> str | None:
    """What tells process `pid` from a later one of the same number; None where there is none, or no /proc."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            state, *rest = stat.read().rpartition(")")[2].split()
    except (OSError, ValueError):
        return None
    # Field 22 of proc(5), counted from the state at 3: ticks after boot at which the process started.
    return None if state in ("Z", "X") else f"{pid}:{rest[18]}"
