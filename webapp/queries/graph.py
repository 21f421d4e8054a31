"""What one job waits for and what waits for it, a few levels each way: read level by level, all bounded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import redis

from webapp import rqkeys
from webapp.models import JobSummary
from webapp.queries.fields import reply, text
from webapp.queries.job_detail import dependencies
from webapp.queries.job_plans import flag
from webapp.queries.plan import Plan
from webapp.queries.rows import RowReader
from webapp.rights import EVERYTHING, Rights

#: Levels that are followed each way, and jobs of one graph: more cannot be taken in, nor drawn on a phone.
LEVELS, JOBS_MAX = 3, 60
#: Parents or dependents of one job that are looked at.
RELATIONS_MAX = 60
#: Fields of a job's hash that name what it waits for.
PARENTS = ("dependency_ids", "dependency_id", "allow_dependency_failures")
#: Of a row, what a graph shows.
SHOWN = (
    "id",
    "status",
    "title",
    "type",
    "func",
    "queue",
    "created_at",
    "enqueued_at",
    "started_at",
    "ended_at",
    "run_at",
)

#: (parent, child)
Edge = tuple[str, str]


@dataclass
class _Job:
    """One job of the graph."""

    #: 0: the job itself; below: what it waits for; above: what waits for it.
    level: int
    #: Only an earlier read says that it belongs here: its own hash must say so too.
    recalled: bool = False
    #: At most RELATIONS_MAX of each, and how many RQ keeps.
    parents: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    parents_total: int = 0
    children_total: int = 0
    allow_failure: bool = False


class _Walk:
    """What has been found so far, from one job on."""

    def __init__(self, root: str, remembered: Iterable[Edge]) -> None:
        self.jobs = {root: _Job(0)}
        self._remembered: dict[str, list[str]] = {}
        for parent, child in remembered:
            self._remembered.setdefault(parent, []).append(child)

    def at(self, distance: int) -> dict[str, _Job]:
        """The jobs that are this far away, either way."""
        return {job_id: job for job_id, job in self.jobs.items() if abs(job.level) == distance}

    def forget_wrong(self, ids: Iterable[str]) -> None:
        """Drop of these jobs those that were recalled and wait for none of the others (any more)."""
        for job_id in list(ids):
            if self.jobs[job_id].recalled and self.jobs.keys().isdisjoint(self.jobs[job_id].parents):
                del self.jobs[job_id]

    def follow(self, job_id: str) -> None:
        """Take in the jobs beside this one, as long as there is room."""
        job = self.jobs[job_id]
        if -LEVELS < job.level <= 0:
            for parent in job.parents:
                self._take(parent, job.level - 1, recalled=False)
        if 0 <= job.level < LEVELS:
            for child in job.children:
                self._take(child, job.level + 1, recalled=False)
            for child in self._remembered.get(job_id, ()):
                self._take(child, job.level + 1, recalled=child not in self.jobs)

    def edges(self) -> list[Edge]:
        """Each relation of two jobs that are both here, once."""
        found = {(parent, job_id): None for job_id, job in self.jobs.items() for parent in job.parents}
        found |= {(job_id, child): None for job_id, job in self.jobs.items() for child in job.children}
        return [edge for edge in found if edge[0] in self.jobs and edge[1] in self.jobs]

    def _take(self, job_id: str, level: int, recalled: bool) -> None:
        if job_id in self.jobs:
            self.jobs[job_id].recalled &= recalled
        elif len(self.jobs) < JOBS_MAX:
            self.jobs[job_id] = _Job(level, recalled)


def read(
    reader: redis.Redis,
    rows: RowReader,
    job_id: str,
    remembered: Iterable[Edge] = (),
    rights: Rights = EVERYTHING,
) -> tuple[dict[str, Any] | None, list[Edge]]:
    """({"jobs", "edges", "more"} or None where there is no such job, its edges). At most JOBS_MAX jobs.

    Jobs that `rights` do not cover, and what is reached through them alone, count as relations that lead out of it.

    `remembered`: edges of an earlier read. RQ forgets the dependents of a job that has finished, while each dependent
    still names what it waited for: such an edge is kept as long as its hash says so. At most eight round trips.
    """
    walk = _walk(reader, job_id, remembered)
    found = {row.id: row for row in rows.rows(reader, walk.jobs)}
    if _is_gone(found[job_id]) or not rights.sees_job(found[job_id].queue, found[job_id].func):
        return None, []
    edges = walk.edges()
    seen = _reached(job_id, edges, found, rights) if rights.is_narrowed else walk.jobs.keys()
    shown = [edge for edge in edges if seen.issuperset(edge)] if rights.is_narrowed else edges
    told = [_told(found[other], job, shown) for other, job in walk.jobs.items() if other in seen]
    more = sum(one["more_parents"] + one["more_dependents"] for one in told)
    return {"jobs": told, "edges": [list(edge) for edge in shown], "more": more}, edges


def _reached(root: str, edges: Iterable[Edge], found: Mapping[str, JobSummary], rights: Rights) -> set[str]:
    """The jobs in sight to which a way leads that is all in sight."""
    beside: dict[str, set[str]] = {}
    for parent, child in edges:
        beside.setdefault(parent, set()).add(child)
        beside.setdefault(child, set()).add(parent)
    reached, ahead = {root}, [root]
    while ahead:
        for other in beside.get(ahead.pop(), set()) - reached:
            if rights.sees_job(found[other].queue, found[other].func):
                reached.add(other)
                ahead.append(other)
    return reached


def _walk(reader: redis.Redis, job_id: str, remembered: Iterable[Edge]) -> _Walk:
    walk = _Walk(job_id, remembered)
    for distance in range(LEVELS + 1):
        beyond = walk.at(distance)
        if not beyond:
            break
        _learn(reader, beyond)
        walk.forget_wrong(beyond)
        for other in walk.at(distance):
            walk.follow(other)
    return walk


def _learn(reader: redis.Redis, jobs: Mapping[str, _Job]) -> None:
    """Whom these jobs wait for, and who waits for those that are not above the root. One round trip."""
    plan = Plan(reader)
    for job_id, job in jobs.items():
        plan.ask(f"parents {job_id}", lambda pipe, key: pipe.hmget(key, PARENTS), rqkeys.job(job_id))
        if job.level >= 0:
            plan.ask(f"dependents {job_id}", _ask_dependents, rqkeys.dependents(job_id))
    plan.execute()
    for job_id, job in jobs.items():
        ids, first, allow = reply(plan[f"parents {job_id}"][0], (None, None, None))
        parents = dependencies(ids, first)
        job.parents, job.parents_total = parents[:RELATIONS_MAX], len(parents)
        job.allow_failure = flag(allow)
        if job.level >= 0:
            scanned, total = plan[f"dependents {job_id}"]
            members = sorted(text(member) or "" for member in reply(scanned, (0, []))[1])
            job.children, job.children_total = tuple(members[:RELATIONS_MAX]), reply(total, 0)


def _ask_dependents(pipe: redis.client.Pipeline, key: str) -> None:
    pipe.sscan(key, 0, count=RELATIONS_MAX)
    pipe.scard(key)


def _is_gone(row: JobSummary) -> bool:
    return row.status is None and row.created_at is None and row.queue is None


def _told(row: JobSummary, job: _Job, edges: Iterable[Edge]) -> dict[str, Any]:
    """A job as a graph shows it. `more_parents`, `more_dependents`: relations that lead out of the graph."""
    known = [edge for edge in edges if row.id in edge]
    parents, children = sum(edge[1] == row.id for edge in known), sum(edge[0] == row.id for edge in known)
    return {name: getattr(row, name) for name in SHOWN} | {
        "level": job.level,
        "gone": _is_gone(row),
        "allow_failure": job.allow_failure,
        "more_parents": max(0, job.parents_total - parents),
        "more_dependents": max(0, job.children_total - children),
    }
