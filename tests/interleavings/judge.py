"""Accounts for every job at the end: none lost, doubled, resurrected, or in a place that its status does not name."""

from collections import defaultdict
from dataclasses import dataclass

import redis

from jobs import _keys
from tests.interleavings.operators import Deed, Ledger
from tests.interleavings.scene import LIMIT, QUEUES, Scene, runs_key
from webapp import rqkeys

PLACES = {"finished": "finished", "failed": "failed", "stopped": "failed", "canceled": "canceled"}
PLACES |= {"scheduled": "scheduled", "deferred": "deferred", "queued": "queue", "rate_limited": "rate_limited"}
ENDED = frozenset({"finished", "failed", "stopped", "canceled"})


def everywhere(client: redis.Redis) -> dict[str, list[str]]:
    """id -> each place that names it: "finished:ash", "queue:ash", …"""
    found: dict[str, list[str]] = defaultdict(list)
    for name in QUEUES:
        lists = {"queue": rqkeys.queue(name), "intermediate": rqkeys.intermediate(name), "held": _keys.held(name)}
        for place, key in lists.items():
            for member in client.lrange(key, 0, -1):
                found[member.decode()].append(f"{place}:{name}")
        for status in rqkeys.REGISTRIES:
            for member in client.zrange(rqkeys.registry(status, name), 0, -1):
                job_id = rqkeys.job_of_run(member.decode()) if status == "started" else member.decode()
                found[job_id].append(f"{status}:{name}")
    for member in client.zrange(rqkeys.rate_limited(LIMIT.key), 0, -1):
        found[member.decode()].append("rate_limited:")
    return found


@dataclass(frozen=True)
class Case:
    """All that is known of one job at the end."""

    id: str
    status: str
    queue: str
    places: list[str]
    runs: int
    #: What was accepted, in the order in which it ended.
    done: list[Deed]
    #: Verbs of operations that held it.
    perhaps: list[str]


def wrongs(client: redis.Redis, scene: Scene, ledger: Ledger) -> list[str]:
    """What cannot be explained, a line each; empty where every job is where it must be."""
    places, deeds = everywhere(client), defaultdict(list)
    for deed in ledger.deeds:
        deeds[deed.job].append(deed)
    found = []
    for job_id in dict.fromkeys(scene.ids):
        status, queue = ((value or b"").decode() for value in client.hmget(rqkeys.job(job_id), "status", "origin"))
        done = sorted((deed for deed in deeds[job_id] if deed.word == "done"), key=lambda deed: deed.ended)
        perhaps = ledger.perhaps.get(job_id, [])
        verbs = [verb for verb, _ in perhaps]
        case = Case(job_id, status, queue, places[job_id], int(client.get(runs_key(job_id)) or 0), done, verbs)
        said = _judged(case) or _stranded(case, client, scene)
        if said:
            where = f"{status or 'gone'} in {case.places}, {case.runs} runs, {scene.kinds.get(job_id, 'again')}"
            found.append(f"{job_id}: {said}; {where}; {_story(deeds[job_id], perhaps)}")
    allowed = client.zrange(rqkeys.allowed(LIMIT.key), 0, -1)
    return found + ([f"slots of the limit are still held: {allowed}"] if allowed else [])


def _story(deeds: list[Deed], perhaps: list[tuple[str, float]]) -> str:
    """All that was tried on a job, by when it ended."""
    told = [(deed.ended, f"{deed.verb} {deed.word} ({deed.ended - deed.begun:.2f} s)") for deed in deeds]
    told += [(begun, f"perhaps {verb}") for verb, begun in perhaps]
    return ", ".join(f"{at % 1000:.3f} {what}" for at, what in sorted(told))


def _judged(case: Case) -> str | None:
    requeued = sum(deed.verb == "requeue" for deed in case.done) + case.perhaps.count("requeue")
    if case.runs > 1 + requeued:
        return f"ran more often than 1 + {requeued} requeues"
    if not case.status:
        return _gone(case)
    if not case.perhaps and _surely(case.done, "delete", "restore"):
        return "was deleted, and is back"
    if case.status == "deferred":
        return None
    if case.status not in ENDED:
        return "does not end"
    places = case.places
    if case.status == "stopped":
        # RQ's own: a worker that hears the command as the run ends writes "stopped" after its horse wrote "finished".
        places = [place for place in places if place != f"finished:{case.queue}"]
    if places != [f"{PLACES[case.status]}:{case.queue}"]:
        return "is not in the one list of its status"
    if case.status in ("finished", "failed") and not case.runs:
        return "has ended without a run"
    was_canceled = not case.perhaps and _surely(case.done, "cancel", "requeue", "run_now", "restore", "delete")
    return "was canceled, and went on" if was_canceled and case.status != "canceled" else None


def _gone(case: Case) -> str | None:
    if case.places:
        return "is gone, and a list still names it"
    was_deleted = any(deed.verb == "delete" for deed in case.done) and not _surely(case.done, "restore", "delete")
    return None if was_deleted or "delete" in case.perhaps else "is lost"


def _stranded(case: Case, client: redis.Redis, scene: Scene) -> str | None:
    """A deferred job may wait for ever only where one that it waits for did not finish."""
    if case.status != "deferred":
        return None
    if case.places != [f"deferred:{case.queue}"]:
        return "is deferred and not in that list"
    statuses = [client.hget(rqkeys.job(parent), "status") for parent in scene.parents.get(case.id, [])]
    return "waits for jobs that have all finished" if all(status == b"finished" for status in statuses) else None


def _surely(history: list[Deed], last: str, *against: str) -> bool:
    """Whether `last` was the last of these verbs that was accepted, and none of the others overlapped it."""
    known = [deed for deed in history if deed.verb == last or deed.verb in against]
    if not known or known[-1].verb != last:
        return False
    return all(deed.ended < known[-1].begun for deed in known[:-1] if deed.verb != last)
