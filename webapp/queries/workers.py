"""Workers, from the members of `rq:workers` and their hashes; never by key pattern, never by RQ's mutating reads."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import redis

from webapp import rqkeys
from webapp.models import JobSummary
from webapp.models_overview import WorkerInfo
from webapp.queries.fields import integer, moment, number, reply, text
from webapp.queries.liveness import ALIVE, RUNS_ON, Liveness, Sign

FIELDS = (
    "state",
    "queues",
    "hostname",
    "pid",
    "version",
    "python_version",
    "birth",
    "last_heartbeat",
    "successful_job_count",
    "failed_job_count",
    "total_working_time",
    "shutdown_requested_date",
)

#: alive, no signal, lost or runs on; and epoch ms since when, see `Liveness.judge`.
Judged = tuple[str, int | None]


def ask(pipe: redis.client.Pipeline, names: Iterable[str]) -> None:
    """Put one HMGET per worker and one PUBSUB NUMSUB for all into `pipe`."""
    wanted = list(names)
    for name in wanted:
        pipe.hmget(rqkeys.worker(name), *FIELDS)
    if wanted:
        pipe.pubsub_numsub(*(rqkeys.commands(name) for name in wanted))


class WorkerReplies:
    """The replies to `ask`, by worker name."""

    def __init__(self, names: Iterable[str], replies: list[Any]) -> None:
        self.fields: dict[str, list | None] = {}
        wanted = list(names)
        for name, answer in zip(wanted, replies, strict=False):
            self.fields[name] = reply(answer)
        subscribers = reply(replies[len(wanted)]) if wanted else []
        self._subscribers = None if subscribers is None else {channel: count for channel, count in subscribers}

    def but(self, names: set[str]) -> "WorkerReplies":
        """The replies of an earlier read without those of these workers."""
        kept = WorkerReplies((), [])
        kept.fields = {name: fields for name, fields in self.fields.items() if name not in names}
        kept._subscribers = self._subscribers
        return kept

    def absorb(self, other: "WorkerReplies", listed: Collection[str]) -> None:
        """Add the replies of another pipeline, for workers that are listed. O(workers)."""
        listed = {*listed}
        self.fields.update({name: fields for name, fields in other.fields.items() if name in listed})
        if self._subscribers is None or other._subscribers is None:
            self._subscribers = None
        else:
            self._subscribers = self._subscribers | other._subscribers

    def judge(self, liveness: Liveness, now_ms: int, known: Mapping[str, Judged]) -> dict[str, Judged]:
        """How alive each worker is. `known`: of those that were not asked now, what was found before.

        Who was alive then stays so until it is asked; who was not may be called lost as time goes by.
        """
        return {
            name: found
            if (found := known.get(name)) is not None and found[0] == ALIVE
            else liveness.judge(name, self._sign(name), now_ms)
            for name in self.fields
        }

    def _sign(self, name: str) -> Sign:
        fields = self.fields[name] or [None] * len(FIELDS)
        count = None if self._subscribers is None else self._subscribers.get(rqkeys.commands(name).encode(), 0)
        expired = self.fields[name] is not None and not any(value is not None for value in fields)
        return Sign(count, text(fields[2]), integer(fields[3]), expired, moment(fields[6]))

    def infos(
        self, judged: Mapping[str, Judged], running: Iterable[JobSummary], memo: dict[str, tuple[Any, WorkerInfo]]
    ) -> dict[str, WorkerInfo]:
        """What the page shows of each worker, with the jobs that it runs.

        `memo`: what each was made of at the last read; of the same it is the same object.
        """
        jobs: dict[str, list[dict]] = {}
        for row in running:
            if row.worker:
                jobs.setdefault(row.worker, []).append({"id": row.id, "title": row.title, "started_at": row.started_at})
        for name in memo.keys() - self.fields.keys():
            del memo[name]
        for name, fields in self.fields.items():
            made_of = fields, judged[name], tuple(jobs.get(name, ()))
            if name not in memo or memo[name][0] != made_of:
                memo[name] = made_of, _info(name, *made_of)
        return {name: memo[name][1] for name in self.fields}


def _info(name: str, fields: list | None, judged: Judged, jobs: tuple[dict, ...]) -> WorkerInfo:
    alive, since = judged
    known = fields is not None and any(value is not None for value in fields)
    fields = fields or [None] * len(FIELDS)
    # RQ writes the state a moment after the hash.
    state = text(fields[0]) or "started"
    return WorkerInfo(
        name=name,
        state=state if alive == ALIVE else ("lost" if alive == RUNS_ON else alive),
        queues=tuple(filter(None, (text(fields[1]) or "").split(","))),
        hostname=text(fields[2]),
        pid=integer(fields[3]),
        version=text(fields[4]),
        python_version=(text(fields[5]) or "").partition(" ")[0] or None,
        birth=moment(fields[6]),
        last_heartbeat=moment(fields[7]),
        successful=integer(fields[8]) or 0,
        failed=integer(fields[9]) or 0,
        working_time=number(fields[10]) or 0.0,
        jobs=jobs,
        runs_on=alive == RUNS_ON,
        since=since,
        leaving=moment(fields[11]),
        note=None if known else "Redis lists this worker, but its details have expired.",
    )
