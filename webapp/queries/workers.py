"""Workers, from the members of `rq:workers` and their hashes; never by key pattern, never by RQ's mutating reads."""

from collections.abc import Iterable, Mapping
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

    def absorb(self, other: "WorkerReplies", listed: Iterable[str]) -> None:
        """Add the replies of another pipeline, for workers that are listed."""
        self.fields.update({name: other.fields[name] for name in listed if name in other.fields})
        if self._subscribers is None or other._subscribers is None:
            self._subscribers = None
        else:
            self._subscribers.update(other._subscribers)

    def judge(self, liveness: Liveness, now_ms: int) -> dict[str, tuple[str, int | None]]:
        """How alive each worker is."""
        return {name: liveness.judge(name, self._sign(name), now_ms) for name in self.fields}

    def _sign(self, name: str) -> Sign:
        fields = self.fields[name] or [None] * len(FIELDS)
        count = None if self._subscribers is None else self._subscribers.get(rqkeys.commands(name).encode(), 0)
        expired = self.fields[name] is not None and not any(value is not None for value in fields)
        return Sign(count, text(fields[2]), integer(fields[3]), expired, moment(fields[6]))

    def infos(
        self, judged: Mapping[str, tuple[str, int | None]], running: Iterable[JobSummary]
    ) -> dict[str, WorkerInfo]:
        """What the page shows of each worker, with the jobs that it runs."""
        jobs: dict[str, list[dict]] = {}
        for row in running:
            if row.worker:
                jobs.setdefault(row.worker, []).append({"id": row.id, "title": row.title, "started_at": row.started_at})
        return {
            name: _info(name, fields, judged[name], tuple(jobs.get(name, ()))) for name, fields in self.fields.items()
        }


def _info(name: str, fields: list | None, judged: tuple[str, int | None], jobs: tuple[dict, ...]) -> WorkerInfo:
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
