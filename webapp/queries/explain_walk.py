"""Reads the jobs between a job that waits and what it waits for: parents, and holders of the slots it needs."""

from typing import Any

import redis

from webapp import rqkeys
from webapp.queries.explain_facts import Node
from webapp.queries.fields import reply, text
from webapp.queries.job_detail import dependencies
from webapp.queries.plan import Plan

FIELDS = (
    "status",
    "origin",
    "dependency_ids",
    "dependency_id",
    "allow_dependency_failures",
    "rate_limit_key",
)
#: Jobs that are looked at, and steps away from the job: each step is one or two round trips.
JOBS_MAX, STEPS_MAX = 100, 20
#: Of one job: parents that are looked at, holders of its slots.
PARENTS_MAX = HOLDERS_MAX = 100
#: Jobs of one pipeline: more would keep the other greenlets of a web process waiting.
CHUNK = 200


def walk(reader: redis.Redis, start: str, now_ms: int) -> tuple[dict[str, Node], bool]:
    """(jobs by id, `start` among them; whether there was more). Two round trips for each step, at most STEPS_MAX."""
    graph: dict[str, Node] = {}
    todo = [start]
    for _ in range(STEPS_MAX):
        batch = todo[: JOBS_MAX - len(graph)]
        if not batch:
            break
        nodes = _read(reader, batch, now_ms)
        graph.update(nodes)
        ahead = [job_id for node in nodes.values() for job_id in _ahead(node)]
        todo = [*todo[len(batch) :], *ahead]
        todo = [job_id for job_id in dict.fromkeys(todo) if job_id not in graph]
    return graph, bool(todo)


def _ahead(node: Node) -> tuple[str, ...]:
    if node.status == "deferred":
        return node.parents[:PARENTS_MAX]
    return node.holders if node.status == "rate_limited" else ()


def read_nodes(reader: redis.Redis, ids: list[str], now_ms: int) -> dict[str, Node]:
    """These jobs by id, without who holds what they wait for. A round trip for each CHUNK of them."""
    found: dict[str, Node] = {}
    for start in range(0, len(ids), CHUNK):
        plan = Plan(reader)
        for job_id in ids[start : start + CHUNK]:
            plan.ask(job_id, _ask, job_id, now_ms)
        plan.execute()
        found |= {job_id: _node(job_id, plan[job_id]) for job_id in ids[start : start + CHUNK]}
    return found


def _read(reader: redis.Redis, ids: list[str], now_ms: int) -> dict[str, Node]:
    plan = Plan(reader)
    for job_id in ids:
        plan.ask(job_id, _ask, job_id, now_ms)
    plan.execute()
    limits = {job_id: key for job_id in ids if (key := _limit(reply(plan[job_id][0])))}
    slots = Plan(reader)
    for job_id, key in limits.items():
        slots.ask(job_id, lambda pipe, key: pipe.zrange(rqkeys.allowed(key), 0, HOLDERS_MAX - 1), key)
    slots.execute()
    holders = {job_id: [text(one) or "" for one in reply(slots[job_id][0]) or ()] for job_id in limits}
    return {job_id: _node(job_id, plan[job_id], holders.get(job_id, ())) for job_id in ids}


def _ask(pipe: redis.client.Pipeline, job_id: str, now_ms: int) -> None:
    pipe.hmget(rqkeys.job(job_id), *FIELDS)
    pipe.zcount(rqkeys.executions(job_id), f"({now_ms / 1000:.3f}", "+inf")


def _limit(fields: list | None) -> str | None:
    return text(fields[5]) if fields and fields[0] == b"rate_limited" else None


def _node(job_id: str, replies: list[Any], holders: Any = ()) -> Node:
    fields = reply(replies[0]) or [None] * len(FIELDS)
    status, origin, ids, first, allows, _ = fields
    return Node(
        id=job_id,
        status=text(status),
        parents=dependencies(ids, first),
        allows_failure=allows == b"1",
        holders=tuple(holders),
        queue=text(origin),
        runs=bool(reply(replies[1])),
    )
