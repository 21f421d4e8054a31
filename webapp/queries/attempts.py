"""Entries of RQ's results stream: how each run of a job ended. No I/O."""

import re
from typing import Any

from webapp import decode
from webapp.models_job import Attempt
from webapp.queries.fields import integer, seconds_ms, text
from webapp.redact.redactor import JobMask
from webapp.tree import tree

#: RQ trims the stream to about ten.
MAX = 10
#: rq.results.Result.Type. A stopped job's run is written as failed, with the text below.
OUTCOMES = {1: "successful", 2: "failed", 3: "stopped", 4: "retried", 5: "max_retries_exceeded"}
STOPPED = "Job stopped by user, work-horse terminated."
#: Nodes of the result that is shown in full: its JSON takes 10 ms at worst.
RESULT_NODES = 20_000
#: Nodes of the results beside it, and stored bytes beyond which they are described: ten large ones take a second.
BRIEF_NODES, BRIEF_BYTES = 500, 8 * 1024
#: Files that a result may name.
ARTIFACTS_MAX = 50


def attempts(entries: list, mask: JobMask) -> tuple[Attempt, ...]:
    """Newest first, as XREVRANGE gives them, results cut short. An entry that cannot be read says so in its place."""
    return tuple(_attempt(entry_id, fields, mask) for entry_id, fields in entries)


def result(entries: list, mask: JobMask) -> Any:
    """What the job returned when it last succeeded, in full; None where it never did."""
    succeeded = (fields for _, fields in entries if _outcome(fields) == "successful")
    return _value(next(succeeded, {}).get(b"return_value"), RESULT_NODES, mask)


def artifacts(result: Any) -> tuple[dict, ...]:
    """The files that a result names: {"name", "size", "media_type"}, in order of appearance."""
    found: dict[str, dict] = {}
    _collect(result, found, depth=0)
    return tuple(found.values())


def _attempt(entry_id: bytes, fields: dict[bytes, bytes], mask: JobMask) -> Attempt:
    told = decode.traceback_text(fields[b"exc_string"]) if fields.get(b"exc_string") else None
    error = mask.optional(told, "traceback")
    outcome = _outcome(fields)
    if outcome == "failed" and error and error.startswith(STOPPED):
        outcome = "stopped"
    created = re.match(r"\d+", text(entry_id) or "")
    return Attempt(
        outcome=outcome,
        at=int(created.group()) if created else 0,
        started_at=seconds_ms(fields.get(b"execution_started_at")),
        ended_at=seconds_ms(fields.get(b"execution_ended_at")),
        worker=text(fields.get(b"worker_name")),
        execution=text(fields.get(b"execution_id")),
        result=_brief(fields.get(b"return_value"), mask) if outcome == "successful" else None,
        error=error,
    )


def _outcome(fields: dict[bytes, bytes]) -> str:
    return OUTCOMES.get(integer(fields.get(b"type")) or 0, "unknown")


def _brief(stored: bytes | None, mask: JobMask) -> Any:
    if stored and len(stored) > BRIEF_BYTES:
        return {"__type__": "truncated", "text": f"{len(stored) * 3 // 4 // 1024:,} KB"}
    return _value(stored, BRIEF_NODES, mask)


def _value(stored: bytes | None, max_nodes: int, mask: JobMask) -> Any:
    if not stored:
        return None
    try:
        return tree(mask.value(decode.stored_value(stored), "result"), max_nodes)
    except decode.Undecodable as error:
        return {"__type__": "undecodable", "text": str(error)}


def _collect(value: Any, found: dict[str, dict], depth: int) -> None:
    if depth > 4 or len(found) >= ARTIFACTS_MAX:
        return
    if isinstance(value, dict):
        name = value.get("name")
        if isinstance(value.get("artifact"), str) and isinstance(name, str):
            found[name] = {key: value.get(key) for key in ("name", "size", "media_type")}
            return
        value = list(value.values())
    if isinstance(value, list):
        for item in value[:200]:
            _collect(item, found, depth + 1)
