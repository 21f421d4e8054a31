"""What stands in a cell of a table, as the value that an argument's schema asks for: as the form takes it. Pure."""

import json
import math
import re
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

INTEGER = re.compile(r"[+-]?\d{1,19}")
YES, NO = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})
#: JavaScript, and many a JSON reader, has no larger whole numbers.
INTEGER_MAX = 2**63 - 1
#: Choices that a sentence names.
CHOICES = 20
#: An empty cell: the function's own default.
ABSENT = object()


def convert(schema: Mapping[str, Any], text: str, zone: tzinfo, required: bool = False) -> Any:
    """The value of `text`, or ABSENT. Raises ValueError with a sentence that follows the argument's name.

    A moment without an offset is one of `zone`.
    """
    if text == "" and _is_nullable(schema):
        return None
    if text == "" and not (required and kind_of(schema) == "string"):
        return ABSENT
    return _value(schema, text, zone)


def kind_of(schema: Mapping[str, Any]) -> str:
    """ "choice", or the first type that is not null."""
    if isinstance(schema.get("enum"), list):
        return "choice"
    return next((name for name in _types(schema) if name != "null"), "string")


def _value(schema: Mapping[str, Any], text: str, zone: tzinfo) -> Any:
    match kind_of(schema):
        case "choice":
            return _choice(schema["enum"], text)
        case "integer":
            return _integer(text)
        case "number":
            return _number(text)
        case "boolean":
            return _boolean(text)
        case "array":
            return _items(schema.get("items") or {}, text, zone)
        case "object":
            return _json(text, dict, "an object")
    return _moment(text, zone) if schema.get("format") == "date-time" else text


def _types(schema: Mapping[str, Any]) -> list[str]:
    types = schema.get("type", [])
    return types if isinstance(types, list) else [types]


def _is_nullable(schema: Mapping[str, Any]) -> bool:
    return "null" in _types(schema) or None in (schema.get("enum") or ())


def _choice(choices: list, text: str) -> Any:
    named = {_spelt(choice): choice for choice in choices}
    if text not in named:
        more = ", …" if len(named) > CHOICES else ""
        raise ValueError(f"must be one of: {', '.join(list(named)[:CHOICES])}{more}")
    return named[text]


def _spelt(choice: Any) -> str:
    return choice if isinstance(choice, str) else json.dumps(choice)


def _integer(text: str) -> int:
    if not INTEGER.fullmatch(text.strip()) or abs(int(text)) > INTEGER_MAX:
        raise ValueError("must be a whole number")
    return int(text)


def _number(text: str) -> int | float:
    if INTEGER.fullmatch(text.strip()):
        return _integer(text)
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in text:
        raise ValueError("must be a number")
    return value


def _boolean(text: str) -> bool:
    word = text.strip().lower()
    if word not in YES | NO:
        raise ValueError("must be true or false")
    return word in YES


def _items(schema: Mapping[str, Any], text: str, zone: tzinfo) -> list:
    """A JSON list; else one item a line, or divided by bars."""
    if text.lstrip().startswith("["):
        return _json(text, list, "a list")
    parts = [part.strip() for part in re.split(r"[\n|]", text) if part.strip()]
    return [_value(schema, part, zone) for part in parts]


def _json(text: str, wanted: type, noun: str) -> Any:
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, wanted):
        raise ValueError(f"must be {noun} as JSON writes it")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _moment(text: str, zone: tzinfo) -> str:
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).isoformat()
    except (ValueError, OverflowError):
        raise ValueError("must be a time such as 2026-02-28T09:30") from None
