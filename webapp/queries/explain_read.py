"""Reads what explains why one job does not run, whatever its status. Bounded in every part; never writes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import redis

from jobs import _keys
from webapp import figure_fields, rqkeys
from webapp.models_overview import Overview
from webapp.queries import activity_lines
from webapp.queries.clock import RedisClock
from webapp.queries.explain_facts import Facts, Run, Slots
from webapp.queries.explain_walk import HOLDERS_MAX, PARENTS_MAX, walk
from webapp.queries.fields import integer, reply, seconds_ms, text
from webapp.queries.plan import Plan
from webapp.queries.rows import RowReader

#: Places of a queue that are looked through, from either end: a millisecond or two of Redis each.
PLACES_MAX = 50_000
INTERMEDIATE_MAX = 1_000
#: Runs of its queue among which its own are looked for: the most overdue are the first.
RUNS_MAX = 500
OWN_RUNS_MAX = 10
#: RQ keeps the deadline of an execution with a minute added.
GRACE_MS = 60_000
#: Newest lines of activity among which that of its end is looked for.
LINES_MAX = 200
#: Minutes of the rate at which jobs start.
RATE_MINUTES = 5

Fields = Mapping[str, Any]
#: `<job id>:<execution>` of its runs -> when the next heartbeat of each is due at the latest.
Own = Mapping[str, int]

#: The lists of ours in which a queued job may wait, and what it is called there.
ASIDE = {"held": "held", "parked": "parked", "resuming": "parked"}

FIELDS = ("retries_left", "repeats_left", "rate_limit_key", "rate_limit_concurrency")


def facts(
    reader: redis.Redis, clock: RedisClock, rows: RowReader, overview: Overview | None, job_id: str
) -> Facts | None:
    """What is known of the job; None where its hash is gone.

    Two to four round trips; for a job that waits for others or for a slot up to two more for each step to these.
    """
    plan = Plan(reader)
    plan.ask("clock", lambda pipe: pipe.time())
    plan.ask("row", rows.ask, job_id)
    plan.ask("fields", lambda pipe: pipe.hmget(rqkeys.job(job_id), *FIELDS))
    plan.ask("exists", lambda pipe: pipe.exists(rqkeys.job(job_id)))
    plan.ask("suspended", lambda pipe: pipe.pttl(rqkeys.SUSPENDED))
    plan.ask("executions", lambda pipe: pipe.zrange(rqkeys.executions(job_id), 0, OWN_RUNS_MAX - 1, withscores=True))
    plan.execute()
    now = clock.absorb(reply(plan["clock"][0]))
    if not reply(plan["exists"][0]):
        return None
    row = rows.finish(reader, {job_id: plan["row"]})[0]
    fields = dict(zip(FIELDS, reply(plan["fields"][0]) or [None] * len(FIELDS), strict=True))
    left = reply(plan["suspended"][0], -2)
    known = Facts(
        now=now,
        row=row,
        overview=overview,
        suspended=left != -2,
        suspended_left=left if left > 0 else None,
        retries_left=integer(fields["retries_left"]),
        repeats_left=integer(fields["repeats_left"]),
    )
    more = _MORE.get(row.status or "")
    return more(reader, known, fields, _own_runs(job_id, plan["executions"][0])) if more else known


def _queued(reader: redis.Redis, known: Facts, fields: Fields, own: Own) -> Facts:
    key, job_id, minute = rqkeys.queue(known.queue), known.row.id, known.now // 60_000
    names = [figure_fields.field(figure_fields.STARTED, known.queue), figure_fields.COVERED]
    plan = Plan(reader)
    plan.ask("first", lambda pipe: pipe.lpos(key, job_id, maxlen=PLACES_MAX))
    plan.ask("last", lambda pipe: pipe.lpos(key, job_id, rank=-1, maxlen=PLACES_MAX))
    plan.ask("length", lambda pipe: pipe.llen(key))
    plan.ask("held", lambda pipe: pipe.lpos(_keys.held(known.queue), job_id, maxlen=PLACES_MAX))
    plan.ask("parked", lambda pipe: pipe.lpos(_keys.parked(known.queue), job_id, maxlen=PLACES_MAX))
    plan.ask("resuming", lambda pipe: pipe.lpos(_keys.resuming(known.queue), job_id, maxlen=PLACES_MAX))
    plan.ask("taken", lambda pipe: pipe.lpos(rqkeys.intermediate(known.queue), job_id, maxlen=INTERMEDIATE_MAX))
    for back in range(RATE_MINUTES):
        plan.ask(f"minute {back}", lambda pipe, at: pipe.hmget(_keys.figures(at), names), minute - back)
    plan.execute()
    first, last = reply(plan["first"][0]), reply(plan["last"][0])
    minutes = [reply(plan[f"minute {back}"][0]) or (None, None) for back in range(RATE_MINUTES)]
    return replace(
        known,
        position=last if first is None else first,
        queued=reply(plan["length"][0], 0),
        searched=PLACES_MAX,
        aside=next((kind for name, kind in ASIDE.items() if reply(plan[name][0]) is not None), None),
        intermediate=reply(plan["taken"][0]) is not None,
        runs=tuple(Run(deadline=deadline) for deadline in own.values() if deadline > known.now),
        starts=sum(integer(starts) or 0 for starts, _ in minutes),
        covered_ms=sum(integer(covered) or 0 for _, covered in minutes),
    )


def _scheduled(reader: redis.Redis, known: Facts, fields: Fields, own: Own) -> Facts:
    plan = Plan(reader)
    plan.ask("score", lambda pipe: pipe.zscore(rqkeys.registry("scheduled", known.queue), known.row.id))
    plan.ask("lock", lambda pipe: pipe.get(rqkeys.scheduler_lock(known.queue)))
    plan.execute()
    name = text(reply(plan["lock"][0]))
    found = Plan(reader)
    found.ask("host", lambda pipe: pipe.hget(rqkeys.scheduler(name or ""), "hostname"))
    host = reply(found.execute()["host"][0])
    # RQ before 2.10 writes its process id into the lock, and no hash.
    alive = name is not None and (host is not None or name.isdigit())
    return replace(known, registered=reply(plan["score"][0]) is not None, scheduler_alive=alive)


def _deferred(reader: redis.Redis, known: Facts, fields: Fields, own: Own) -> Facts:
    job_id = known.row.id
    graph, cut = walk(reader, job_id, known.now)
    parents = graph[job_id].parents[:PARENTS_MAX]
    plan = Plan(reader)
    for parent in parents:
        plan.ask(parent, lambda pipe, parent: pipe.sismember(rqkeys.dependents(parent), job_id), parent)
    plan.execute()
    told_by = frozenset(parent for parent in parents if reply(plan[parent][0], 1))
    return replace(known, graph=graph, cut=cut, told_by=told_by)


def _rate_limited(reader: redis.Redis, known: Facts, fields: Fields, own: Own) -> Facts:
    key, job_id = text(fields["rate_limit_key"]), known.row.id
    if key is None:
        return known
    plan = Plan(reader)
    plan.ask("ahead", lambda pipe: pipe.zrank(rqkeys.rate_limited(key), job_id))
    plan.ask("slots", lambda pipe: pipe.hget(rqkeys.limit_settings(key), "concurrency"))
    plan.ask("holders", lambda pipe: pipe.zrange(rqkeys.allowed(key), 0, HOLDERS_MAX - 1))
    plan.execute()
    slots = integer(reply(plan["slots"][0])) or integer(fields["rate_limit_concurrency"]) or 0
    holders = tuple(text(one) or "" for one in reply(plan["holders"][0]) or ())
    graph, cut = walk(reader, job_id, known.now)
    limit = Slots(key=key, slots=slots, holders=holders, ahead=reply(plan["ahead"][0]))
    return replace(known, graph=graph, cut=cut, limit=limit)


def _ready(reader: redis.Redis, known: Facts, fields: Fields, own: Own) -> Facts:
    plan = Plan(reader)
    plan.ask("score", lambda pipe: pipe.zscore(rqkeys.registry("ready_to_enqueue", known.queue), known.row.id))
    return replace(known, ready_since=seconds_ms(reply(plan.execute()["score"][0])))


def _started(reader: redis.Redis, known: Facts, fields: Fields, own: Own) -> Facts:
    key, job_id = rqkeys.registry("started", known.queue), known.row.id
    deadlines: dict[str, int | None] = {**own}
    plan = Plan(reader)
    plan.ask("runs", lambda pipe: pipe.zrange(key, 0, RUNS_MAX - 1, withscores=True))
    for run in deadlines:
        plan.ask(f"score {run}", lambda pipe, run: pipe.zscore(key, run), run)
    plan.execute()
    listed = {run: score for run in deadlines if (score := reply(plan[f"score {run}"][0])) is not None}
    # The execution of a run that nobody keeps alive expires before its place in the registry.
    members = {text(member) or "": score for member, score in reply(plan["runs"][0]) or ()}
    listed |= {run: score for run, score in members.items() if rqkeys.job_of_run(run) == job_id}
    deadlines |= {run: seconds_ms(score) for run, score in listed.items()}
    workers = Plan(reader)
    for run in deadlines:
        workers.ask(run, lambda pipe, run: pipe.hget(rqkeys.execution(run), "worker_name"), run)
    workers.execute()
    runs = (
        Run(worker=text(reply(workers[run][0])) or known.row.worker, deadline=deadline, listed=run in listed)
        for run, deadline in deadlines.items()
    )
    return replace(known, runs=tuple(runs))


def _own_runs(job_id: str, executions: Any) -> dict[str, int]:
    """`<job id>:<execution>` of its runs, and when the next heartbeat of each is due at the latest."""
    return {f"{job_id}:{text(one)}": (seconds_ms(score) or 0) - GRACE_MS for one, score in reply(executions) or ()}


def _ended(reader: redis.Redis, known: Facts, fields: Fields, own: Own) -> Facts:
    known = _started(reader, known, fields, own)
    done = {"stopped": "stop", "canceled": "cancel"}[str(known.row.status)]
    plan = Plan(reader)
    plan.ask("lines", lambda pipe: pipe.xrevrange(_keys.ACTIVITY, count=LINES_MAX))
    for entry_id, entry in reply(plan.execute()["lines"][0]) or ():
        line = activity_lines.parse(entry_id, entry or {})
        if line.job == known.row.id and line.action == done and line.outcome == "done" and line.actor:
            return replace(known, done_by=(line.actor, line.at))
    return known


_MORE = {
    "queued": _queued,
    "scheduled": _scheduled,
    "deferred": _deferred,
    "rate_limited": _rate_limited,
    "ready_to_enqueue": _ready,
    "started": _started,
    "stopped": _ended,
    "canceled": _ended,
}
