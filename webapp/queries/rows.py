"""Jobs as rows: a few chosen fields of each hash, and what it calls, decoded once per job and remembered.

Never the whole hash: payloads and `meta` can be megabytes. Their length is asked first.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import redis

from jobs import _keys
from webapp import decode, rqkeys
from webapp.models import STATUSES, JobSummary, Progress
from webapp.offload import offload
from webapp.queries import progress
from webapp.queries.fields import moment, reply, seconds_ms, text
from webapp.queries.titles import Titles
from webapp.tree import call_line

#: Calls remembered per web process; about 500 bytes each.
CALLS_MAX = 20_000
#: Stored bytes of `data` or `meta` that a row is worth.
FIELD_BYTES = 16 * 1024
#: Characters of a title: of a description where nothing better is known.
TITLE_CHARS = 200
EXPIRED = "Expired: only its id is left in the list."
#: Values of one read that are decoded at once in the hub's own thread: each takes 10 ms at worst.
INLINE_MAX = 1
#: Running jobs whose progress in `meta` is remembered.
METAS_MAX = 1_000

FIELDS = (
    "status",
    "origin",
    "description",
    "created_at",
    "enqueued_at",
    "started_at",
    "ended_at",
    "worker_name",
    _keys.PROGRESS_FIELD,
)


@dataclass(frozen=True)
class _Call:
    """What one job calls, as long as its hash is the same."""

    created_at: bytes | None
    func: str | None
    args: str
    note: str | None
    #: Whether `meta` was small enough to be read along; None before it was asked.
    small_meta: bool | None = None


class RowReader:
    """Reads rows. One per web process; not thread-safe beyond greenlets."""

    def __init__(self, titles: Titles) -> None:
        self.titles = titles
        self._calls: OrderedDict[str, _Call] = OrderedDict()
        #: job id -> its `meta`, and the progress that it tells
        self._metas_seen: OrderedDict[str, tuple[bytes, Progress | None]] = OrderedDict()

    def rows(
        self, reader: redis.Redis, ids: Iterable[str], run_at: Mapping[str, int | None] | None = None
    ) -> list[JobSummary]:
        """A row for each id, also for those whose hash is gone or broken. One round trip, up to three for new ids."""
        wanted = list(ids)
        pipe = reader.pipeline(transaction=False)
        for job_id in wanted:
            self.ask(pipe, job_id)
        replies = pipe.execute(raise_on_error=False)
        answers = {job_id: replies[2 * at : 2 * at + 2] for at, job_id in enumerate(wanted)}
        return self.finish(reader, answers, run_at)

    def ask(self, pipe: redis.client.Pipeline, job_id: str) -> None:
        """Put the commands for one row into `pipe`: two replies."""
        known = self._calls.get(job_id)
        meta = ("meta",) if known and known.small_meta else ()
        pipe.hmget(rqkeys.job(job_id), *FIELDS, *meta)
        pipe.hstrlen(rqkeys.job(job_id), "data")

    def finish(
        self, reader: redis.Redis, answers: Mapping[str, list], run_at: Mapping[str, int | None] | None = None
    ) -> list[JobSummary]:
        """Rows from the replies to `ask`, by job id. No round trip where every job is known, else one or two."""
        self._learn(reader, answers)
        told = self._progress_of(self._metas(reader, answers))
        due = dict(run_at or {})
        due.update(self._due(reader, answers, due))
        return [self._row(job_id, answers[job_id], told.get(job_id), due.get(job_id)) for job_id in answers]

    def _learn(self, reader: redis.Redis, answers: Mapping[str, list]) -> None:
        """Fetch and decode the payloads of jobs not met before."""
        unknown = [job_id for job_id, answer in answers.items() if self._is_new(job_id, answer)]
        if not unknown:
            return
        pipe = reader.pipeline(transaction=False)
        for job_id in unknown:
            small = (reply(answers[job_id][1], 0) or 0) <= FIELD_BYTES
            pipe.hget(rqkeys.job(job_id), "data" if small else "no such field")
            pipe.hstrlen(rqkeys.job(job_id), "meta")
        replies = pipe.execute(raise_on_error=False)
        payloads = [reply(payload) for payload in replies[::2]]
        decoded = _off_hub(_decode_call, payloads)
        for job_id, call, meta_length in zip(unknown, decoded, replies[1::2], strict=True):
            fields = reply(answers[job_id][0])
            small_meta = reply(meta_length, 0) <= FIELD_BYTES
            self._remember(job_id, _known(call, fields, reply(answers[job_id][1], 0), small_meta))

    def _is_new(self, job_id: str, answer: list) -> bool:
        fields = reply(answer[0])
        if fields is None or not any(value is not None for value in fields):
            return False
        known = self._calls.get(job_id)
        return known is None or known.created_at != fields[3]

    def _remember(self, job_id: str, call: _Call) -> None:
        self._calls[job_id] = call
        self._calls.move_to_end(job_id)
        while len(self._calls) > CALLS_MAX:
            self._calls.popitem(last=False)

    def _metas(self, reader: redis.Redis, answers: Mapping[str, list]) -> dict[str, bytes]:
        """`meta` of started jobs that do not report progress through us: from the reply, or read now."""
        metas, missing = {}, []
        for job_id, answer in answers.items():
            fields = reply(answer[0])
            if fields is None or fields[0] != b"started" or fields[8]:
                continue
            known = self._calls.get(job_id)
            if len(fields) > len(FIELDS):
                metas[job_id] = fields[len(FIELDS)]
            elif known and known.small_meta:
                missing.append(job_id)
        if missing:
            pipe = reader.pipeline(transaction=False)
            for job_id in missing:
                pipe.hget(rqkeys.job(job_id), "meta")
            metas.update(zip(missing, map(reply, pipe.execute(raise_on_error=False)), strict=True))
        for job_id in [job_id for job_id, meta in metas.items() if meta and len(meta) > FIELD_BYTES]:
            # It has grown since its length was asked: once is enough.
            self._calls[job_id] = replace(self._calls[job_id], small_meta=False)
            del metas[job_id]
        return metas

    def _progress_of(self, metas: Mapping[str, bytes | None]) -> dict[str, Progress | None]:
        """The progress that each `meta` tells, decoded when it is another one than before."""
        seen = self._metas_seen
        new = {job_id: meta for job_id, meta in metas.items() if meta and seen.get(job_id, (None,))[0] != meta}
        for job_id, shown in zip(new, _off_hub(_decode_meta, list(new.values())), strict=True):
            seen[job_id] = (new[job_id], shown)
            seen.move_to_end(job_id)
        told = {job_id: seen[job_id][1] for job_id, meta in metas.items() if meta}
        while len(seen) > METAS_MAX:
            seen.popitem(last=False)
        return told

    def _due(self, reader: redis.Redis, answers: Mapping[str, list], known: Mapping[str, Any]) -> dict[str, int | None]:
        """When scheduled jobs are due: the score in RQ's registry of their queue."""
        missing = [
            (job_id, fields[1])
            for job_id, answer in answers.items()
            if (fields := reply(answer[0])) and fields[0] == b"scheduled" and job_id not in known
        ]
        if not missing:
            return {}
        pipe = reader.pipeline(transaction=False)
        for job_id, origin in missing:
            pipe.zscore(rqkeys.registry("scheduled", text(origin) or ""), job_id)
        scores = pipe.execute(raise_on_error=False)
        return {job_id: seconds_ms(reply(score)) for (job_id, _), score in zip(missing, scores, strict=True)}

    def _row(self, job_id: str, answer: list, told: Progress | None, run_at: int | None) -> JobSummary:
        fields = answer[0]
        if isinstance(fields, redis.RedisError):
            return JobSummary(id=job_id, status=None, title=job_id, note="The key of this job does not hold a job.")
        if not any(value is not None for value in fields):
            return JobSummary(id=job_id, status=None, title=job_id, note=EXPIRED)
        call = self._calls.get(job_id) or _Call(None, None, "", None)
        job_type, title = self.titles.of(call.func)
        row = JobSummary(
            id=job_id,
            status=text(fields[0]),
            type=job_type,
            title=(title or text(fields[2]) or job_id)[:TITLE_CHARS],
            func=call.func,
            args=call.args,
            queue=text(fields[1]),
            created_at=moment(fields[3]),
            enqueued_at=moment(fields[4]),
            started_at=moment(fields[5]),
            ended_at=moment(fields[6]),
            run_at=run_at,
            worker=text(fields[7]),
            progress=progress.from_field(fields[8]) or told,
            note=_note(fields[0], call),
        )
        return row if row.status == "started" or row.progress is None else replace(row, progress=None)


