"""RQ's groups: their names, how many jobs each holds, and in what status. Never by RQ's own reads, which clean up."""

from collections.abc import Iterable
from typing import Any

import redis

from webapp import rqkeys
from webapp.errors import NotFound
from webapp.queries.fields import reply, text
from webapp.queries.plan import Plan
from webapp.queries.rows import RowReader
from webapp.queries.statuses import GONE, Statuses

#: Names that are looked at, in the order of the alphabet; and groups of one page.
NAMES_MAX = 500
PAGE = 50
#: Members whose status is looked at: of one group, and of all groups of a page together.
MEMBERS_MAX, MEMBERS_ALL = 5_000, 10_000
#: Rows of an open group.
ROWS_MAX = 200
#: Names that one SSCAN is asked for.
SCAN = 500


def read(reader: redis.Redis, statuses: Statuses, start: int) -> dict[str, Any]:
    """One page of groups from the `start`-th name: {"total", "looked_at", "start", "groups", "note"}, see docs/api.md.

    Four round trips, one more for each 500 names.
    """
    all_names, total, broken = names(reader)
    shown = all_names[start : start + PAGE]
    found = members(reader, shown, share(len(shown)))
    statuses.refresh(reader, (job_id for ids, _ in found.values() for job_id in ids))
    return {
        "total": total,
        "looked_at": len(all_names),
        "start": start,
        "groups": [{"name": name, "total": size, **_counted(statuses, ids)} for name, (ids, size) in found.items()],
        "note": "unreadable" if broken else None,
    }


def members(reader: redis.Redis, shown: list[str], most: int) -> dict[str, tuple[list[str], int]]:
    """By name of a group at most `most` ids of its jobs, and how many there are. One round trip."""
    plan = Plan(reader)
    for name in shown:
        plan.ask(name, _ask_members, name, most)
    plan.execute()
    return {name: _members(plan[name], most) for name in shown}


def share(groups: int) -> int:
    """How many members of each are looked at where so many groups are shown."""
    return min(MEMBERS_MAX, MEMBERS_ALL // max(1, groups))


def read_one(reader: redis.Redis, rows: RowReader, statuses: Statuses, name: str) -> dict[str, Any]:
    """One group: {"name", "total", "by_status", "vanished", "looked_at", "jobs", "more"}, see docs/api.md.

    Raises NotFound where no job is in it. Two round trips, one for each 500 members, and those for the rows.
    """
    plan = Plan(reader)
    plan.ask("members", lambda pipe: pipe.scard(rqkeys.group(name)))
    plan.execute()
    total = plan["members"][0]
    if isinstance(total, redis.RedisError):
        raise NotFound(f"The key of the group {name[:100]!r} holds no group.", fix="Look at it with redis-cli.")
    if not total:
        raise no_group(name)
    ids = sorted(_scan(reader, rqkeys.group(name), MEMBERS_MAX))
    statuses.refresh(reader, ids)
    found = rows.rows(reader, ids[:ROWS_MAX])
    return {
        "name": name,
        "total": total,
        **_counted(statuses, ids),
        "jobs": [row.as_json() for row in sorted(found, key=lambda row: (row.created_at or 0, row.id))],
        "more": max(0, total - len(found)),
    }


def no_group(name: str) -> NotFound:
    """No group of that name, or none in sight."""
    return NotFound(
        f"There is no group {name[:100]!r} any more.", fix="RQ forgets a group when the last of its jobs is gone."
    )


def names(reader: redis.Redis) -> tuple[list[str], int, bool]:
    """(names, how many there are, whether the key holds none). One round trip, one more for each SCAN of NAMES_MAX."""
    plan = Plan(reader)
    plan.ask("total", lambda pipe: pipe.scard(rqkeys.GROUPS))
    total = plan.execute()["total"][0]
    if isinstance(total, redis.RedisError):
        return [], 0, True
    return sorted(_scan(reader, rqkeys.GROUPS, NAMES_MAX)) if total else [], total, False


def _scan(reader: redis.Redis, key: str, most: int) -> list[str]:
    """At most `most` members of a set, by SSCAN: one round trip for each SCAN of them."""
    found: dict[str, None] = {}
    cursor = None
    while cursor != 0 and len(found) < most:
        cursor, members = reader.sscan(key, cursor or 0, count=SCAN)
        found.update((name, None) for member in members if (name := text(member)))
    return list(found)[:most]


def _ask_members(pipe: redis.client.Pipeline, name: str, most: int) -> None:
    pipe.scard(rqkeys.group(name))
    pipe.sscan(rqkeys.group(name), 0, count=most)


def _members(replies: list[Any], most: int) -> tuple[list[str], int]:
    size, scanned = reply(replies[0], 0), reply(replies[1])
    ids = [job_id for member in (scanned[1] if scanned else ()) if (job_id := text(member))]
    return ids[:most], size


def _counted(statuses: Statuses, ids: Iterable[str]) -> dict[str, Any]:
    by_status = statuses.counts(ids)
    looked_at, vanished = sum(by_status.values()), by_status.pop(GONE, 0)
    return {"by_status": by_status, "vanished": vanished, "looked_at": looked_at}
