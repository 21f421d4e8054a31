"""Who is in the Room: each server tells its crowd again and again, and one that falls silent is gone. No I/O."""

from collections.abc import Iterable
from dataclasses import dataclass, field

#: Seconds between two words of a server about its crowd, and those after which a silent one is gone.
REPEAT, GONE = 3.0, 10.0
#: Names that one server tells, and that are told of all.
CROWD_MAX, HERE_MAX = 100, 200


@dataclass(frozen=True)
class Crowd:
    """Who is in the Room on one server."""

    #: `by` of a speaker -> name; at most CROWD_MAX.
    people: dict[str, str] = field(default_factory=dict)
    #: How many speakers there are, those that are not named included.
    count: int = 0

    @classmethod
    def of(cls, speakers: Iterable[tuple[str, str]]) -> "Crowd":
        """The crowd of these (by, name); who is there twice is one."""
        everyone = dict(speakers)
        return cls(dict(list(everyone.items())[:CROWD_MAX]), len(everyone))


class Presence:
    """What is known of each server's crowd. Times are seconds of any one clock that goes forward."""

    def __init__(self) -> None:
        self._crowds: dict[str, tuple[Crowd, float]] = {}

    def heard(self, server: str, crowd: Crowd, at: float) -> None:
        """`server` said so at `at`, and nothing since."""
        self._crowds[server] = crowd, at

    def expire(self, now: float) -> None:
        """Forget servers that were not heard of for GONE seconds, and those whose crowd has left."""
        self._crowds = {
            server: (crowd, at) for server, (crowd, at) in self._crowds.items() if crowd.count and now - at < GONE
        }

    def here(self) -> dict:
        """`{"here": [{"name", "by"}, …], "count": n}`: at most HERE_MAX by name; who is on two servers is one."""
        crowds = [crowd for crowd, _ in self._crowds.values()]
        everyone = {by: name for crowd in crowds for by, name in crowd.people.items()}
        unnamed = sum(crowd.count - len(crowd.people) for crowd in crowds)
        ordered = sorted(everyone.items(), key=lambda person: (person[1].casefold(), person[0]))
        shown = [{"name": name, "by": by} for by, name in ordered[:HERE_MAX]]
        return {"here": shown, "count": len(everyone) + unnamed}
