"""Collects the jobs of an operation, as a search finds them, and counts what they are. Changes no job.

What is collected is kept in memory and written at the end: a process that takes over from one that died begins anew.
"""

import json
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from jobs import _keys
from webapp import rqkeys
from webapp.actions.verbs import FITS, FROM_THE_END
from webapp.operations import chunks, fence
from webapp.operations.bursts import Bursts, command
from webapp.operations.ledger import Ledger
from webapp.operations.places import Places
from webapp.operations.room import Room
from webapp.operations.search_look import Look
from webapp.operations.search_walk import LISTED, IdWalk, KeyWalk, ListWalk, plan
from webapp.operations.shift import Tools
from webapp.queries.fields import text
from webapp.search.demands import Demands, demands
from webapp.search.facets import Facets, Hit
from webapp.search.matcher import Matcher
from webapp.search.parser import parse

REPORT_EVERY = 0.2
_XLEN = command("XLEN")


class Collect:
    """`work()` is advanced in steps of some milliseconds."""

    def __init__(self, operation_id: str, stored: dict[bytes, bytes], tools: Tools) -> None:
        self._ledger = Ledger(operation_id, tools)
        self._operation_key = _keys.operation(operation_id)
        self._of = json.loads(stored[b"of"])
        self.verb = text(stored[b"verb"]) or ""
        self._fence = fence.of(stored)
        self._tools = tools
        self._bursts = Bursts(tools.reader)
        self._hits: list[Hit] = []
        self._seen: set[bytes] = set()
        self._facets = Facets()
        self._skipped: Counter[str] = Counter()
        self._runs: Counter[str] = Counter()
        self._scanned = 0
        self._more = False

    def close(self) -> None:
        self._bursts.close()

    def work(self) -> Iterator[float | None]:
        """Collect until the operation is ready. Raises Gone, Lost, Full, redis.RedisError."""
        self._ledger.begin()
        walk, matcher = self._plan()
        report_at = time.monotonic() + REPORT_EVERY
        while not self._more and (ids := walk.window(self._bursts)) is not None:
            look = Look(self._bursts, matcher, self._tools.clock.now_ms())
            yield from look.run(ids)
            self._scanned += look.scanned
            yield from self._take(look.hits)
            if time.monotonic() >= report_at:
                report_at = time.monotonic() + REPORT_EVERY
                self._ledger.report(self._told() | {"scanned": self._scanned, "expected": walk.total(self._scanned)})
        places = Places(self._bursts, self.verb in FROM_THE_END)
        yield from places.order(self._hits)
        yield from self._write(self._fitting(places.jobs))

    def _plan(self) -> tuple[IdWalk | ListWalk | KeyWalk, Matcher]:
        of, types = self._of, self._tools.titles.of
        if "ids" in of:
            ids = [job_id.encode() for job_id in of["ids"]]
            return IdWalk(ids), Matcher(parse("status:*"), types)
        if "q" in of:
            query = parse(of["q"])
            return plan(self._tools.reader, demands(query), None), Matcher(query, types, self._tools.redactor)
        statuses = frozenset({of["status"]}) if of.get("status") else LISTED
        demanded = Demands(statuses, frozenset({of["queue"].lower()}))
        return plan(self._tools.reader, demanded, None), Matcher(parse("status:*"), types)

    def _take(self, hits: list[Hit]) -> Iterator[None]:
        fresh = []
        for hit in hits:
            if hit.id in self._seen or not self._is_meant(hit):
                continue
            self._seen.add(hit.id)
            if hit.status not in FITS[self.verb]:
                self._skipped[hit.status or "missing"] += 1
            elif len(self._hits) + len(fresh) < _keys.OPERATION_JOBS_MAX:
                fresh.append(hit)
                self._facets.add(hit)
            else:
                self._more = True
        self._hits += fresh
        if self.verb == "requeue" and fresh:
            self._bursts.send([_XLEN(rqkeys.results("").encode() + hit.id) for hit in fresh])
            yield
            for runs in self._bursts.take():
                # A failed job has run, also where RQ kept no result of it.
                self._runs["3+" if (runs or 1) >= 3 else str(runs or 1)] += 1

    def _is_meant(self, hit: Hit) -> bool:
        """Exactly this queue and status: a search takes * for anything, and tells no capitals. And who asked may act on
        it: what they may not see is not counted either."""
        of = self._of
        if self._fence and not self._fence.sees_job(hit.queue or None, hit.func or None):
            return False
        return "queue" not in of or (hit.queue == of["queue"] and of.get("status") in (None, hit.status))

    def _told(self) -> dict[str, Any]:
        return {
            "total": len(self._hits),
            "facets": self._facets.stored(),
            "skipped": json.dumps(self._skipped),
            "runs": json.dumps(self._runs),
            "more": int(self._more),
        }

    def _fitting(self, jobs: list[chunks.Kept]) -> list[chunks.Kept]:
        """Without those that are set aside already, or, to be released, are not."""
        if self.verb not in ("hold", "release"):
            return jobs
        fits = [kept for kept in jobs if kept.stands.endswith(chunks.HELD) == (self.verb == "release")]
        self._skipped.update({"held" if self.verb == "hold" else "not_held": len(jobs) - len(fits)})
        ids = {chunks.raw(kept.id) for kept in fits}
        self._hits = [hit for hit in self._hits if hit.id in ids]
        self._facets = Facets()
        for hit in self._hits:
            self._facets.add(hit)
        return fits

    def _write(self, jobs: list[chunks.Kept]) -> Iterator[None]:
        if "ids" in self._of:
            gone = len(self._of["ids"]) - len(self._seen)
            self._skipped.update({"missing": gone} if gone else {})
        yield from self._ledger.write(jobs)
        told = self._told() | {"scanned": self._scanned, "state": "ready"}
        if self.verb == "delete":
            told |= Room(self._tools, self._operation_key).promise(jobs)
        self._ledger.report(told, ready=True)
