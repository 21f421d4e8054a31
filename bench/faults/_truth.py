"""Whether pages tell the truth: what they hold against fresh, raw reads of Redis.

Redis is read again and again meanwhile. A page is right where each number, each status and each name that it holds is
what Redis held within the last FRESH seconds; who asks has written a mark before, which a page that stands still cannot
know.
"""

import time
from collections import deque
from typing import Any

import redis

from bench.faults._held import Held

#: Seconds: a page may be so late while work goes on.
FRESH = 1.0
#: Count of a queue as the page names it -> key, and the command that counts.
REGISTRIES = {"started": "wip", "scheduled": "scheduled", "deferred": "deferred", "canceled": "canceled"}
EXPIRING = {"finished": "finished", "failed": "failed"}


class Truth:
    """The last readings of one Redis."""

    def __init__(self, client: redis.Redis, rows: list[str]) -> None:
        self.client = client
        self._rows = rows
        self._past: deque[tuple[float, dict[tuple, Any]]] = deque()

    def look(self) -> dict[tuple, Any]:
        """Read once more; returns facts by name. One transaction. Raises redis.RedisError."""
        names = sorted(name.decode()[9:] for name in self.client.smembers("rq:queues"))
        now = time.time()
        with self.client.pipeline(transaction=True) as pipe:
            for name in names:
                pipe.llen(f"rq:queue:{name}")
                for key in REGISTRIES.values():
                    pipe.zcard(f"rq:{key}:{name}")
                for key in EXPIRING.values():
                    pipe.zcard(f"rq:{key}:{name}")
                    pipe.zcount(f"rq:{key}:{name}", 0, f"({now}")
            for job_id in self._rows:
                pipe.hget(f"rq:job:{job_id}", "status")
            pipe.smembers("rq:workers")
            pipe.xrevrange("rq:live:activity", count=1)
            found = iter(pipe.execute())
        facts: dict[tuple, Any] = {("queues",): tuple(names)}
        for name in names:
            facts["queue", name, "queued"] = next(found)
            for field in REGISTRIES:
                facts["queue", name, field] = next(found)
            for field in EXPIRING:
                facts["queue", name, field] = next(found) - next(found)
        for job_id in self._rows:
            status = next(found)
            facts["row", job_id] = status and status.decode()
        facts["workers",] = tuple(sorted(name.decode()[10:] for name in next(found)))
        lines = next(found)
        facts["activity",] = lines[0][0].decode() if lines else None
        read = time.monotonic()
        self._past.append((read, facts))
        while self._past and self._past[0][0] < read - FRESH:
            self._past.popleft()
        return facts

    def forget(self) -> None:
        """What was read before counts no more: the fault has ended now."""
        self._past.clear()

    def known(self, newest_only: bool = False) -> dict[tuple, set[Any]]:
        """What Redis has held lately, of each fact that it holds now; made once for all pages."""
        past = [facts for _, facts in self._past][-1 if newest_only else 0 :]
        return {fact: {facts.get(fact) for facts in past} for fact in past[-1]}

    def differences(self, held: Held, known: dict[tuple, set[Any]]) -> list[str]:
        """What a page holds that is not `known`; empty where it tells the truth."""
        said, newest = shown(held, self._rows), self._past[-1][1]
        wrong = []
        for fact in known.keys() | said.keys():
            if said.get(fact) not in known.get(fact, ()):
                wrong.append(f"{' '.join(map(str, fact))}: the page {said.get(fact)}, Redis {newest.get(fact)}")
        return wrong


def shown(held: Held, rows: list[str]) -> dict[tuple, Any]:
    """The same facts as a page holds them."""
    queues = held.values("queue")
    facts: dict[tuple, Any] = {("queues",): tuple(sorted(queues))}
    for name, queue in queues.items():
        for field in ("queued", *REGISTRIES, *EXPIRING):
            facts["queue", name, field] = queue[field]
    listed = held.values("row")
    for job_id in rows:
        facts["row", job_id] = listed[job_id]["status"] if job_id in listed else None
    facts["workers",] = tuple(sorted(held.values("worker")))
    facts["activity",] = held.activity[0] if held.activity else None
    return facts
