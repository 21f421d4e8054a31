"""Jobs as rows: a few chosen fields of each hash, and what it calls. Never the whole hash: see `calls.py`."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import redis

from jobs import _keys
from webapp import decode, rqkeys
from webapp.models import STATUSES, JobSummary, Progress
from webapp.queries import progress
from webapp.queries.calls import FIELD_BYTES, NOTHING, TITLE_CHARS, Call, Calls, off_hub
from webapp.queries.fields import integer, moment, reply, seconds_ms, text
from webapp.queries.masks import MaskReader
from webapp.queries.titles import Titles
from webapp.redact.redactor import Arguments, JobMask, Redactor

EXPIRED = "Expired: only its id is left in the list."
#: Running jobs whose progress in `meta` is remembered.
METAS_MAX = 1_000

FIELDS = (
    "status",
    "origin",
    "created_at",
    "enqueued_at",
    "started_at",
    "ended_at",
    "worker_name",
    _keys.PROGRESS_FIELD,
    _keys.NOTES_FIELD,
)
CREATED_AT, PROGRESS = FIELDS.index("created_at"), FIELDS.index(_keys.PROGRESS_FIELD)


class RowReader:
    """Reads rows. One per web process; not thread-safe beyond greenlets."""

    def __init__(self, titles: Titles, redactor: Redactor | None = None) -> None:
        self.titles = titles
        self.redactor = redactor or Redactor(titles)
        self.masks = MaskReader(titles, self.redactor)
        self._calls = Calls(titles, self.redactor)
        #: job id -> its `meta`, and the progress that it tells
        self._metas_seen: OrderedDict[str, tuple[bytes, Progress | None]] = OrderedDict()

    def rows(
        self, reader: redis.Redis, ids: Iterable[str], run_at: Mapping[str, int | None] | None = None
    ) -> list[JobSummary]:
        """A row for each id, also for those whose hash is gone or broken. One round trip, up to four for new ids."""
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
        """Rows from the replies to `ask`, by job id. No round trip where every job is known, else up to three."""
        kept = {job_id: answer for job_id, answer in answers.items() if any(reply(answer[0]) or ())}
        self._calls.learn(
            reader, {job_id: (answer[0][CREATED_AT], reply(answer[1], 0) or 0) for job_id, answer in kept.items()}
        )
        told = self._progress_of(self._metas(reader, answers))
        due = dict(run_at or {})
        due.update(self._due(reader, answers, due))
        rows = [self._row(job_id, answers[job_id], told.get(job_id), due.get(job_id)) for job_id in answers]
        return self._masked(reader, rows)

    def written(
        self, job_id: str, call: decode.Call, given: Arguments, stored: Mapping[str, bytes], run_at: int | None
    ) -> JobSummary:
        """The row of a job that was just written: what it calls, and its hash. No round trip."""
        self._calls.take(job_id, call, given, stored)
        return self._row(job_id, [[stored.get(name) for name in FIELDS]], None, run_at)

    def functions(self, reader: redis.Redis, jobs: Mapping[str, tuple[bytes | None, int]]) -> dict[str, str | None]:
        """The dotted name of what each of these jobs calls: by id, their `created_at` and the bytes of their `data`.

        No round trip where all of them were met before, else at most two.
        """
        self._calls.learn(reader, jobs)
        return {job_id: (self._calls.get(job_id) or NOTHING).func for job_id in jobs}

    def _metas(self, reader: redis.Redis, answers: Mapping[str, list]) -> dict[str, bytes]:
        """`meta` of started jobs that do not report progress through us: from the reply, or read now."""
        metas, missing = {}, []
        for job_id, answer in answers.items():
            fields = reply(answer[0])
            if fields is None or fields[0] != b"started" or fields[PROGRESS]:
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
            self._calls.has_large_meta(job_id)
            del metas[job_id]
        return metas

    def _progress_of(self, metas: Mapping[str, bytes | None]) -> dict[str, Progress | None]:
        """The progress that each `meta` tells, decoded when it is another one than before."""
        seen = self._metas_seen
        new = {job_id: meta for job_id, meta in metas.items() if meta and seen.get(job_id, (None,))[0] != meta}
        for job_id, shown in zip(new, off_hub(_decode_meta, list(new.values())), strict=True):
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

    def _masked(self, reader: redis.Redis, rows: list[JobSummary]) -> list[JobSummary]:
        """Without secrets in what their jobs say of themselves. Two round trips for those with large arguments."""
        saying = {row.id: self._mask_of(row.id) for row in rows if row.progress and row.progress.message}
        saying |= self.masks.of(reader, [job_id for job_id, mask in saying.items() if mask is None])
        return [
            replace(row, progress=progress.masked(row.progress, saying[row.id])) if row.id in saying else row
            for row in rows
        ]

    def _mask_of(self, job_id: str) -> JobMask | None:
        return (self._calls.get(job_id) or NOTHING).mask

    def _row(self, job_id: str, answer: list, told: Progress | None, run_at: int | None) -> JobSummary:
        fields = answer[0]
        if isinstance(fields, redis.RedisError):
            return JobSummary(id=job_id, status=None, title=job_id, note="The key of this job does not hold a job.")
        if not any(value is not None for value in fields):
            return JobSummary(id=job_id, status=None, title=job_id, note=EXPIRED)
        status, origin, created, enqueued, started, ended, worker, reported, notes, *_ = fields
        call = self._calls.get(job_id) or NOTHING
        job_type, title = self.titles.of(call.func)
        row = JobSummary(
            id=job_id,
            status=text(status),
            type=job_type,
            title=(title or call.title or job_id)[:TITLE_CHARS],
            func=call.func,
            args=call.args,
            queue=text(origin),
            created_at=moment(created),
            enqueued_at=moment(enqueued),
            started_at=moment(started),
            ended_at=moment(ended),
            run_at=run_at,
            worker=text(worker),
            progress=progress.from_field(reported) or told,
            note=_note(status, call),
            notes=max(0, integer(notes) or 0),
        )
        return row if row.status == "started" or row.progress is None else replace(row, progress=None)


def _decode_meta(meta: bytes) -> Progress | None:
    try:
        return progress.from_meta(decode.loads(meta))
    except decode.Undecodable:
        return None


def _note(status: bytes | None, call: Call) -> str | None:
    if not status:
        return "This job has no status."
    if text(status) not in STATUSES:
        return "RQ 3.0 has no such status."
    return call.note
