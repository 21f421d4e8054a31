"""A job as `JobReader.read` would have told it in the moment in which it was written, made of what was written. No I/O.

It was written from values of JSON, which its payload gives back: so nothing is decoded.
"""

from collections.abc import Mapping
from typing import Any

from webapp import plain
from webapp.decode import Call, inflate
from webapp.models_job import JobDetail
from webapp.models_overview import Overview
from webapp.queries.fields import integer, text
from webapp.queries.job import POSITION_MAX
from webapp.queries.job_detail import FIELDS, PAYLOAD_BYTES, Payload, detail, payload_of, told
from webapp.queries.rows import RowReader
from webapp.redact.redactor import Arguments


def written(
    rows: RowReader,
    job_id: str,
    func: str,
    args: dict[str, Any],
    fields: Mapping[str, Any],
    *,
    position: int | None,
    queued: int,
    due: int | None,
    at: int,
    overview: Overview | None,
) -> JobDetail:
    """The job with this call, of few arguments, and this hash, which waits since `at` (epoch ms).

    At this index of its queue, which has so many jobs then; or until `due` (seconds).
    """
    stored = {name: _stored(value) for name, value in fields.items()}
    call, given, payload = _shown(rows, func, args, stored)
    row = rows.written(job_id, call, given, stored, due and due * 1000)
    ttl = integer(stored.get("ttl"))
    replies = {
        f"fields {job_id}": [[stored.get(name) for name in FIELDS]],
        f"ttl {job_id}": [ttl * 1000 if ttl and ttl > 0 else -1],
        f"dependents {job_id}": [(0, []), 0],
        f"runs {job_id}": [[]],
        f"results {job_id}": [[]],
        f"lines {job_id}": [0],
    }
    place = position if position is not None and position < POSITION_MAX else None
    job = detail(row, replies, payload, place, overview, at)
    if job.queue_info:
        # The overview may have been read before.
        job.queue_info["queued"] = queued
    return job


def _shown(
    rows: RowReader, func: str, args: dict[str, Any], stored: Mapping[str, bytes]
) -> tuple[Call, Arguments, Payload]:
    call = Call(func, (), args, raw=inflate(stored["data"], PAYLOAD_BYTES))
    given = rows.redactor.call(call)
    meta, description = stored.get("meta"), stored.get("description", b"")
    sizes = (len(stored["data"]), len(meta or b""), len(description), 0)
    shown, editable = told(call, given, text(description) or ""), plain.is_plain([[], args])
    return call, given, payload_of(*shown, None, given.mask, editable, meta, None, [], sizes)


def _stored(value: Any) -> bytes:
    """As the client sends it."""
    return value if isinstance(value, bytes) else str(value).encode()