def _off_hub(decoder: Callable[[Any], Any], values: list) -> list:
    """`decoder` of each value, in a native thread where they are several."""
    decoded = partial(list, map(decoder, values))
    return decoded() if len(values) <= INLINE_MAX else offload(decoded)


def _decode_call(payload: bytes | None) -> decode.Call:
    return decode.call(payload, decode.ROW_BYTES)


def _decode_meta(meta: bytes) -> Progress | None:
    try:
        return progress.from_meta(decode.loads(meta))
    except decode.Undecodable:
        return None


def _known(call: decode.Call, fields: list, length: int, small_meta: bool) -> _Call:
    """What is remembered; where the payload cannot be shown, RQ's own description says what is called."""
    if call.problem is None:
        return _Call(fields[3], call.func, call_line(call.args, call.kwargs), None, small_meta)
    description = text(fields[2]) or ""
    func = decode.function_of_description(description)
    args = description[len(func) :].strip("()")[:200] if func else ""
    note = None if func and length > FIELD_BYTES else call.problem[0].upper() + call.problem[1:] + "."
    return _Call(fields[3], func, args, note, small_meta)


def _note(status: bytes | None, call: _Call) -> str | None:
    if not status:
        return "This job has no status."
    if text(status) not in STATUSES:
        return "RQ 3.0 has no such status."
    return call.note
