"""Lines of a job's log, by stream id. Two replies, one round trip; its secrets are masked, see `masks.py`."""

from typing import Any

import redis

from jobs import _keys
from webapp.errors import BadInput
from webapp.queries.fields import integer, reply, text
from webapp.queries.masks import MaskReader
from webapp.queries.plan import Plan
from webapp.redact.redactor import JobMask

LINES_MAX = 1_000


def lines(reader: redis.Redis, masks: MaskReader, job_id: str, after: str, limit: int) -> dict[str, Any]:
    """At most `limit` lines after the stream id `after` ("" or "0": from the start): {"lines", "last", "total"}.

    One round trip, up to three more for a job not met before. Raises BadInput for an `after` that is no stream id.
    """
    plan = Plan(reader)
    plan.ask("log", ask, job_id, stream_id(after), min(limit, LINES_MAX))
    return parse(plan.execute()["log"], after, masks.of(reader, [job_id])[job_id])


def ask(pipe: redis.client.Pipeline, job_id: str, after: str, limit: int = LINES_MAX) -> None:
    """Put XRANGE and XLEN into `pipe`."""
    pipe.xrange(_keys.log(job_id), min=f"({after}", count=limit)
    pipe.xlen(_keys.log(job_id))


def parse(replies: list, after: str, mask: JobMask) -> dict[str, Any]:
    """The two replies of `ask`."""
    entries = reply(replies[0]) or []
    return {
        "lines": [_line(entry_id, fields or {}, mask) for entry_id, fields in entries],
        "last": text(entries[-1][0]) if entries else after,
        "total": reply(replies[1], 0),
    }


def stream_id(value: str, name: str = "after") -> str:
    """`value`, the parameter `name`, as a stream id that Redis takes; "0" for "". Raises BadInput."""
    first, dash, second = (value or "0").partition("-")
    if first.isdecimal() and len(first) <= 15 and (not dash or (second.isdecimal() and len(second) <= 15)):
        return value or "0"
    raise BadInput(f"{name}={value[:40]!r} is not the id of a line.", fix="Use one that an earlier answer gave.")


def _line(entry_id: bytes, fields: dict[bytes, bytes], mask: JobMask) -> dict[str, Any]:
    return {
        "id": text(entry_id),
        "at": integer(fields.get(b"at")),
        "run": text(fields.get(b"run")) or "",
        "level": text(fields.get(b"level")) or "INFO",
        "text": mask.text(text(fields.get(b"text")) or "", "log"),
    }
