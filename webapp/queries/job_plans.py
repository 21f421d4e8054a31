"""What a job's hash says of before and after its runs: who sent it, what is tried again, who is told. No I/O.

Webhooks carry secrets in headers, and in addresses: headers are named and not told, addresses lose what may be one.
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from webapp import decode
from webapp.queries.fields import integer, text

#: Seconds before retries or repeats that are told; webhooks, and headers of each.
INTERVALS_MAX, WEBHOOKS_MAX, HEADERS_MAX = 100, 20, 20
CALLBACKS = ("success", "failure", "stopped")
#: RQ's own, where a callback or webhook names no timeout.
CALLBACK_TIMEOUT, WEBHOOK_TIMEOUT = 60, 10
#: Characters of a name or an address.
NAME_CHARS, URL_CHARS = 200, 500
#: A part of a path that may be a key rather than a word: chat services put theirs there.
_KEY = re.compile(r"(?=[^/]*\d)(?=[^/]*[A-Za-z])[\w.~-]{20,}|[0-9A-Z]{9,}")


def whole_numbers(raw: bytes | None) -> tuple[int, ...] | None:
    """A JSON list of seconds; None where it is unset or no list. What is no whole number is left out."""
    values = _json(raw)
    if not isinstance(values, list):
        return None
    return tuple(value for value in values if isinstance(value, int) and not isinstance(value, bool))[:INTERVALS_MAX]


def flag(raw: bytes | None) -> bool:
    """RQ writes flags as 0 and 1, and leaves them out."""
    return integer(raw) == 1


def callbacks(fields: Mapping[str, Any]) -> tuple[dict, ...]:
    """What RQ calls in the worker when the job has ended: {"on", "func", "timeout"}."""
    named = ((event, text(fields[f"{event}_callback_name"])) for event in CALLBACKS)
    return tuple(
        {
            "on": event,
            "func": name[:NAME_CHARS],
            "timeout": integer(fields[f"{event}_callback_timeout"]) or CALLBACK_TIMEOUT,
        }
        for event, name in named
        if name
    )


def webhooks(raw: bytes | None) -> tuple[dict, ...]:
    """Whom RQ tells over HTTP when the job has ended, without secrets. What is no webhook of RQ is left out."""
    stored = _json(raw)
    return (
        tuple(_webhook(one) for one in stored[:WEBHOOKS_MAX] if isinstance(one, dict))
        if isinstance(stored, list)
        else ()
    )


def submitted(raw: bytes | None) -> dict | None:
    """Where the job came from, as our own submit wrote it: see _keys.SUBMITTED_FIELD.

    Anybody may write to a job's hash: what is not as ours is None.
    """
    stored = _json(raw)
    if not isinstance(stored, dict) or stored.get("via") not in ("page", "api"):
        return None
    names = {key: _name(stored.get(key)) for key in ("via", "server", "address", "again_of")}
    return names | {key: _count(stored.get(key)) for key in ("retries", "repeats")}


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def clean_url(url: str) -> str:
    """The address without user, password, query and fragment; `…` for each part of its path that may be a key."""
    try:
        parts = urlsplit(url[:URL_CHARS])
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "…"
    path = "/".join("…" if _KEY.fullmatch(part) else part for part in parts.path.split("/"))
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}{port}{path}{'?…' if parts.query else ''}"


def _webhook(stored: dict) -> dict:
    headers = stored.get("headers")
    timeout = stored.get("timeout")
    return {
        "on": _name(stored.get("job_status")),
        "method": _name(stored.get("method")) or "GET",
        "url": clean_url(stored["url"]) if isinstance(stored.get("url"), str) else "…",
        "headers": [str(name)[:NAME_CHARS] for name in headers][:HEADERS_MAX] if isinstance(headers, dict) else [],
        "timeout": timeout if isinstance(timeout, int) and not isinstance(timeout, bool) else WEBHOOK_TIMEOUT,
    }


def _name(value: Any) -> str | None:
    return decode.clean(value[:NAME_CHARS]) if isinstance(value, str) and value else None


def _json(raw: bytes | None) -> Any:
    try:
        return json.loads(raw) if raw else None
    except (ValueError, RecursionError):
        return None
