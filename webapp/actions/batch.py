"""Many new jobs of one type, as a group: from a table, in chunks, each row once however often it is asked for."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from functools import partial
from typing import Any
from uuid import UUID, uuid4, uuid5

from rq.job import Job

from jobs import _keys
from webapp import catalog, decode, outcomes
from webapp.actions import batch_uploads, placing, rows, submit
from webapp.actions.door import Door
from webapp.actions.options import Options
from webapp.actions.placing import NewJob
from webapp.actions.request import Request, by_schema, check_queue, type_of
from webapp.actions.rows import Check, Checked
from webapp.actions.table import Table
from webapp.errors import BadInput
from webapp.offload import Breather
from webapp.redact import rules as redact_rules
from webapp.redact.redactor import Published, Redactor
from webapp.tree import tree

#: Jobs of one call of the script: about 1.5 ms of Redis.
CHUNK = 100
#: Ids of jobs are made of the batch's id and the row: the same request makes the same jobs.
NAMESPACE = UUID("6f0c9c5e-2f0b-4d3a-9b51-1d2a4f6f7a10")
#: Fields of a job's hash that differ from row to row.
OWN = ("data", "description")
#: Rows that an error names, and ids that the answer does.
NAMED, TOLD = 50, 5


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What was asked for."""

    type_name: Any
    #: Reads the table; up to some 100 ms.
    table: Callable[[], Table]
    #: Moments without an offset are of this zone.
    zone: tzinfo = UTC
    options: Options
    #: Submit the good rows although others are wrong.
    only_good: bool = False
    id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Made:
    """What became of it."""

    id: str
    group: str
    queue: str
    rows: int
    created: int
    wrong: int
    deferred: bool
    jobs: tuple[str, ...]
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """`already_there`: rows that an earlier request of the same id had submitted."""
        told = {name: getattr(self, name) for name in ("id", "group", "queue", "rows", "created", "wrong", "deferred")}
        return told | {"already_there": self.rows - self.created, "jobs": self.jobs, "seconds": round(self.seconds, 3)}


def check(door: Door, wanted: Wanted) -> Check:
    """What would be made, and what is wrong in which row. Writes nothing. Raises BadInput, Refused. One round trip."""
    return _checked(door, type_of(door, wanted.type_name).entry, wanted)


def submit_many(door: Door, wanted: Wanted) -> Made:
    """A job for each good row waits, all in one group. Repeated with the same `id`, it makes those that are missing.

    Raises BadInput, with what is wrong in which row unless `only_good`: nothing is written then. Two round trips and
    one for each CHUNK of jobs, two with a rate limit. The chunks are steps of their own: a server that dies between
    them has made some, and the same request makes the rest.
    """
    with door.act("enqueue_many", "", wanted.options.queue) as line:
        began = time.monotonic()
        entry = type_of(door, wanted.type_name).entry
        found = _checked(door, entry, wanted)
        _refuse_wrong(found, wanted.only_good)
        line.queue = queue = wanted.options.queue or entry["queue"] or catalog.DEFAULT_QUEUE
        check_queue(door, queue, entry)
        door.authorize("enqueue_many", queue=queue, function=entry["func"])
        placing.check_parents(door, wanted.options.after)
        batch_id = wanted.id or str(uuid4())
        options = replace(wanted.options, group=wanted.options.group or f"{entry['name']}-{batch_id[:8]}"[:128])
        request = Request(entry, {}, queue, frozenset())
        created, deferred, ids = _write(door, request, options, batch_id, found.good)
        line.job = ids[0]
        if not created:
            line.outcome = outcomes.ALREADY_THERE
        return Made(
            id=batch_id,
            group=options.group,
            queue=queue,
            rows=len(found.good),
            created=created,
            wrong=len(found.wrong),
            deferred=deferred,
            jobs=tuple(ids[:TOLD]),
            seconds=time.monotonic() - began,
        )


def _checked(door: Door, entry: dict[str, Any], wanted: Wanted) -> Check:
    found = by_schema(entry, lambda: rows.check(entry["schema"], wanted.table(), wanted.zone))
    redactor = Redactor(
        Published({entry["func"]: entry["schema"].get("properties", {})}),
        redact_rules.load(door.config.redact_names, door.config.redact),
    )
    return replace(batch_uploads.without_lost(door, entry, found), show=partial(_shown, redactor, entry["func"]))


def _shown(redactor: Redactor, func: str, args: dict[str, Any]) -> dict[str, Any]:
    given = redactor.call(decode.Call(func, (), args, raw=json.dumps(args).encode()))
    if not given.is_masked:
        return args
    return {
        name: value.text if isinstance(value, decode.Masked) else tree(value) for name, value in given.kwargs.items()
    }


def job_id(batch_id: str, row: int) -> str:
    """The id of the job of one row."""
    return str(uuid5(NAMESPACE, f"{batch_id}:{row}"))


def _write(
    door: Door, request: Request, options: Options, batch_id: str, good: list[Checked]
) -> tuple[int, bool, list[str]]:
    """(how many were written, whether they wait for others, ids by row)."""
    place = placing.place_of(options, request.queue, _keys.batch(batch_id))
    template = submit.new_job(door, request, job_id(batch_id, 0), options)
    shared = {name: value for name, value in submit.hash_of(door, template, options).items() if name not in OWN}
    created, deferred = 0, False
    for chunk in _chunks(good, place.where == "front"):
        jobs = by_schema(request.entry, partial(_own_fields, template, options, batch_id, chunk))
        batch_uploads.claim(door, request.entry, zip((job.job_id for job in jobs), chunk, strict=True))
        written = placing.put(door, place, shared, jobs)
        created, deferred = created + sum(written.flags), written.deferred or deferred
    return created, deferred, [job_id(batch_id, one.row.number) for one in good[:TOLD]]


def _chunks(good: list[Checked], to_front: bool) -> Iterator[list[Checked]]:
    """Each goes before those that wait: from the last to the first, so that the first row starts first."""
    ordered = good[::-1] if to_front else good
    return (ordered[at : at + CHUNK] for at in range(0, len(ordered), CHUNK))


def _own_fields(template: Job, options: Options, batch_id: str, chunk: list[Checked]) -> list[NewJob]:
    """What differs from row to row, spelt by RQ. About 40 µs a row."""
    made, breather = [], Breather()
    for one in chunk:
        breather.breathe()
        template.kwargs = one.args
        template.description = options.description or template.get_call_string()
        told = template.to_dict()
        number = one.row.number
        made.append(NewJob(number, job_id(batch_id, number), {name: told[name] for name in OWN}))
    return made


def _refuse_wrong(found: Check, only_good: bool) -> None:
    if found.columns or not found.good or (found.wrong and not only_good):
        fields = {f"column {name}": problem for name, problem in found.columns.items()}
        for one in found.wrong if not found.columns else ():
            at = f"row {one.row.number}"
            fields |= {f"{at}: {name}" if name else at: problem for name, problem in one.problems.items()}
            if len(fields) >= NAMED:
                break
        raise BadInput(
            f"{len(found.wrong):,} of {len(found.wrong) + len(found.good):,} rows cannot be submitted.",
            fix="Correct what `fields` names, or send `only_good` to submit the others.",
            code="bad_rows",
            fields=fields,
        )
