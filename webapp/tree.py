"""Decoded values to what JSON can carry, bounded in nodes, depth and text. No I/O.

What JSON has no place for becomes {"__type__": …, "text": …}; see docs/api.md.
"""

import datetime
import math
import uuid
from collections.abc import Iterable
from itertools import islice
from typing import Any

from webapp.decode import Masked, Opaque, clean

#: A tree is cut beyond these: a page has no use for more, and shared references can unfold without end.
MAX_NODES = 5_000
MAX_DEPTH = 12
MAX_TEXT = 20_000
#: Characters that count as much as one node: one long text, named a thousand times, is a thousand long texts.
NODE_TEXT = 100
#: Beyond 2^53 JavaScript's numbers are not exact.
EXACT = 1 << 53
_NESTING = (list, tuple, set, frozenset)


class _Builder:
    def __init__(self, max_nodes: int, max_text: int) -> None:
        self.left = max_nodes
        self.max_text = max_text

    def build(self, value: Any, depth: int = 0) -> Any:
        self.left -= 1
        if self.left < 0 or depth > MAX_DEPTH:
            return _typed("truncated", "…")
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int):
            return value if abs(value) <= EXACT else self._charge(_typed("int", _digits(value)))
        if isinstance(value, float):
            return value if math.isfinite(value) else _typed("float", str(value))
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, bytes | bytearray):
            return self._charge(_bytes(bytes(value[: self.max_text]), len(value)))
        if isinstance(value, dict):
            return self._dict(value, depth)
        if isinstance(value, list):
            return self._list(value, depth)
        if isinstance(value, tuple):
            return {"__type__": "tuple", "items": self._list(value, depth)}
        if isinstance(value, set | frozenset):
            return {"__type__": type(value).__name__, "items": self._list(value, depth)}
        if isinstance(value, Opaque):
            return self._opaque(value, depth)
        if isinstance(value, Masked):
            return self._masked(value)
        return _typed("object", self._key(getattr(value, "name", type(value).__name__)))

    def _text(self, value: str) -> Any:
        shown = clean(value[: self.max_text])
        self.left -= len(shown) // NODE_TEXT
        return shown if len(value) <= self.max_text else _typed("truncated", shown, size=len(value))

    def _charge(self, node: dict) -> dict:
        self.left -= len(node["text"]) // NODE_TEXT
        return node

    def _masked(self, value: Masked) -> dict:
        node = _typed("masked", clean(value.text[: self.max_text]))
        return self._charge(node | {"at": [clean(str(step)) for step in value.path]} if value.path else node)

    def _list(self, value: Iterable, depth: int) -> list:
        built = []
        for item in value:
            if self.left <= 0:
                built.append(_typed("truncated", "…"))
                break
            built.append(self.build(item, depth + 1))
        return built

    def _dict(self, value: dict, depth: int) -> Any:
        if all(isinstance(key, str) for key in value) and "__type__" not in value:
            built = {}
            for key, item in value.items():
                if self.left <= 0:
                    built["…"] = _typed("truncated", "…")
                    break
                built[self._key(key)] = self.build(item, depth + 1)
            return built
        return {"__type__": "dict", "items": self._list(((key, item) for key, item in value.items()), depth)}

    def _key(self, key: str) -> str:
        return clean(key[:200])

    def _opaque(self, value: Opaque, depth: int) -> Any:
        known = _KNOWN.get(value.name)
        if known:
            try:
                return self._charge(known(value))
            except (TypeError, ValueError, IndexError, KeyError, AttributeError, OverflowError):
                pass
        kind = _SETS.get(value.name)
        if kind and len(value.args) == 1 and isinstance(value.args[0], list):
            return {"__type__": kind, "items": self._list(value.args[0], depth)}
        node = {"__type__": "object", "text": self._key(value.name)}
        if value.args:
            node["args"] = self._list(value.args, depth + 1)
        for name, part in (("state", value.state), ("items", value.items)):
            if part:
                node[name] = self.build(part, depth + 1)
        return node


def tree(value: Any, max_nodes: int = MAX_NODES, max_text: int = MAX_TEXT) -> Any:
    """`value` as JSON can carry it. Bounded; never raises on what `decode.loads` gives."""
    return _Builder(max_nodes, max_text).build(value)


