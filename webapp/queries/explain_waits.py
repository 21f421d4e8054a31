"""Why a job waits for other jobs or for a slot: which of them never end, and whether it waits for itself. No I/O."""

from collections.abc import Mapping

from webapp.queries.explain_facts import DEAD, MET, Facts, Node, Reason

#: Jobs that are named.
NAMED_MAX = 10
#: Statuses of a job that keeps its slot with right.
HOLDS = frozenset({"queued", "started"})

Graph = Mapping[str, Node]


def deferred(facts: Facts) -> Reason:
    """Of a job that waits for its parents."""
    graph, own = facts.graph, facts.graph[facts.row.id]
    met, dead, gone, pending = sorted_parents(graph, own)
    figures = {"n": len(pending), "of": len(own.parents), "gone": len(gone)}
    circle = way_back(graph, own.id)
    if circle:
        return Reason("circle", figures | {"n": len(circle)}, circle[:NAMED_MAX])
    if dead:
        return Reason("dead_parents", figures | {"n": len(dead), **_by_status(graph, dead)}, tuple(dead[:NAMED_MAX]))
    if not pending:
        figures |= {"n": len(gone) or len(met), "workers": len(facts.alive())}
        if gone:
            return Reason("gone_parents", figures)
        return Reason("parents_met", figures, until=Reason("waits_for", figures))
    waits = Reason("waits_for", figures, tuple(pending[:NAMED_MAX]))
    for parent in pending:
        path = doomed(graph, parent)
        if path:
            return Reason("dead_ancestor", figures | {"n": len(path)}, path[:NAMED_MAX])
    if facts.told_by.isdisjoint(pending):
        return Reason("forgotten", figures, waits.jobs, until=waits)
    return waits


def sorted_parents(graph: Graph, node: Node) -> tuple[list[str], list[str], list[str], list[str]]:
    """Ids of its parents: (met, dead, gone, still to come). What was not walked to counts as still to come."""
    met, dead, gone, pending = [], [], [], []
    for parent_id in dict.fromkeys(node.parents):
        parent = graph.get(parent_id)
        if parent is None:
            pending.append(parent_id)
        elif parent.status is None:
            gone.append(parent_id)
        elif parent.status in MET or (parent.status == "failed" and node.allows_failure):
            met.append(parent_id)
        elif parent.status in DEAD:
            dead.append(parent_id)
        else:
            pending.append(parent_id)
    return met, dead, gone, pending


def doomed(graph: Graph, start: str) -> tuple[str, ...]:
    """The way from a job that waits to what will never end: ids, `start` first; empty where there is none.

    It ends at a dead parent, at a job whose parents are all gone, or in a circle. O(jobs and parents).
    """
    return _doomed(graph, start, (), set())


def _doomed(graph: Graph, job_id: str, path: tuple[str, ...], sound: set[str]) -> tuple[str, ...]:
    node = graph.get(job_id)
    if node is None or node.status != "deferred" or job_id in sound:
        return ()
    path = (*path, job_id)
    _, dead, gone, pending = sorted_parents(graph, node)
    if dead:
        return (*path, dead[0])
    if gone and not pending:
        return path
    for parent in pending:
        found = path if parent in path else _doomed(graph, parent, path, sound)
        if found:
            return found
    sound.add(job_id)
    return ()


def way_back(graph: Graph, start: str) -> tuple[str, ...]:
    """The circle on which the job waits for itself: ids, `start` first; empty where there is none. O(jobs)."""
    return _way_back(graph, start, start, {})


def _way_back(graph: Graph, job_id: str, start: str, known: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """`known`: jobs that were asked before, with their answer; nothing while they are being asked."""
    node = graph.get(job_id)
    if node is None or job_id in known:
        return known.get(job_id, ())
    known[job_id] = ()

    def back(other: str) -> tuple[str, ...]:
        return (job_id,) if other == start else _prefixed(job_id, _way_back(graph, other, start, known))

    if node.status == "deferred":
        known[job_id] = next(filter(None, map(back, sorted_parents(graph, node)[3])), ())
    elif node.status == "rate_limited" and node.holders:
        # Whichever holder ends first sets it free: it waits for itself only where all of them do.
        ways = [back(holder) for holder in node.holders]
        known[job_id] = ways[0] if all(ways) else ()
    return known[job_id]


def _prefixed(job_id: str, path: tuple[str, ...]) -> tuple[str, ...]:
    return (job_id, *path) if path else ()


def _by_status(graph: Graph, ids: list[str]) -> dict[str, int]:
    found = [graph[job_id].status for job_id in ids]
    return {status: found.count(status) for status in sorted(DEAD)}


def rate_limited(facts: Facts) -> Reason:
    """Of a job that waits for a slot of its rate limit."""
    limit = facts.limit
    if limit is None or limit.ahead is None:
        return Reason("in_no_list", {"queue": facts.queue, "workers": len(facts.alive())}, until=Reason("slot_soon"))
    figures = {"key": limit.key, "slots": limit.slots, "held": len(limit.holders), "ahead": limit.ahead}
    figures["workers"] = len(facts.overview.workers) if facts.overview else 0
    circle = way_back(facts.graph, facts.row.id)
    if circle:
        return Reason("slot_circle", figures | {"n": len(circle)}, circle[:NAMED_MAX])
    if len(limit.holders) < limit.slots:
        return Reason("slot_free", figures, until=Reason("slot_soon", figures))
    stale = [holder for holder in limit.holders if is_stale(facts.graph.get(holder))]
    if stale:
        # Those that hold a slot with right may still set it free: but a dead one does not.
        return _dead_slots(facts, figures, stale)
    waiting = [holder for holder in limit.holders if _waits_for_nobody(facts, holder)]
    if len(waiting) == len(limit.holders):
        queue = facts.graph[waiting[0]].queue
        return Reason("slots_wait", figures | {"queue": queue}, limit.holders[:NAMED_MAX])
    return Reason("slots_held", figures, limit.holders[:NAMED_MAX])


def _dead_slots(facts: Facts, figures: dict, stale: list[str]) -> Reason:
    holders = facts.limit.holders if facts.limit else ()
    until = Reason("slots_held", figures, holders[:NAMED_MAX])
    return Reason("slots_dead", figures | {"n": len(stale)}, tuple(stale[:NAMED_MAX]), until)


def is_stale(holder: Node | None) -> bool:
    """Whether RQ's maintenance would take the slot from it: neither queued nor started, and no run of it lives."""
    return holder is not None and holder.status not in HOLDS and not holder.runs


def _waits_for_nobody(facts: Facts, holder: str) -> bool:
    """Whether the holder is queued where no worker listens, or its run has no heartbeat any more."""
    node = facts.graph.get(holder)
    if node is None or facts.overview is None:
        return False
    if node.status == "started":
        return not node.runs
    stats = facts.overview.queues.get(node.queue or "")
    return node.status == "queued" and stats is not None and not stats.workers
