"""The notes on a job, oldest first: what people left for each other. Entries that are none of ours say so.

Somebody may have pasted a secret into one: what its surroundings tell is masked.
"""

from collections.abc import Mapping
from typing import Any

import redis

from jobs import _keys
from webapp import rqkeys
from webapp.errors import NotFound
from webapp.queries.fields import reply, text
from webapp.redact.redactor import Redactor
from webapp.speaker import NAME_CHARS


def read(reader: redis.Redis, redactor: Redactor, job_id: str) -> dict[str, Any]:
    """{"job", "notes": [{"id", "at", "name", "by", "text"}], "most"}. Raises NotFound. One round trip."""
    with reader.pipeline(transaction=False) as pipe:
        pipe.exists(rqkeys.job(job_id))
        pipe.xrange(_keys.notes(job_id), count=_keys.NOTES_MAX)
        exists, entries = (reply(answer) for answer in pipe.execute(raise_on_error=False))
    if not exists:
        raise no_job(job_id)
    notes = [_note(entry_id, fields or {}, redactor) for entry_id, fields in entries or []]
    return {"job": job_id, "notes": notes, "most": _keys.NOTES_MAX}


def no_job(job_id: str) -> NotFound:
    """No job of that id, or none in sight."""
    return NotFound(f"There is no job {job_id[:100]!r}.")


def _note(entry_id: bytes, fields: Mapping[bytes, bytes], redactor: Redactor) -> dict[str, Any]:
    return {
        "id": text(entry_id) or "",
        "at": int(entry_id.partition(b"-")[0]),
        "name": (text(fields.get(b"name")) or "")[:NAME_CHARS],
        "by": (text(fields.get(b"by")) or "")[:NAME_CHARS],
        "text": redactor.nobody.text((text(fields.get(b"text")) or "")[: _keys.NOTE_CHARS], "note"),
    }
