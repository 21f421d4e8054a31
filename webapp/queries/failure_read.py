"""What is needed of each failed job: how it ended, where and with what words. Decoded in a native thread."""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass

import redis

from webapp import decode, rqkeys
from webapp.failure_cause import Cause, cause
from webapp.offload import offload
from webapp.queries import attempts
from webapp.queries.calls import NOTHING, Calls
from webapp.queries.fields import integer, moment, reply, seconds_ms, text
from webapp.queries.plan import Plan
from webapp.queries.rows import RowReader
from webapp.redact.redactor import JobMask

#: Jobs of one pipeline: its replies are taken in within some 5 ms.
SLICE = 100
FIELDS = ("status", "ended_at", "worker_name", "created_at")
#: Bytes of the old field of a hash that are worth reading.
EXC_INFO_MAX = 256 * 1024
#: Characters of it that are looked at; its end tells what was raised.
TRACEBACK_CHARS = 400_000
#: Characters of the traceback that stands for all of a cause: its end tells most.
SAMPLE_CHARS = 8_000


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed job."""

    id: str
    queue: str
    #: When it failed, epoch ms.
    at: int
    func: str | None
    worker: str | None
    #: Id of its cause.
    cause: str


@dataclass(frozen=True, slots=True)
class _Stored:
    """The replies of one job."""

    id: str
    queue: str
    fields: list
    #: Of its newest results entry; empty where there is none.
    entry: tuple
    exc_info: bytes | None
    func: str | None
    mask: JobMask


#: Stands for a job that was stopped: RQ keeps it among the failed ones.
STOPPED = "stopped"
Found = dict[str, tuple[Failure, Cause] | str | None]


def read(reader: redis.Redis, rows: RowReader, jobs: Mapping[str, str]) -> Found:
    """By id, from id to queue: how each failed; STOPPED, or None for those that did neither (queued again, gone).

    `rows` knows what is to be masked. Two round trips for SLICE jobs, one more where a payload or a results entry is
    missing, and some where arguments are large. Raises redis.RedisError.
    """
    found: Found = {}
    ids = list(jobs)
    for start in range(0, len(ids), SLICE):
        stored, stopped = _read_slice(reader, rows, {job_id: jobs[job_id] for job_id in ids[start : start + SLICE]})
        found |= offload(_decode, stored) | dict.fromkeys(stopped, STOPPED)
    return {job_id: found.get(job_id) for job_id in ids}


def _read_slice(reader: redis.Redis, rows: RowReader, jobs: Mapping[str, str]) -> tuple[list[_Stored], list[str]]:
    """(the failed ones, ids of the stopped ones)."""
    plan = Plan(reader)
    for job_id in jobs:
        plan.ask(job_id, _ask, job_id)
    plan.execute()
    answers = {job_id: [reply(answer) for answer in plan[job_id]] for job_id in jobs}
    failed = {job_id: answer for job_id, answer in answers.items() if answer[0] and answer[0][0] == b"failed"}
    stopped = [job_id for job_id, answer in answers.items() if answer[0] and answer[0][0] == b"stopped"]
    calls = Calls(rows.titles, rows.redactor)
    calls.learn(reader, {job_id: (answer[0][3], answer[1] or 0) for job_id, answer in failed.items()})
    known = {job_id: calls.get(job_id) or NOTHING for job_id in failed}
    masks = rows.masks.of(reader, [job_id for job_id, call in known.items() if call.mask is None])
    old = [job_id for job_id, answer in failed.items() if not answer[3] and 0 < (answer[2] or 0) <= EXC_INFO_MAX]
    exc_info = _exc_info(reader, old)
    stored = [
        _Stored(
            job_id,
            jobs[job_id],
            answer[0],
            answer[3][0] if answer[3] else (),
            exc_info.get(job_id),
            known[job_id].func,
            known[job_id].mask or masks[job_id],
        )
        for job_id, answer in failed.items()
    ]
    return stored, stopped


def _ask(pipe: redis.client.Pipeline, job_id: str) -> None:
    key = rqkeys.job(job_id)
    pipe.hmget(key, *FIELDS).hstrlen(key, "data").hstrlen(key, "exc_info")
    pipe.xrevrange(rqkeys.results(job_id), count=1)


def _exc_info(reader: redis.Redis, ids: list[str]) -> dict[str, bytes]:
    """Where RQ kept tracebacks before it had results."""
    plan = Plan(reader)
    for job_id in ids:
        plan.ask(job_id, lambda pipe, job_id: pipe.hget(rqkeys.job(job_id), "exc_info"), job_id)
    plan.execute()
    return {job_id: value for job_id in ids if (value := reply(plan[job_id][0]))}


def _decode(stored: list[_Stored]) -> Found:
    return {one.id: _failure(one) for one in stored}


def _failure(one: _Stored) -> tuple[Failure, Cause]:
    entry_id, fields = one.entry or (b"", {})
    told = one.mask.optional(said(fields, one.exc_info), "traceback")
    reason = cause(told, one.func, attempts.OUTCOMES.get(integer(fields.get(b"type")) or 0, ""))
    written = re.match(rb"\d+", entry_id)
    ended = (
        moment(one.fields[1]) or seconds_ms(fields.get(b"execution_ended_at")) or (int(written[0]) if written else 0)
    )
    worker = text(one.fields[2]) or text(fields.get(b"worker_name"))
    at = ended or (int(written[0]) if written else moment(one.fields[3])) or 0
    # Thousands share a handful of names: one copy of each is kept.
    failure = Failure(
        one.id, sys.intern(one.queue), at, one.func and sys.intern(one.func), worker and sys.intern(worker), reason.id
    )
    return failure, reason


def traceback(reader: redis.Redis, rows: RowReader, job_id: str) -> str | None:
    """What the newest results entry of one job says, its last SAMPLE_CHARS characters; None where it says nothing.

    One round trip, up to three more for a job not met before; one more for a job of before RQ had results.
    """
    plan = Plan(reader)
    plan.ask("entry", lambda pipe: pipe.xrevrange(rqkeys.results(job_id), count=1))
    plan.ask("size", lambda pipe: pipe.hstrlen(rqkeys.job(job_id), "exc_info"))
    plan.execute()
    entries, size = reply(plan["entry"][0]), reply(plan["size"][0]) or 0
    old = {} if entries or not 0 < size <= EXC_INFO_MAX else _exc_info(reader, [job_id])
    mask = rows.masks.of(reader, [job_id])[job_id]
    return offload(_sample, mask, entries[0][1] if entries else {}, old.get(job_id))


def _sample(mask: JobMask, fields: Mapping[bytes, bytes], exc_info: bytes | None) -> str | None:
    told = mask.text(said(fields, exc_info) or "", "traceback").rstrip()
    if len(told) <= SAMPLE_CHARS:
        return told or None
    return f"…\n{told[-SAMPLE_CHARS:].partition(chr(10))[2]}"


def said(fields: Mapping[bytes, bytes], exc_info: bytes | None) -> str | None:
    """The traceback, or what stands in its place, of a results entry or of the hash; None where nothing does."""
    stored = fields.get(b"exc_string")
    if stored:
        return decode.traceback_text(stored, TRACEBACK_CHARS)
    if not exc_info:
        return None
    try:
        return decode.inflate(exc_info, TRACEBACK_CHARS).decode("utf-8", "replace")
    except decode.Undecodable:
        return None
