"""The JSON body of a request, read with care: one object, of a bounded size, of values that survive JSON. No Redis."""

import json
import math
from collections.abc import Iterable
from typing import Any

from flask import current_app, request
from werkzeug.exceptions import ClientDisconnected

from webapp.actions import option_values
from webapp.api import slow_bodies
from webapp.errors import BadInput, TooLarge
from webapp.offload import offload
from webapp.security import WrongMediaType

#: Lists and objects within each other; what we store is read by recursive decoders.
DEPTH_MAX = 20
#: Values in one body: checking each against a schema takes about 7 µs.
VALUES_MAX = 100_000
#: JavaScript, and many a JSON reader, has no larger whole numbers.
INTEGER_MAX = 2**63 - 1
#: Bodies beyond it are parsed beside the hub: 1 MB of small values takes 50 ms.
INLINE_BYTES = 32 * 1024


def read_object(allowed: Iterable[str]) -> dict[str, Any]:
    """The JSON object of the current request's body; {} where there is no body.

    Raises BadInput for anything but one object with keys among `allowed`, naming the others; TooLarge beyond the
    setting; WrongMediaType for a body that is not JSON.
    """
    raw = _read(current_app.config["RQLIVE"].body_max_kb * 1024)
    if not raw:
        return {}
    if request.mimetype != "application/json":
        raise WrongMediaType("The body is not JSON.", fix="Send it with Content-Type: application/json.")
    body = parse(raw) if len(raw) <= INLINE_BYTES else offload(parse, raw)
    if not isinstance(body, dict):
        raise _bad("The body is not a JSON object.", 'Send an object, such as {"status": "queued"}.')
    known = tuple(allowed)
    unknown = [name[:100] for name in body if name not in known][:20]
    if unknown:
        raise BadInput(
            f"The body has keys that mean nothing here: {', '.join(unknown)}.",
            fix=f"Use only: {', '.join(known)}.",
            fields=dict.fromkeys(unknown, "is unknown here"),
        )
    return body


def parse(raw: bytes) -> Any:
    """The JSON value of `raw`. Raises BadInput where it is none, or holds what Python takes and JSON does not."""
    try:
        text = raw.decode("utf-8")
        value = json.loads(text, parse_int=_integer, parse_float=_number, parse_constant=_constant)
        if "\\u" in text:
            # A lone surrogate (\ud800) can be neither stored nor sent on.
            json.dumps(value, ensure_ascii=False).encode()
        _check_shape(value)
    except RecursionError:
        raise _too_deep() from None
    except (UnicodeError, json.JSONDecodeError) as error:
        raise _bad(f"The body is not JSON: {error}.", "Send JSON in UTF-8.") from error
    return value


def drawn_status(body: dict[str, Any]) -> str | None:
    """The status that a button was drawn with, where the client sent one. Raises BadInput."""
    status = body.get("status")
    if status is None or (isinstance(status, str) and 0 < len(status) <= 64):
        return status
    raise BadInput("`status` is not a status.", fields={"status": "must be the job's status as you saw it"})


def checked_id(value: Any) -> str | None:
    """The id that a client wants for a new job; None where it leaves it to us. Raises BadInput."""
    try:
        return None if value is None else option_values.job_id(value)
    except ValueError as problem:
        raise BadInput("`id` is no id of a job.", code="bad_options", fields={"id": str(problem)}) from None


def _read(limit: int) -> bytes:
    """The whole body; nothing of one that says that it is too large."""
    message = f"The body is larger than {limit // 1024:,} KB."
    too_large = TooLarge(message, fix="Send less, or raise RQLIVE_BODY_MAX_KB.")
    if (request.content_length or 0) > limit:
        raise too_large
    parts, size = [], 0
    try:
        while part := slow_bodies.read(limit + 1):
            size += len(part)
            if size > limit:
                raise too_large
            parts.append(part)
    except ClientDisconnected:
        raise _bad("The body broke off.", "Send it again.") from None
    return b"".join(parts)


def _check_shape(value: Any) -> None:
    level, depth, count = [value], 0, 1
    while level := [
        item
        for outer in level
        if isinstance(outer, dict | list)
        for item in (outer.values() if isinstance(outer, dict) else outer)
    ]:
        depth += 1
        if depth > DEPTH_MAX:
            raise _too_deep()
        count += len(level)
        if count > VALUES_MAX:
            raise _bad(f"The body has more than {VALUES_MAX:,} values.", "Send them as a file: POST /api/uploads.")


def _integer(digits: str) -> int:
    # Python refuses very long ones with an error of its own; these are as useless.
    if len(digits) > 20 or abs(int(digits)) > INTEGER_MAX:
        raise _bad("A number in the body has more than 64 bits.", "Send it as a text.")
    return int(digits)


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _bad("A number in the body is too large.", "Send it as a text.")
    return value


def _constant(name: str) -> None:
    raise _bad(f"JSON has no {name}.", "Send null or leave it out.")


def _too_deep() -> BadInput:
    return _bad(f"The body has more than {DEPTH_MAX} levels of lists and objects.", "Send a flatter value.")


def _bad(message: str, fix: str) -> BadInput:
    return BadInput(message, fix=fix, code="bad_body")
