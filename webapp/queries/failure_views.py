"""What boards tell of causes of failure: the latest in full, what is new, what is muted. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from webapp.queries.failure_groups import HOUR_MS, Group, Groups
from webapp.queries.mutes import Mute, is_over
from webapp.queries.titles import Titles

#: Causes that a board names, the latest first.
GROUPS_MAX = 200


@dataclass(frozen=True)
class View:
    """What is known, and when."""

    groups: Groups
    mutes: Mapping[str, Mute]
    #: Redis time, epoch ms.
    now: int
    titles: Titles
    #: Whether all failed jobs that there are were looked at.
    is_whole: bool

    @cached_property
    def reaches_back(self) -> bool:
        """Whether more than the last hour is known: older jobs than are remembered may have failed alike."""
        return self.is_whole or any(found.sums.times[0] < self.now - HOUR_MS for found in self.groups)

    def mute_of(self, cause_id: str) -> Mute | None:
        """The mute that hides the cause now."""
        mute = self.mutes.get(cause_id)
        return None if mute is None or is_over(mute, self.now) else mute


def overview(view: View) -> dict[str, Any]:
    """Every cause, the latest GROUPS_MAX in full, at most 600 KB; and the mutes of which no job is left. O(jobs) where
    they have changed, else O(causes).
    """
    latest = sorted(view.groups, key=lambda found: (view.mute_of(found.id) is None, found.sums.times[-1]), reverse=True)
    hides = {cause_id: mute for cause_id in view.mutes if (mute := view.mute_of(cause_id)) is not None}
    return {
        "groups": [group(found, view) for found in latest[:GROUPS_MAX]],
        "more": max(0, len(latest) - GROUPS_MAX),
        "causes": len(latest),
        "failed": sum(len(found.jobs) for found in latest),
        "mutes": [{"id": cause_id} | mute for cause_id, mute in hides.items() if view.groups.get(cause_id) is None],
        "last_hour": last_hour(view.groups, view.mutes, view.now),
    }


def group(found: Group, view: View) -> dict[str, Any]:
    """One cause as every board tells it; `new`: it never occurred before this hour, as far as is known."""
    first = min(found.sums.times[0], view.groups.first_seen(found.id))
    told = found.as_json(view.now, view.titles.of) | {"first": first, "muted": view.mute_of(found.id)}
    return told | {"new": view.reaches_back and first >= view.now - HOUR_MS}


def last_hour(groups: Groups, mutes: Mapping[str, Mute], now: int) -> dict[str, int]:
    """Causes that occurred within the last hour and are not muted, and their jobs. O(causes)."""
    heard = [found for found in groups if found.id not in mutes or is_over(mutes[found.id], now)]
    counts = [found.since(now - HOUR_MS) for found in heard]
    return {"causes": sum(1 for n in counts if n), "jobs": sum(counts)}
