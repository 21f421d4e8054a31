"""Who stands behind the jobs of a list: the first of them, counted by function and by worker. Never all of a list."""

from collections import Counter, OrderedDict
from collections.abc import Iterable
from typing import Any, NamedTuple

import redis

from webapp import rqkeys
from webapp.queries.clock import RedisClock
from webapp.queries.fields import reply, text
from webapp.queries.orders import EXPIRING, ORDERS
from webapp.queries.plan import Plan
from webapp.queries.rows import RowReader
from webapp.queries.titles import Titles
from webapp.rights import EVERYTHING, Rights

#: Ids that one picture is made of.
LOOKED_AT_MAX = 2_000
#: Hashes asked for at once: 5 ms of work for the hub.
CHUNK = 250
#: Functions, and workers, told apart.
SHOWN_MAX = 20
#: Queues whose lists are looked into, as many as are merged for a page of rows.
QUEUES_MAX = 100
#: Lists remembered, so that a next look reads only what is new in them.
REMEMBERED_MAX = 10


class Entry(NamedTuple):
    """An id as it lies in one list. Who ran it is known for good, until it leaves the list or is put there anew."""

    key: str
    job_id: str
    score: float | None


class Behind(NamedTuple):
    """Who stands behind one job."""

    func: str | None
    worker: str | None
    status: str | None
    queue: str | None


class FacetReader:
    """Remembers what it read of each list. One per web process."""

    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[str, str], dict[Entry, Behind]] = OrderedDict()

    def read(
        self,
        reader: redis.Redis,
        clock: RedisClock,
        rows: RowReader,
        titles: Titles,
        queue: str,
        status: str,
        rights: Rights = EVERYTHING,
    ) -> dict[str, Any]:
        """The first LOOKED_AT_MAX jobs of `queue` and `status`, either empty for all, by who is behind them: of those
        that `rights` cover, which are always the same for one reader.

        Small lists are looked at whole, the others share the rest. Three round trips, O(lists), and up to three more
        for each CHUNK of ids that were not in these lists at the last look. Raises redis.RedisError.
        """
        sizes = _sizes(reader, clock, queue, status, rights)
        entries = _heads(reader, sizes)
        known = self._seen.get((queue, status), {})
        seen = {entry: known[entry] for entry in entries if entry in known}
        fresh = [entry for entry in entries if entry not in seen]
        for start in range(0, len(fresh), CHUNK):
            seen |= _look(reader, rows, fresh[start : start + CHUNK])
        # A run may be in its list a moment before its worker is in the hash.
        self._seen[queue, status] = {entry: one for entry, one in seen.items() if one.status != "started"}
        self._seen.move_to_end((queue, status))
        while len(self._seen) > REMEMBERED_MAX:
            self._seen.popitem(last=False)
        meant = {entry.job_id: one for entry, one in seen.items() if _is_meant(one, queue, status)}
        meant = {job_id: one for job_id, one in meant.items() if rights.sees_job(one.queue, one.func)}
        mixed = status == "stopped" or (queue and status == "rate_limited") or (rights.is_narrowed and not queue)
        total = None if mixed else sum(sizes.values())
        return {"looked_at": len(meant), "of": total} | _counted(list(meant.values()), titles)


def _is_meant(one: Behind, queue: str, status: str) -> bool:
    """Stopped jobs lie among the failed ones, and a rate limit spans queues."""
    if status == "stopped":
        return one.status == status
    return status != "rate_limited" or not queue or one.queue in (queue, None)


def _sizes(
    reader: redis.Redis, clock: RedisClock, queue: str, status: str, rights: Rights
) -> dict[tuple[str, str], int]:
    """Live ids in each list meant, by its key and the status it is of. Two round trips."""
    names = Plan(reader)
    names.ask("queues", lambda pipe: pipe.smembers(rqkeys.QUEUES).smembers(rqkeys.RATE_LIMIT_KEYS))
    found = names.execute()["queues"]
    every = [name for name in rqkeys.names(reply(found[0]), rqkeys.QUEUE_PREFIX) if rights.sees_queue(name)]
    queues = [queue if rights.sees_queue(queue) else rqkeys.NOBODY] if queue else every[:QUEUES_MAX]
    limits = sorted(text(key) or "" for key in reply(found[1]) or ())[:QUEUES_MAX]
    statuses = [status] if status else [*rqkeys.REGISTRIES, "queued", *([] if queue else ["rate_limited"])]
    keys = [
        (_key(one, name), one)
        for one in statuses
        if one != "created"
        for name in (limits if one == "rate_limited" else queues)
    ]
    plan = Plan(reader)
    for key, one in keys:
        plan.ask(key, _ask_size, key, one, clock.now_ms())
    plan.execute()
    return {(key, one): sum(reply(answer, 0) for answer in plan[key]) for key, one in keys}


