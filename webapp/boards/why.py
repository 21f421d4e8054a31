"""Why a job does not run: `why/<job id>`. A code with its figures; what is meant stands on the page."""

import threading
from typing import Any

from webapp import scoped
from webapp.boards.board import Board, Context
from webapp.errors import NotFound
from webapp.queries.explain import explain
from webapp.queries.explain_facts import Facts, Reason
from webapp.queries.explain_read import facts
from webapp.queries.sightings import Sightings


class Why(Board):
    """Read while the page of a job that does not run is open. Remembers only what it may not tell yet."""

    every = 3.0
    narrows = True

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sightings = Sightings()

    def read(self, context: Context, argument: str) -> dict[str, Any]:
        """At most ten other jobs are named. Costs what `explain_read.facts` costs, and a round trip for their rows."""
        # The whole overview: what is before it in other queues counts, whoever may see these.
        found = facts(context.reader, context.clock, context.rows, context.whole(), argument)
        if found is None or not context.rights.sees_job(found.row.queue, found.row.func):
            raise NotFound(f"There is no job {argument[:100]!r}.")
        reason = explain(found)
        return _value(context, found, self._certain(found, reason))

    def jobs(self, value: dict[str, Any]) -> frozenset[str]:
        return frozenset([value["id"], *(job["id"] for job in value["jobs"])])

    def _certain(self, found: Facts, reason: Reason | None) -> Reason | None:
        """The reason, or what is said until it has stood for long enough."""
        row = found.row
        with self._lock:
            if reason is None or reason.until is None:
                self._sightings.forget(row.id)
                return reason
            mark = (reason.code, row.status, row.enqueued_at, row.started_at)
            return reason if self._sightings.stands(row.id, mark) else reason.until


def _value(context: Context, found: Facts, reason: Reason | None) -> dict[str, Any]:
    jobs = context.rows.rows(context.reader, reason.jobs) if reason and reason.jobs else []
    seen = scoped.rows(jobs, context.rights) if context.rights.is_narrowed else jobs
    figures = reason.figures if reason else {}
    if not context.rights.sees_queue(figures.get("queue") or found.queue):
        # Where a job that is waited for waits itself.
        figures = figures | {"queue": None}
    return {
        "id": found.row.id,
        "status": found.row.status,
        "code": reason.code if reason else None,
        "figures": figures,
        "jobs": [row.as_json() for row in seen],
        "hidden": len(jobs) - len(seen),
        "cut": found.cut,
    }
