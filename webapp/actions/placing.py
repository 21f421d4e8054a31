"""Where new jobs go, and the one script that writes them there: many in one call, each whole or not at all."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from rq.rate_limit import RateLimitRegistry
from rq.utils import utcformat

from jobs import _keys
from webapp import rqkeys
from webapp.actions import scripts
from webapp.actions.door import Door
from webapp.actions.options import Options
from webapp.errors import BadInput, StateChanged

#: Jobs that wait for one limit are taken in the order of their scores: whole seconds would leave it to their ids.
APART = 1e-6
#: Ids that an error names.
NAMED = 5


class NewJob(NamedTuple):
    """What is its own: the row it stands in (0 where it stands alone), its id, and fields of its hash."""

    row: int
    job_id: str
    fields: Mapping[str, Any]


class Written(NamedTuple):
    """Which of the jobs were written (the others were there), and whether they wait for others to end."""

    flags: tuple[bool, ...]
    deferred: bool
    #: Jobs in the queue after that; not told where none was written.
    length: int
    #: Redis time of it, epoch ms.
    at: int


class Outdated(StateChanged):
    """The job type was published anew since it was read: nothing was written."""

    code = "type_changed"
    fix = "Send it again: what it takes may have changed."


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where jobs wait, and what is written beside their hashes."""

    queue: str
    #: "back" or "front" of the queue, or "wait" in the sorted set `waits_in`.
    where: str = "back"
    waits_in: str | None = None
    score: int = 0
    apart: float = 0
    status: str = "queued"
    enqueued_at: str | None = None
    after: tuple[str, ...] = ()
    allow_failure: bool = False
    limit: tuple[str, int] | None = None
    group: str | None = None
    ttl: int | None = None
    #: Key of the bitmap of rows that were written, see _keys.batch.
    marks: str | None = None
    #: Name and digest of the type that the job was made by: see known_types.py.
    kind: tuple[str, str] | None = None

    def plan(self) -> dict[str, Any]:
        """What the script must know, by the names that it uses."""
        told: dict[str, Any] = {"place": self.where, "score": self.score, "apart": self.apart, "status": self.status}
        told |= {"jobs": rqkeys.JOB_PREFIX, "after": self.after, "allow_failure": self.allow_failure}
        if self.enqueued_at:
            told["enqueued_at"] = self.enqueued_at
        if self.ttl and self.ttl > 0:
            told["ttl"] = self.ttl
        if self.limit:
            key, concurrency = self.limit
            names = {"all": rqkeys.RATE_LIMIT_KEYS, "settings": rqkeys.limit_settings(key)}
            told["limit"] = {"key": key, "concurrency": concurrency} | names
        if self.group:
            told |= {"group": rqkeys.group(self.group), "groups": rqkeys.GROUPS, "group_name": self.group}
        if self.marks:
            told |= {"marks": self.marks, "marks_ttl": _keys.BATCH_TTL}
        if self.kind:
            told |= {"catalog": _keys.CATALOG, "type": self.kind[0], "digest": self.kind[1]}
        return told


def place_of(options: Options, queue: str, marks: str | None = None) -> Place:
    """The place that the options ask for, as RQ's `enqueue` and `enqueue_at` choose it."""
    now = datetime.now(UTC)
    chosen: dict[str, Any] = {"queue": queue, "after": options.after, "allow_failure": options.allow_failure}
    chosen |= {"group": options.group, "ttl": options.ttl, "marks": marks}
    if options.run_at:
        waits_in = rqkeys.registry("scheduled", queue)
        score = int(options.run_at.timestamp())
        return Place(where="wait", waits_in=waits_in, score=score, status="scheduled", **chosen)
    if options.limit:
        chosen |= {"waits_in": rqkeys.rate_limited(options.limit[0]), "limit": options.limit}
        return Place(where="wait", score=int(now.timestamp()), apart=APART, status="rate_limited", **chosen)
    return Place(where="front" if options.at_front else "back", enqueued_at=utcformat(now), **chosen)


def put(
    door: Door, place: Place, shared: Mapping[str, Any], jobs: Sequence[NewJob], line: Sequence[str] = ()
) -> Written:
    """The jobs are written, all with the same names of own fields; one whose id is taken is left as it is.

    `line`: of activity, left where a job was written. Raises BadInput with `fields.after` for jobs to wait for that are
    unknown or canceled, Outdated: nothing is written then. One round trip; one more with a rate limit, in which those
    that have a slot go to their queue.
    """
    told = place.plan() | {"shared": 2 * len(shared), "own": 2 * len(jobs[0].fields)}
    if line:
        told |= {"line": line, "activity": _keys.ACTIVITY, "activity_max": _keys.ACTIVITY_MAX}
    args = [json.dumps(told), *(part for pair in shared.items() for part in pair)]
    for job in jobs:
        args += [job.row, job.job_id, *(part for pair in job.fields.items() for part in pair)]
    queue = rqkeys.queue(place.queue)
    names = [rqkeys.QUEUES, queue, place.waits_in or queue, rqkeys.registry("deferred", place.queue)]
    word, *answer = scripts.run(door.writer, "submit", names, args)
    if word == b"outdated":
        raise Outdated("The job type has just been published anew.")
    if word != b"done":
        raise _bad_parents(word.decode(), [one.decode(errors="replace") for one in answer])
    flags, deferred, length, at, trouble = answer
    if trouble:
        door.left_no_line(trouble.decode(errors="replace"))
    if place.limit and not deferred and b"1" in flags:
        RateLimitRegistry(place.limit[0], door.writer).acquire_and_enqueue(place.limit[1])
    return Written(tuple(flag == ord("1") for flag in flags), bool(deferred), length, at)


def check_parents(door: Door, ids: Sequence[str]) -> None:
    """Raise BadInput for jobs to wait for that the actor may not see, as if they were not there. One round trip."""
    if hidden := door.unseen(ids):
        raise _bad_parents("unknown", hidden)


def _bad_parents(word: str, parents: list[str]) -> BadInput:
    named = ", ".join(one[:100] for one in parents[:NAMED]) + (", …" if len(parents) > NAMED else "")
    told = {
        "unknown": (f"names jobs that are not there (any more): {named}", "Choose jobs that are there."),
        "canceled": (f"names jobs that were canceled and will never finish: {named}", "Run them again first."),
    }
    sentence, fix = told[word]
    return BadInput(
        f"The job cannot wait for these: after {sentence}.", fix=fix, code=f"{word}_parent", fields={"after": sentence}
    )