def _key(status: str, name: str) -> str:
    if status == "queued":
        return rqkeys.queue(name)
    if status == "rate_limited":
        return rqkeys.rate_limited(name)
    return rqkeys.registry("failed" if status == "stopped" else status, name)


def _ask_size(pipe: redis.client.Pipeline, key: str, status: str, now_ms: int) -> None:
    """Those without an end have the score `+inf`; nothing else lies below zero in such a list."""
    if status == "queued":
        pipe.llen(key)
    elif status in EXPIRING:
        pipe.zcount(key, f"{now_ms / 1000:.3f}", "+inf")
    else:
        pipe.zcard(key)


def shares(sizes: Iterable[int], most: int) -> int:
    """How many ids each list may give at most, so that all of them give `most` at most."""
    left, share = most, most
    ordered = sorted(size for size in sizes if size)
    for at, size in enumerate(ordered):
        share = left // (len(ordered) - at)
        if size > share:
            return share
        left -= size
    return most


def _heads(reader: redis.Redis, sizes: dict[tuple[str, str], int]) -> list[Entry]:
    """The first ids of each list in RQ's order. One round trip."""
    share, plan = shares(sizes.values(), LOOKED_AT_MAX), Plan(reader)
    wanted = {place: min(size, share) for place, size in sizes.items() if size and share}
    for (key, status), count in wanted.items():
        plan.ask(key, _ask_head, key, status, count - 1)
    plan.execute()
    return [entry for key, status in wanted for entry in _entries(key, status, reply(plan[key][0]) or ())]


def _ask_head(pipe: redis.client.Pipeline, key: str, status: str, last: int) -> None:
    if status == "queued":
        pipe.lrange(key, 0, last)
    else:
        pipe.zrange(key, 0, last, desc=ORDERS[status].descending, withscores=True)


def _entries(key: str, status: str, members: Iterable) -> list[Entry]:
    if status == "queued":
        return [Entry(key, member.decode("utf-8", "replace"), None) for member in members]
    named = ((member.decode("utf-8", "replace"), score) for member, score in members)
    if status == "started":
        return [Entry(key, rqkeys.job_of_run(member), score) for member, score in named]
    return [Entry(key, member, score) for member, score in named]


def _look(reader: redis.Redis, rows: RowReader, entries: list[Entry]) -> dict[Entry, Behind]:
    """Who stands behind these; what has no hash is left out. One round trip, up to two more for jobs not met before."""
    plan = Plan(reader)
    for entry in entries:
        plan.ask(entry.job_id, _ask_job, rqkeys.job(entry.job_id))
    plan.execute()
    told = {entry: [reply(answer) for answer in plan[entry.job_id]] for entry in entries}
    kept = {entry: (fields, length) for entry, (fields, length) in told.items() if any(fields or ())}
    functions = rows.functions(reader, {entry.job_id: (told[0], length or 0) for entry, (told, length) in kept.items()})
    return {
        entry: Behind(functions.get(entry.job_id), text(worker), text(status), text(queue))
        for entry, ((_, worker, status, queue), _) in kept.items()
    }


def _ask_job(pipe: redis.client.Pipeline, key: str) -> None:
    pipe.hmget(key, "created_at", "worker_name", "status", "origin")
    pipe.hstrlen(key, "data")


def _counted(jobs: list[Behind], titles: Titles) -> dict[str, Any]:
    """The most frequent first; `more` is how many others there are of each."""
    functions = Counter(one.func for one in jobs if one.func)
    workers = Counter(one.worker for one in jobs if one.worker)
    return {
        "functions": [_function(func, count, titles) for func, count in _first(functions)],
        "workers": [{"name": name, "count": count} for name, count in _first(workers)],
        "more": {"functions": max(0, len(functions) - SHOWN_MAX), "workers": max(0, len(workers) - SHOWN_MAX)},
    }


def _first(counts: Counter[str]) -> list[tuple[str, int]]:
    """By name where they are equally many, so that nothing changes places for no reason."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:SHOWN_MAX]


def _function(func: str, count: int, titles: Titles) -> dict[str, Any]:
    job_type, title = titles.of(func)
    return {"func": func, "type": job_type, "title": title, "count": count}
