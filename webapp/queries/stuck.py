"""Stuck work, gathered: what will not go on without somebody. Each kind is read by a part of its own; never writes."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import redis

from webapp import scoped
from webapp.models import JobSummary
from webapp.models_overview import Overview
from webapp.queries import sightings
from webapp.queries.rows import RowReader
from webapp.queries.stuck_deferred import DeferredWalk
from webapp.queries.stuck_facts import KINDS, SHOWN_MAX, Kind, ids
from webapp.queries.stuck_lists import StuckLists, lost_workers
from webapp.queries.stuck_nowhere import NowhereWalk
from webapp.rights import EVERYTHING, Rights

#: Stuck jobs that are looked at for those of some queues and functions, and at a time.
ROWS_MAX, STEP = 2_000, 200


class StuckReader:
    """Remembers how far its walks are, and what it may not tell yet. Used by one thread at a time."""

    def __init__(self) -> None:
        self._lists = StuckLists()
        self._deferred = DeferredWalk()
        self._nowhere = NowhereWalk()
        #: monotonic seconds of the end of the first look
        self._began: float | None = None

    def read(
        self, reader: redis.Redis, rows: RowReader, overview: Overview, now_ms: int, rights: Rights = EVERYTHING
    ) -> dict[str, Any]:
        """{"kinds": what is stuck, "looked": how far the walks are}. About twenty round trips.

        Of the queues in `overview`, which `rights` cover, and of the jobs that they cover.

        What may be a moment between two writes is told only by a read some seconds later; until then the look is
        not `sure`.
        """
        is_sure = self._began is not None and time.monotonic() - self._began >= sightings.STANDS
        kinds = {kind.kind: kind for kind in self._lists.read(reader, overview, now_ms)}
        kinds["lost_worker"] = lost_workers(overview, (one.id for one in kinds["abandoned"].found))
        kinds["deferred"] = self._deferred.read(reader, overview, now_ms)
        kinds["nowhere"] = self._nowhere.read(reader, overview, now_ms)
        if rights.is_narrowed:
            kinds = _within(reader, rows, kinds, rights)
        known = {row.id: row for row in rows.rows(reader, ids(kinds.values()))}
        known = {job_id: row for job_id, row in known.items() if rights.sees_job(row.queue, row.func)}
        told = [_without_gone(kinds[name], known) for name in KINDS]
        self._began = time.monotonic() if self._began is None else self._began
        return {
            "kinds": [kind.as_json(known, overview) for kind in told if kind.total()],
            "looked": {
                "sure": is_sure,
                "queues": len(overview.queues),
                "workers": len(overview.workers),
                "deferred": min(self._deferred.looked_at, overview.totals.deferred),
                "deferred_of": overview.totals.deferred,
                "keys": min(self._nowhere.looked_at, self._nowhere.keys),
                "keys_of": self._nowhere.keys,
                "walks": self._nowhere.walks,
                "began_at": self._nowhere.began_at,
            },
        }


def _within(reader: redis.Redis, rows: RowReader, kinds: Mapping[str, Kind], rights: Rights) -> dict[str, Kind]:
    """Of each kind the jobs that `rights` cover, of the first ROWS_MAX. A round trip for each STEP, and up to four more
    for jobs not met before.
    """
    named = list(dict.fromkeys(one.id for kind in kinds.values() for one in kind.found))[:ROWS_MAX]
    seen: set[str] = set()
    for start in range(0, len(named), STEP):
        seen |= {row.id for row in scoped.rows(rows.rows(reader, named[start : start + STEP]), rights)}
    return {name: replace(kind, found=[one for one in kind.found if one.id in seen]) for name, kind in kinds.items()}


def _without_gone(kind: Kind, rows: Mapping[str, JobSummary]) -> Kind:
    """Without jobs whose hash has expired meanwhile: RQ drops them when their turn comes. A slot may be theirs."""
    if kind.kind == "slots":
        return kind
    gone = {one.id for one in kind.found[:SHOWN_MAX] if rows[one.id].status is None}
    left = [one for one in kind.found if one.id not in gone]
    return replace(kind, found=left, count=None if kind.count is None else kind.count - len(gone))
