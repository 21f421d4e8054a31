"""The workers that were added from a page, and what they wrote: as each `make run` tells it. Never writes."""

import json
import re
from collections.abc import Iterable
from typing import Any

import redis

from jobs import _keys
from webapp import added_workers
from webapp.queries.fields import integer, reply, text
from webapp.queries.masks import MaskReader
from webapp.redact.redactor import JobMask

#: Workers that are told of, those that live first.
SHOWN_MAX = 100
#: The id of a job at the end of a line, as RQ's worker writes it.
_JOB = re.compile(r"\(([^()\s]{1,200})\)\W{0,20}\Z")
FIELDS = ("name", "queues", "state", "worker", "pid", "code", "crashes", "started_at", "ended_at", "again_at")


def read(reader: redis.Redis, now_ms: int) -> dict[str, Any]:
    """`supervisors` (`id`, `server`, `alive`) and their `workers`. Two round trips."""
    known = {text(name) or "": _object(stored) for name, stored in reader.hgetall(_keys.SUPERVISORS).items()}
    supervisors = [
        {"id": name, "server": str(beat.get("server", ""))[:200], "alive": _is_alive(beat, now_ms)}
        for name, beat in sorted(known.items())
    ][: _keys.SUPERVISORS_MAX]
    with reader.pipeline(transaction=False) as pipe:
        for supervisor in supervisors:
            pipe.hgetall(_keys.added(supervisor["id"]))
        answers = pipe.execute(raise_on_error=False)
    found = [
        _worker(text(worker) or "", _object(stored), supervisor)
        for supervisor, answer in zip(supervisors, answers, strict=True)
        for worker, stored in (reply(answer) or {}).items()
    ]
    found.sort(key=lambda one: (one["state"] not in added_workers.LIVING, one["server"], -(one["started_at"] or 0)))
    return {"supervisors": supervisors, "workers": found[:SHOWN_MAX], "most": _keys.ADDED_MAX}


def output(reader: redis.Redis, masks: MaskReader, worker_id: str) -> dict[str, Any]:
    """`lines`, oldest first: `id` and `text` of the last OUTPUT_LINES that it wrote, without secrets.

    A worker writes what it calls, and the id of the job behind it: what is secret of that job is masked in all lines.
    One round trip, and those of `MaskReader.of` for jobs not met before.
    """
    entries = reader.xrevrange(_keys.output(worker_id), count=_keys.OUTPUT_LINES)
    found = [(text(entry), text(fields.get(b"line")) or "") for entry, fields in reversed(entries)]
    named = (match[1] for _, line in found if (match := _JOB.search(line)))
    known = masks.of(reader, dict.fromkeys(named)).values()
    return {"id": worker_id, "lines": [{"id": entry, "text": _masked(line, known)} for entry, line in found]}


def _masked(line: str, known: Iterable[JobMask]) -> str:
    for mask in known:
        line = mask.text(line, "output")
    return line


def _worker(worker_id: str, told: dict[str, Any], supervisor: dict[str, Any]) -> dict[str, Any]:
    queues = told.get("queues")
    shown = {name: told.get(name) for name in FIELDS} | {"queues": queues if isinstance(queues, list) else []}
    shown["started_at"] = integer(shown["started_at"])
    return {"id": worker_id, "server": supervisor["server"], "alive": supervisor["alive"]} | shown


def _is_alive(beat: dict[str, Any], now_ms: int) -> bool:
    at = beat.get("at")
    return isinstance(at, int) and now_ms - at <= _keys.SUPERVISOR_SILENT_MS


def _object(stored: bytes) -> dict[str, Any]:
    try:
        value = json.loads(stored)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
