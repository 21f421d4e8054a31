"""One entry of the catalog of job types, as its publisher wrote it, to a value that all readers can trust. Pure."""

import json
from typing import Any

from jobs import _keys

#: The queue of a job type that names none: RQ's own default.
DEFAULT_QUEUE = "default"

#: Every key of an entry, with the value that it has where it is not written.
DEFAULTS: dict[str, Any] = {
    "title": "",
    "help": "",
    "func": None,
    "queue": None,
    "timeout": None,
    "result_ttl": None,
    "schema": None,
    "hosts": [],
    "published_at": None,
    "error": None,
    "schema_version": _keys.SCHEMA,
    "is_async": False,
}


def entry(name: str, raw: bytes) -> dict[str, Any]:
    """The entry of the job type `name`; `error` says why, where it cannot be submitted. Never raises."""
    try:
        written = json.loads(raw)
    except (ValueError, RecursionError):
        written = None
    if not isinstance(written, dict):
        return _broken(name, "its entry in the catalog cannot be read")
    version = written.get("schema_version", _keys.SCHEMA)
    if not isinstance(version, int) or version > _keys.SCHEMA:
        return _broken(name, f"a newer version of this project published it (schema {version})")
    found = DEFAULTS | {key: value for key, value in written.items() if key in DEFAULTS} | {"name": name}
    if not found["error"] and not _can_run(found):
        found["error"] = "its entry in the catalog is incomplete"
    hosts = found["hosts"] if isinstance(found["hosts"], list) else []
    return found | {"title": str(found["title"] or name), "hosts": [str(host) for host in hosts]}


def _can_run(found: dict[str, Any]) -> bool:
    whole = all(isinstance(found[key], int | None) for key in ("timeout", "result_ttl"))
    return whole and isinstance(found["func"], str) and isinstance(found["schema"], dict) and _is_text(found["queue"])


def _is_text(queue: Any) -> bool:
    return queue is None or (isinstance(queue, str) and queue != "")


def _broken(name: str, why: str) -> dict[str, Any]:
    return DEFAULTS | {"name": name, "title": name, "error": why}
