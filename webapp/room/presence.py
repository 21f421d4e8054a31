"""Who is in the Room, and who looks at which job: each server tells it again and again, one that falls silent is gone.

No I/O.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

#: Seconds between two words of a server about its crowd, and those after which a silent one is gone.
REPEAT, GONE = 2.0, 6.0
#: Names that one server tells, and that are told of all.
CROWD_MAX, HERE_MAX = 100, 200
#: The same of those who look at one job.
LOOKERS_MAX = 20
#: Jobs whose lookers one server tells, bytes of the id of such a job, and names of lookers in all.
LOOKED_AT_MAX, LOOKED_AT_BYTES, LOOKERS_TOLD_MAX = 40, 200, 100


@dataclass(frozen=True)
class Crowd:
    """Who is in the Room on one server, or looks at one job there."""

    #: `by` of a speaker -> name; at most CROWD_MAX.
    people: dict[str, str] = field(default_factory=dict)
    #: How many speakers there are, those that are not named included.
    count: int = 0

    @classmethod
    def of(cls, speakers: Iterable[tuple[str, str]], most: int = CROWD_MAX) -> "Crowd":
        """The crowd of these (by, name), of which `most` are named; who is there twice is one."""
        everyone = dict(speakers)
        return cls(dict(list(everyone.items())[:most]), len(everyone))


#: Job id -> who looks at it on one server.
Lookers = Mapping[str, Crowd]


def worth_telling(lookers: Lookers) -> dict[str, Crowd]:
    """As much of `lookers` as other servers are told."""
    told, names = {}, 0
    for job_id, crowd in lookers.items():
        names += len(crowd.people)
        if len(told) == LOOKED_AT_MAX or names > LOOKERS_TOLD_MAX:
            break
        if len(job_id.encode(errors="replace")) <= LOOKED_AT_BYTES:
            told[job_id] = crowd
    return told


class Presence:
    """What is known of each server's crowds. Times are seconds of any one clock that goes forward."""

    def __init__(self) -> None:
        self._servers: dict[str, tuple[Crowd, Lookers, float]] = {}

    def heard(self, server: str, crowd: Crowd, at: float, lookers: Lookers | None = None) -> None:
        """`server` said at `at` who is in its Room and who looks at jobs there, and nothing since."""
        self._servers[server] = crowd, lookers or {}, at

    def expire(self, now: float) -> None:
        """Forget servers that were not heard of for GONE seconds, and those where nobody is any more."""
        self._servers = {
            server: (crowd, lookers, at)
            for server, (crowd, lookers, at) in self._servers.items()
            if (crowd.count or lookers) and now - at < GONE
        }

    def here(self) -> dict:
        """Who is in the Room: see `_told`, at most HERE_MAX by name."""
        return _told([crowd for crowd, _, _ in self._servers.values()], HERE_MAX)

    def looking(self, job_id: str) -> dict:
        """Who looks at this job: see `_told`, at most LOOKERS_MAX by name."""
        crowds = [lookers[job_id] for _, lookers, _ in self._servers.values() if job_id in lookers]
        return _told(crowds, LOOKERS_MAX)


def _told(crowds: list[Crowd], most: int) -> dict:
    """`{"here": [{"name", "by"}, …], "count": n}`: at most `most` by name; who is on two servers is one."""
    everyone = {by: name for crowd in crowds for by, name in crowd.people.items()}
    unnamed = sum(crowd.count - len(crowd.people) for crowd in crowds)
    ordered = sorted(everyone.items(), key=lambda person: (person[1].casefold(), person[0]))
    return {"here": [{"name": name, "by": by} for by, name in ordered[:most]], "count": len(everyone) + unnamed}
