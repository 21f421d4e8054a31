"""Calls whose arguments JSON can hold: texts, numbers, true, false, null, lists and objects of them. Pure.

Such a call can be shown in a form, edited and stored again without losing anything.
"""

import math
from dataclasses import dataclass
from typing import Any

from webapp import decode

#: Whole numbers that a browser's JSON reads as they are.
INTEGER_MAX = 2**53 - 1
#: Lists and objects within each other: walked by recursion.
DEPTH_MAX = 20
VALUES_MAX = 20_000


@dataclass(frozen=True)
class PlainCall:
    """What a job calls."""

    func: str
    args: tuple
    kwargs: dict[str, Any]
    #: It was stored by RQ's JSON serializer, not as a pickle.
    is_json: bool


def call(data: bytes | None) -> PlainCall | None:
    """The call that `data` holds, of a job's hash; None where it is no plain one. Some ms for a large payload."""
    try:
        raw = decode.inflate(data or b"", decode.DETAIL_BYTES)
        func, instance, args, kwargs = decode.loads(raw)
    except (decode.Undecodable, TypeError, ValueError):
        return None
    shaped = isinstance(func, str) and instance is None and isinstance(args, list | tuple) and isinstance(kwargs, dict)
    if not shaped or not is_plain([list(args), kwargs]):
        return None
    return PlainCall(func, tuple(args), kwargs, raw[:1] == b"[")


def is_plain(value: Any) -> bool:
    """Whether JSON writes the value and a browser reads it back as it was. O(size)."""
    level, depth, count = [value], 0, 0
    while level:
        count += len(level)
        if depth > DEPTH_MAX or count > VALUES_MAX or not all(map(_fits, level)):
            return False
        depth += 1
        level = [part for outer in level if type(outer) in (list, dict) for part in _parts(outer)]
    return True


def _parts(outer: list | dict) -> list:
    return outer if type(outer) is list else list(outer.values())


def _fits(value: Any) -> bool:
    kind = type(value)
    if kind is str:
        return decode.clean(value) == value
    if kind is int:
        return abs(value) <= INTEGER_MAX
    if kind is float:
        return math.isfinite(value)
    if kind is dict:
        return all(type(name) is str and decode.clean(name) == name for name in value)
    return value is None or kind in (bool, list)
