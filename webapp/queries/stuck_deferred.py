"""Walks all deferred jobs, some hundred at each look, for those whose parents will never let them run. Never writes."""

from collections.abc import Iterable

import redis

from webapp import rqkeys
from webapp.models_overview import Overview
from webapp.queries import sightings
from webapp.queries.explain_facts import Node
from webapp.queries.explain_walk import PARENTS_MAX, read_nodes
from webapp.queries.fields import reply, text
from webapp.queries.plan import Plan
from webapp.queries.stuck_facts import SHOWN_MAX, Found, Kind
from webapp.queries.stuck_graph import ABOVE, CIRCLE, Mark, direct, stuck
from webapp.queries.suspects import Suspects

#: Deferred jobs that one look reads, and jobs that it looks at again.
WALKED_MAX, AGAIN_MAX = 500, 200
#: Parents that one look reads; of one that it does not read nothing is said.
PARENTS_READ_MAX = 2_000
#: Jobs of one walk that are remembered to find circles and chains; beyond, each is judged by its own parents.
GRAPH_MAX = 20_000


class DeferredWalk:
    """Goes through the deferred registries again and again; remembers where it is."""

    def __init__(self) -> None:
        self._suspects = Suspects()
        self._begin([])

    def _begin(self, queues: list[str]) -> None:
        self._queues, self._cursor, self.looked_at = queues, 0, 0
        self._graph: dict[str, Node] = {}
        self._deferred: set[str] = set()

    def read(self, reader: redis.Redis, overview: Overview, now_ms: int) -> Kind:
        """Go on by at most WALKED_MAX jobs. Up to five round trips; none where nothing is deferred."""
        if not overview.totals.deferred:
            self._begin([])
            self._suspects.clear()
            return Kind(kind="deferred")
        self._look_again(reader, now_ms)
        self._go_on(reader, overview, now_ms)
        found = [self._found(job_id) for job_id in self._suspects.told()]
        return Kind(kind="deferred", found=found, at_least=self._suspects.cut)

    def _go_on(self, reader: redis.Redis, overview: Overview, now_ms: int) -> None:
        if not self._queues:
            self._begin([name for name, stats in overview.queues.items() if stats.deferred])
        ids = self._next_ids(reader, overview)
        self.looked_at += len(ids)
        graph = _read(reader, ids, now_ms)
        waiting = [job_id for job_id in ids if graph[job_id].status == "deferred"]
        if len(self._graph) + len(graph) <= GRAPH_MAX:
            self._graph |= graph
            self._deferred.update(waiting)
        else:
            self._suspects.add({job_id: mark for job_id in waiting if (mark := direct(graph, graph[job_id]))})
        if not self._queues:
            self._suspects.add(stuck(self._graph, self._deferred))

    def _next_ids(self, reader: redis.Redis, overview: Overview) -> list[str]:
        """The next ids of the registries, of as many queues as fit into one look."""
        room, names = WALKED_MAX, []
        while self._queues and room > 0:
            name = self._queues.pop(0)
            names.append(name)
            room -= overview.queues[name].deferred if name in overview.queues else 0
        plan = Plan(reader)
        for at, name in enumerate(names):
            key, cursor = rqkeys.registry("deferred", name), self._cursor if at == 0 else 0
            plan.ask(name, lambda pipe, key, cursor: pipe.zscan(key, cursor, count=WALKED_MAX), key, cursor)
        plan.execute()
        ids: list[str] = []
        self._cursor = 0
        for name in names:
            cursor, members = reply(plan[name][0], (0, []))
            ids += [text(member) or "" for member, _ in members]
            if cursor:
                # Only the last of them is larger than what a look reads.
                self._queues.insert(0, name)
                self._cursor = cursor
        return list(dict.fromkeys(ids))

    def _look_again(self, reader: redis.Redis, now_ms: int) -> None:
        """Tell of those that are as they were some seconds ago, and let go who is not."""
        ids = self._suspects.due(AGAIN_MAX, SHOWN_MAX, sightings.STANDS)
        graph = _read(reader, ids, now_ms)
        found = {}
        for job_id in ids:
            mark = self._mark_now(graph, job_id)
            if mark is not None and graph[job_id].status == "deferred":
                found[job_id] = mark
        self._suspects.judge(ids, found)

    def _mark_now(self, graph: dict[str, Node], job_id: str) -> Mark | None:
        known = self._suspects.mark(job_id)
        if known.reason in (ABOVE, CIRCLE):
            parent = graph.get(known.parent)
            still = parent is not None and parent.status == "deferred" and known.parent in self._suspects
            return known if still else direct(graph, graph[job_id])
        return direct(graph, graph[job_id])

    def _found(self, job_id: str) -> Found:
        mark = self._suspects.mark(job_id)
        return Found(id=job_id, queue=mark.queue, reason=mark.reason, parent=mark.parent)


def _read(reader: redis.Redis, ids: Iterable[str], now_ms: int) -> dict[str, Node]:
    """These jobs and their parents, by id."""
    graph = read_nodes(reader, list(ids), now_ms)
    parents = {parent for job in graph.values() for parent in job.parents[:PARENTS_MAX]} - graph.keys()
    return graph | read_nodes(reader, sorted(parents)[:PARENTS_READ_MAX], now_ms)
