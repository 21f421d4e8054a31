"""Which deferred jobs will never run, of all that a walk has seen: pure, and without recursion at any depth.

A deferred job needs all its parents. It is stuck where one of them ended badly, where those that have not ended are
all gone, where one of them is stuck itself, or where it waits for itself round a circle.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from webapp.queries.explain_facts import Node
from webapp.queries.explain_waits import sorted_parents

#: Reasons that are a parent's status are those of RQ: failed, stopped, canceled.
GONE, ABOVE, CIRCLE = "gone", "above", "circle"


class Mark(NamedTuple):
    """Why a deferred job never runs."""

    reason: str
    #: The parent at which that shows.
    parent: str
    queue: str | None


def direct(graph: Mapping[str, Node], job: Node) -> Mark | None:
    """What its own parents show."""
    _, dead, gone, pending = sorted_parents(graph, job)
    if dead:
        return Mark(str(graph[dead[0]].status), dead[0], job.queue)
    if gone and not pending:
        return Mark(GONE, gone[0], job.queue)
    return Mark(CIRCLE, job.id, job.queue) if job.id in pending else None


def stuck(graph: Mapping[str, Node], deferred: Iterable[str]) -> dict[str, Mark]:
    """{id: why} of those of `deferred` that never run. O(jobs and parents)."""
    jobs = {job_id: graph[job_id] for job_id in deferred}
    waits = {job_id: [one for one in sorted_parents(graph, job)[3] if one in jobs] for job_id, job in jobs.items()}
    found = {job_id: mark for job_id, job in jobs.items() if (mark := direct(graph, job))}
    for job_id, parent in _below(found, waits).items():
        found[job_id] = Mark(ABOVE, parent, jobs[job_id].queue)
    left = {job_id: parents for job_id, parents in waits.items() if job_id not in found}
    return found | {job_id: Mark(CIRCLE, parent, jobs[job_id].queue) for job_id, parent in _circles(left).items()}


def _below(found: Iterable[str], waits: Mapping[str, list[str]]) -> dict[str, str]:
    """{id: parent} of those that wait for one of `found`, and of those that wait for these, and so on."""
    below: dict[str, str] = {}
    known = set(found)
    children = defaultdict(list)
    for job_id, parents in waits.items():
        for parent in parents:
            children[parent].append(job_id)
    todo = deque(known)
    while todo:
        parent = todo.popleft()
        for child in children[parent]:
            if child not in known:
                known.add(child)
                below[child] = parent
                todo.append(child)
    return below


def _circles(waits: Mapping[str, list[str]]) -> dict[str, str]:
    """{id: parent} of who is left when all are taken away that wait for nobody left: circles, and what is behind."""
    left = {job_id: {parent for parent in parents if parent in waits} for job_id, parents in waits.items()}
    children = defaultdict(list)
    for job_id, parents in left.items():
        for parent in parents:
            children[parent].append(job_id)
    todo = deque(job_id for job_id, parents in left.items() if not parents)
    while todo:
        done = todo.popleft()
        for child in children[done]:
            left[child].discard(done)
            if not left[child]:
                todo.append(child)
    return {job_id: min(parents) for job_id, parents in left.items() if parents}
