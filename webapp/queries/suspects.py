"""Jobs that a walk over many found to be stuck: told of when a later look finds the same again. No I/O.

A walk takes minutes at any size, so nobody may rely on what it saw once. Who is suspected is looked at again after
some seconds, and from then on in turns, so that what was mended goes away.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

#: Suspects that are remembered; about 300 bytes each.
SUSPECTS_MAX = 20_000


@dataclass(frozen=True)
class Suspect:
    """One job, and why it is suspected."""

    #: What must be the same at the next look: the reason, and the times that change when the job is moved.
    mark: Any
    #: monotonic seconds of the first and the last look that found it so
    found: float
    looked: float
    told: bool = False


class Suspects:
    """Remembers them in the order in which they were found."""

    def __init__(self) -> None:
        self._all: dict[str, Suspect] = {}
        #: Whether more were found than are remembered.
        self.cut = False

    def __contains__(self, job_id: str) -> bool:
        return job_id in self._all

    def add(self, found: Mapping[str, Any], now: float | None = None) -> None:
        """A walk found these, with their marks. Who is known already stays as he is."""
        now = time.monotonic() if now is None else now
        for job_id, mark in found.items():
            if len(self._all) >= SUSPECTS_MAX:
                self.cut = True
                return
            self._all.setdefault(job_id, Suspect(mark, now, now))

    def due(self, most: int, shown: int, stands: float, now: float | None = None) -> list[str]:
        """At most `most` ids to look at again: the first `shown` that are told, then who was looked at longest ago.

        Nobody is looked at sooner than `stands` seconds after he was found.
        """
        now = time.monotonic() if now is None else now
        first = self.told()[:shown]
        others = [job_id for job_id, one in self._all.items() if now - one.looked >= stands]
        others.sort(key=lambda job_id: self._all[job_id].looked)
        return list(dict.fromkeys([*first, *others]))[:most]

    def judge(self, asked: Iterable[str], found: Mapping[str, Any], now: float | None = None) -> None:
        """Of `asked`, which `due` gave, `found` are as they were or suspected anew; the others are cleared."""
        now = time.monotonic() if now is None else now
        for job_id in asked:
            known = self._all[job_id]
            if job_id not in found:
                del self._all[job_id]
                self.cut = False
            elif found[job_id] == known.mark:
                self._all[job_id] = replace(known, looked=now, told=True)
            else:
                self._all[job_id] = Suspect(found[job_id], now, now)

    def told(self) -> list[str]:
        """Ids of those that were found so at least twice, the longest known first."""
        return sorted((job_id for job_id, one in self._all.items() if one.told), key=lambda one: self._all[one].found)

    def mark(self, job_id: str) -> Any:
        """Why it is suspected; None where it is not."""
        return self._all[job_id].mark if job_id in self._all else None

    def clear(self) -> None:
        self._all.clear()
        self.cut = False
