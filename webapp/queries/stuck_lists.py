"""Stuck work that shows in RQ's own lists: abandoned runs, what a worker took and never started, what is overdue.

Each list is asked for what is too old in it; nothing is walked. Never writes.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

import redis

from webapp import rqkeys
from webapp.models_overview import Overview
from webapp.queries.explain_waits import is_stale
from webapp.queries.explain_walk import read_nodes
from webapp.queries.fields import reply, seconds_ms, text
from webapp.queries.plan import Plan
from webapp.queries.sightings import Sightings
from webapp.queries.stuck_facts import SHOWN_MAX, Found, Kind

#: Of one list that are looked at.
LISTED_MAX = 200
#: A scheduler looks every second; one that is busy may take a while.
OVERDUE_MS = 60_000
#: A job that became ready is pushed within a second.
READY_MS = 10_000
#: Rate limits, and holders of each, that are looked at.
LIMITS_MAX = HOLDERS_MAX = 100


class StuckLists:
    """Remembers what may still be a moment between two writes."""

    def __init__(self) -> None:
        self._sightings = Sightings()
        self._noted: set[tuple[str, ...]] = set()

    def read(self, reader: redis.Redis, overview: Overview, now_ms: int) -> list[Kind]:
        """Abandoned, taken, ready, overdue, slots. Three round trips, of a few cheap commands for each queue."""
        plan = Plan(reader)
        for name, stats in overview.queues.items():
            plan.ask(f"taken {name}", lambda pipe, key: pipe.lrange(key, 0, LISTED_MAX - 1), rqkeys.intermediate(name))
            if stats.stalled:
                plan.ask(f"abandoned {name}", _ask_over, rqkeys.registry("started", name), now_ms, LISTED_MAX)
            if stats.ready:
                key = rqkeys.registry("ready_to_enqueue", name)
                plan.ask(f"ready {name}", _ask_over, key, now_ms - READY_MS, LISTED_MAX)
            if stats.scheduled:
                plan.ask(f"overdue {name}", _ask_overdue, rqkeys.registry("scheduled", name), now_ms - OVERDUE_MS)
        plan.ask("limits", lambda pipe: pipe.smembers(rqkeys.RATE_LIMIT_KEYS))
        plan.execute()
        keys = sorted(text(key) or "" for key in reply(plan["limits"][0]) or ())[:LIMITS_MAX]
        held = _holders(reader, keys)
        ids = [*_ids(plan, overview.queues), *(holder for holders in held.values() for holder in holders)]
        seen = read_nodes(reader, list(dict.fromkeys(ids)), now_ms)
        self._noted = set()
        kinds = [
            _abandoned(plan, overview, seen),
            self._taken(plan, overview, seen),
            self._ready(plan, overview, seen),
            _overdue(plan, overview),
            self._slots(held, seen),
        ]
        self._sightings.keep(self._noted)
        return kinds

    def _stands(self, *what: str, mark: object = None) -> bool:
        """Whether each look for some seconds has found it so."""
        self._noted.add(what)
        return self._sightings.stands(what, mark)

    def _taken(self, plan: Plan, overview: Overview, seen: Mapping) -> Kind:
        """Jobs that a worker moved out of their queue and did not begin to run."""
        found = []
        for name in overview.queues:
            for member in reply(plan[f"taken {name}"][0]) or ():
                job_id = text(member) or ""
                known = seen[job_id]
                if known.status == "queued" and not known.runs and self._stands("taken", name, job_id):
                    found.append(Found(id=job_id, queue=name))
        return Kind(kind="intermediate", found=found)

    def _ready(self, plan: Plan, overview: Overview, seen: Mapping) -> Kind:
        found = []
        for name, job_id, at in _scored(plan, "ready", overview.queues):
            if seen[job_id].status == "ready_to_enqueue" and self._stands("ready", job_id, mark=at):
                found.append(Found(id=job_id, queue=name, since=at))
        return Kind(kind="ready", found=_oldest(found))

    def _slots(self, held: Mapping[str, list[str]], seen: Mapping) -> Kind:
        """Slots that a job holds which will not run: RQ frees them at the next maintenance of any worker."""
        found = []
        for key, holders in held.items():
            for holder in holders:
                known = seen[holder]
                if is_stale(known) and self._stands("slot", key, holder, mark=known.status):
                    found.append(Found(id=holder, queue=known.queue, reason=known.status or "gone", key=key))
        return Kind(kind="slots", found=found)


def lost_workers(overview: Overview, but: Iterable[str]) -> Kind:
    """Jobs whose worker is lost, without those named. No round trip."""
    known = set(but)
    found = [
        Found(id=job["id"], since=worker.since, reason="runs_on" if worker.runs_on else None)
        for worker in overview.workers.values()
        if worker.state == "lost"
        for job in worker.jobs
        if job["id"] not in known
    ]
    return Kind(kind="lost_worker", found=found)


def _abandoned(plan: Plan, overview: Overview, seen: Mapping) -> Kind:
    """Runs whose heartbeat is overdue. What is left over of a job that has ended is none."""
    found: dict[str, Found] = {}
    for name, run, at in _scored(plan, "abandoned", overview.queues):
        job_id = rqkeys.job_of_run(run)
        if seen[job_id].status == "started":
            found.setdefault(job_id, Found(id=job_id, queue=name, since=at))
    cut = any(stats.stalled > LISTED_MAX for stats in overview.queues.values())
    return Kind(kind="abandoned", found=_oldest(found.values()), at_least=cut)


def _overdue(plan: Plan, overview: Overview) -> Kind:
    found, counts = [], Counter()
    for name in overview.queues:
        if f"overdue {name}" in plan:
            count, members = (reply(answer) for answer in plan[f"overdue {name}"])
            if count:
                counts[name] = count
            found += [Found(id=text(one) or "", queue=name, since=seconds_ms(at)) for one, at in members or ()]
    return Kind(kind="overdue", found=_oldest(found)[:SHOWN_MAX], count=sum(counts.values()), queues=counts)


def _ask_over(pipe: redis.client.Pipeline, key: str, before_ms: int, most: int) -> None:
    pipe.zrangebyscore(key, 0, f"({before_ms / 1000:.3f}", start=0, num=most, withscores=True)


def _ask_overdue(pipe: redis.client.Pipeline, key: str, before_ms: int) -> None:
    pipe.zcount(key, 0, f"({before_ms / 1000:.3f}")
    _ask_over(pipe, key, before_ms, SHOWN_MAX)


def _scored(plan: Plan, what: str, queues: Iterable[str]) -> Iterable[tuple[str, str, int | None]]:
    """(queue, member, score in ms) of what was asked for as `what`."""
    for name in queues:
        if f"{what} {name}" in plan:
            for member, score in reply(plan[f"{what} {name}"][0]) or ():
                yield name, text(member) or "", seconds_ms(score)


def _ids(plan: Plan, queues: Iterable[str]) -> list[str]:
    """Every job that lies where none should for long."""
    names = list(queues)
    taken = [text(member) or "" for name in names for member in reply(plan[f"taken {name}"][0]) or ()]
    runs = [rqkeys.job_of_run(run) for _, run, _ in _scored(plan, "abandoned", names)]
    return [*taken, *runs, *(job_id for _, job_id, _ in _scored(plan, "ready", names))]


def _holders(reader: redis.Redis, keys: list[str]) -> dict[str, list[str]]:
    plan = Plan(reader)
    for key in keys:
        plan.ask(key, lambda pipe, key: pipe.zrange(rqkeys.allowed(key), 0, HOLDERS_MAX - 1), key)
    plan.execute()
    return {key: [text(one) or "" for one in reply(plan[key][0]) or ()] for key in keys}


def _oldest(found: Iterable[Found]) -> list[Found]:
    return sorted(found, key=lambda one: one.since or 0)