def brief(value: Any) -> str:
    """One value on one short line, as in a call: `'x'`, `[1, 2]`, `<Color>`."""
    if isinstance(value, str):
        return clean(repr(value[:80] + "…" if len(value) > 80 else value))
    if isinstance(value, int) and abs(value) > EXACT:
        return _digits(value)[:40]
    if isinstance(value, int | float | None):
        return repr(value)
    if isinstance(value, _NESTING):
        shown = [brief(item) for item in islice(value, 3) if not isinstance(item, (*_NESTING, dict))]
        return f"[{', '.join(shown)}{']' if len(value) <= 3 else ', …]'}"
    if isinstance(value, dict):
        return f"{{{len(value)} keys}}" if value else "{}"
    if isinstance(value, bytes | bytearray):
        return f"<{len(value)} bytes>"
    if isinstance(value, Masked):
        return clean(value.text[:80] + "…" if len(value.text) > 80 else value.text)
    if isinstance(value, Opaque):
        shown = tree(value, 20, 80)
        if "items" in shown and shown["__type__"] != "object":
            return brief(value.args[0])
        return f"<{shown['text']}>" if shown["__type__"] == "object" else shown["text"]
    return "<…>"


def call_line(args: tuple, kwargs: dict, max_chars: int = 200) -> str:
    """Arguments on one line, cut at `max_chars`: `'sales.csv', delimiter=','`. An upload shows its file name."""
    parts = [_argument(value) for value in args[:10]]
    parts += [f"{_name(name)}={_argument(value)}" for name, value in islice(kwargs.items(), 10)]
    line = ", ".join(parts)
    return line if len(line) <= max_chars else line[: max_chars - 1] + "…"


def _name(key: Any) -> str:
    return clean(key[:40]) if isinstance(key, str) else brief(key)[:40]


def _argument(value: Any) -> str:
    if isinstance(value, str) and value.startswith("upload:") and "/" in value:
        return clean(value.rpartition("/")[2][:80])
    return brief(value)


def _digits(value: int) -> str:
    # Python refuses to print more than 4,300 digits.
    return str(value) if value.bit_length() < 10_000 else f"an integer of {value.bit_length():,} bits"


def _typed(kind: str, text: str, **more: Any) -> dict:
    return {"__type__": kind, "text": text, **more}


def _datetime(value: Opaque) -> dict:
    packed = value.args[0]
    raw = packed if isinstance(packed, bytes) else packed.args[0].encode("latin-1")
    moment = datetime.datetime(raw[:10])
    zone = ""
    if len(value.args) > 1:
        zone = "+00:00" if value.args[1].name == "datetime.timezone.utc" else _offset(value.args[1])
    return _typed("datetime", moment.isoformat(sep=" ") + zone)


def _offset(zone: Opaque) -> str:
    delta = zone.args[0] if zone.args else None
    if not isinstance(delta, Opaque) or zone.name != "datetime.timezone":
        return f" {clean(zone.args[0][:40])}" if zone.args and isinstance(zone.args[0], str) else ""
    minutes = datetime.timedelta(*delta.args[:2]) // datetime.timedelta(minutes=1)
    sign = "-" if minutes < 0 else "+"
    return "+00:00" if minutes == 0 else f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _date(value: Opaque) -> dict:
    return _typed("date", datetime.date(value.args[0]).isoformat())


def _timedelta(value: Opaque) -> dict:
    return _typed("timedelta", str(datetime.timedelta(*value.args[:3])))


def _uuid(value: Opaque) -> dict:
    return _typed("uuid", str(uuid.UUID(int=value.state["int"])))


def _decimal(value: Opaque) -> dict:
    return _typed("decimal", _words(value.args[:1])[:200])


def _path(value: Opaque) -> dict:
    return _typed("path", _words(value.args[:100]).replace("//", "/", 1)[:1000])


def _encoded(value: Opaque) -> dict:
    """Bytes, as protocols without bytes write them."""
    text, encoding = value.args
    if encoding != "latin1":
        raise ValueError
    return _bytes(text[:MAX_TEXT].encode("latin-1"), len(text))


def _bytes(value: bytes, size: int) -> dict:
    return _typed("bytes", repr(value), size=size)


def _words(parts: Any) -> str:
    """The parts of a path. Raises TypeError where one is not text: printing what is nested may never end."""
    return clean("/".join(part[:1000] for part in parts))


_KNOWN = {
    "datetime.datetime": _datetime,
    "datetime.date": _date,
    "datetime.timedelta": _timedelta,
    "uuid.UUID": _uuid,
    "decimal.Decimal": _decimal,
    "pathlib.PosixPath": _path,
    "pathlib.WindowsPath": _path,
    "pathlib._local.PosixPath": _path,
    "pathlib._local.WindowsPath": _path,
    "_codecs.encode": _encoded,
}
#: As protocols before 4 write sets.
_SETS = {f"{module}.{kind}": kind for module in ("builtins", "__builtin__") for kind in ("set", "frozenset")}
