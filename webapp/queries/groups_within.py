"""RQ's groups for somebody who may not see all: a group is in sight where one of its jobs is.

The rest of a group is not told, but for its size where not all of it was looked at.
"""

from collections import Counter
from typing import Any

import redis

from webapp import scoped
from webapp.models import JobSummary
from webapp.queries import groups
from webapp.queries.rows import RowReader
from webapp.rights import Rights

#: Members that are looked at: of one group, of all groups together, and at a time.
MEMBERS_MAX, MEMBERS_ALL, STEP = 2_000, 4_000, 200


def read(reader: redis.Redis, rows: RowReader, start: int, rights: Rights) -> dict[str, Any]:
    """What `groups.read` tells, of the groups in sight: how many others there are is not told.

    Of each name that is looked at so many members are read as fit. Round trips as there, and those of the rows.
    """
    names, _, broken = groups.names(reader)
    members = groups.members(reader, names, MEMBERS_ALL // max(1, len(names)))
    seen = {
        row.id: row for row in _seen(reader, rows, [job_id for ids, _ in members.values() for job_id in ids], rights)
    }
    told = []
    for name, (ids, size) in members.items():
        if ours := [seen[job_id] for job_id in ids if job_id in seen]:
            told.append({"name": name, **_counted(ours, ids, size)})
    return {
        "total": len(told),
        "looked_at": len(told),
        "start": start,
        "groups": told[start : start + groups.PAGE],
        "note": "unreadable" if broken else None,
    }


def read_one(reader: redis.Redis, rows: RowReader, name: str, rights: Rights) -> dict[str, Any]:
    """What `groups.read_one` tells, of the jobs in sight. Raises NotFound where there are none.

    Round trips as there, and those of the rows: one for each STEP of members, up to four more for jobs not met before.
    """
    ids, size = groups.members(reader, [name], MEMBERS_MAX)[name]
    seen = _seen(reader, rows, ids, rights)
    if not seen:
        raise groups.no_group(name)
    shown = sorted(seen, key=lambda row: (row.created_at or 0, row.id))[: groups.ROWS_MAX]
    counted = _counted(seen, ids, size)
    more = max(0, counted["total"] - len(shown))
    return {"name": name, **counted, "jobs": [row.as_json() for row in shown], "more": more}


def _seen(reader: redis.Redis, rows: RowReader, ids: list[str], rights: Rights) -> list[JobSummary]:
    found: list[JobSummary] = []
    for start in range(0, len(ids), STEP):
        found += scoped.rows(rows.rows(reader, ids[start : start + STEP]), rights)
    return found


def _counted(seen: list[JobSummary], ids: list[str], size: int) -> dict[str, Any]:
    """`total`: those in sight, and those that were not looked at."""
    by_status = dict(Counter(row.status for row in seen if row.status))
    total = len(seen) + max(0, size - len(ids))
    return {"total": total, "by_status": by_status, "vanished": 0, "looked_at": len(seen)}
