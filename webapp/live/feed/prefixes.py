"""Which keys a feed listens to, by how they begin. Disjoint, as CLIENT TRACKING demands."""

from typing import NamedTuple

from jobs._keys import PREFIX, RQ

_RQ = "job: queue wip: finished: failed: deferred: scheduled: canceled: ready: rl workers suspended group cron"
_OURS = (
    "log: notes: activity catalog figures: probe: search: operation: operations unlisted added: output: "
    "aside held: hold: parked: pause: slipped:"
)
#: RQ's worker and execution hashes are left out: they are heartbeats, 9 of 14 notices of a job, and are polled.
MEANT = (*(f"{RQ}:{name}" for name in _RQ.split()), *(PREFIX + name for name in _OURS.split()))

#: Fewer that cover these, and hardly anything else that changes often: Redis compares each key that it writes with all
#: that somebody tracks, and of a bulk of jobs 32 of them took a quarter of its time. What else they cover (results,
#: locks, our own leases) is told in vain.
TRACKED = (*(f"{RQ}:{name}" for name in ("j", "q", "wip:", "workers", "f", "d", "s", "c", "r", "g")), PREFIX)


class Prefixes(NamedTuple):
    """What a feed hears of."""

    #: Beginnings of the keys that are told of.
    meant: tuple[str, ...]
    #: Fewer that cover them, of which Redis is asked.
    tracked: tuple[str, ...]


EVERYTHING = Prefixes(MEANT, TRACKED)
#: What the recorder looks at: a job's run is told of with three messages, not five. Redis is asked in words from above,
#: since it compares a key with each beginning that anybody tracks.
JOBS = Prefixes((f"{RQ}:job:", f"{RQ}:workers", f"{PREFIX}probe:"), (f"{RQ}:j", f"{RQ}:workers", PREFIX))
