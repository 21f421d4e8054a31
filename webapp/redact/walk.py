"""Decoded values with what is secret masked, and the secrets that were met. Bounded in nodes and depth. Pure.

A value is copied as far as something in it is masked or looked into; what is cut for its size is masked, never shown.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from webapp.decode import Masked, Opaque, _Tuple
from webapp.redact import rules as rules_of
from webapp.redact.literals import Literals
from webapp.redact.patterns import MASK, masked
from webapp.redact.rules import Rules

#: More than any tree shows: `webapp/tree.py` cuts before.
NODES_MAX, DEPTH_MAX = 50_000, 30
#: Characters of a text that are looked at; what is longer is masked from there on.
TEXT_CHARS = 300_000

Path = tuple[str | int, ...]


class Walk:
    """One pass through values of one job. `found` and `numbers` are the secrets that were met."""

    def __init__(self, rules: Rules, context: Mapping[str, Any], literals: Literals | None = None) -> None:
        self._rules = rules
        self._context = dict(context)
        self._literals = literals
        self._left = NODES_MAX
        self.found: list[str] = []
        self.numbers: list[int | float] = []
        self.is_changed = False

    def named(self, name: str, value: Any, path: Path = (), depth: int = 0, is_secret: bool = False) -> Any:
        """`value`, which stands under `name`; `is_secret`: whatever the name says."""
        if (is_secret and value is not None) or self._rules.names.hides(name, value):
            return self._mask(value, path)
        return self.value(value, path, depth, name)

    def value(self, value: Any, path: Path = (), depth: int = 0, name: str = "") -> Any:
        """`value` without what is secret in it."""
        self._left -= 1
        if self._left < 0 or depth > DEPTH_MAX:
            self.is_changed = True
            return Masked(MASK, path)
        if isinstance(value, str):
            return self._text(value, path, name)
        if isinstance(value, bytes | bytearray):
            return self._bytes(value, path, name)
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int | float):
            return self._number(value, path, name)
        if isinstance(value, dict):
            return self._dict(value, path, depth)
        if isinstance(value, list | tuple | set | frozenset):
            return self._several(value, path, depth, name)
        return self._opaque(value, path, depth) if isinstance(value, Opaque) else value

    def _mask(self, value: Any, path: Path) -> Masked:
        self._collect(value, 0)
        self.is_changed = True
        return Masked(MASK, path)

    def _collect(self, value: Any, depth: int) -> None:
        """Every text and number within a secret is one."""
        self._left -= 1
        if self._left < 0 or depth > DEPTH_MAX:
            return
        if isinstance(value, str):
            self.found.append(value)
        elif isinstance(value, bytes | bytearray):
            self.found.append(bytes(value).decode("utf-8", "replace"))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            self.numbers.append(value)
        elif isinstance(value, Opaque):
            for part in (*value.args, value.state, *value.items):
                self._collect(part, depth + 1)
        elif isinstance(value, dict | list | tuple | set | frozenset):
            for part in value.values() if isinstance(value, dict) else value:
                self._collect(part, depth + 1)

    def _text(self, value: str, path: Path, name: str) -> Any:
        if self._rules.hook and (said := self._asked(name, value, value, path)) is not value:
            return said
        shown = self.text(value[:TEXT_CHARS]) + (MASK if len(value) > TEXT_CHARS else "")
        if shown == value:
            return value
        self.is_changed = True
        return Masked(shown, path)

    def text(self, text: str) -> str:
        """`text` with patterns and known values masked; what patterns find is remembered."""
        shown = self._literals.masked(text) if self._literals else text
        return masked(shown, self._rules.names, self.found)

    def _bytes(self, value: bytes | bytearray, path: Path, name: str) -> Any:
        text = bytes(value[:TEXT_CHARS]).decode("utf-8", "replace")
        if self.text(text) != text:
            self.is_changed = True
            return Masked(MASK, path)
        return self._asked(name, text, value, path) if self._rules.hook else value

    def _number(self, value: int | float, path: Path, name: str) -> Any:
        if self._literals and value in self._literals.numbers:
            self.is_changed = True
            return Masked(MASK, path)
        return self._asked(name, value, value, path) if self._rules.hook else value

    def _asked(self, name: str, shown: Any, value: Any, path: Path) -> Any:
        """What the operator's hook makes of it."""
        assert self._rules.hook
        said = rules_of.said(self._rules.hook, name, shown, self._context)
        if said is True:
            return self._mask(value, path)
        if said is None or said == value:
            return value
        self._collect(value, 0)
        self.is_changed = True
        return Masked(said, path)

    def _dict(self, value: dict, path: Path, depth: int) -> dict:
        made: dict = {}
        for key, part in value.items():
            if self._left < 0:
                self.is_changed = True
                made["…"] = Masked(MASK, path)
                break
            shown = self._key(key, depth)
            while isinstance(shown, str) and shown is not key and shown in made:
                shown += " "
            # A key that is not shown as it is has no path by which its value could be found again.
            inner = _step(path, key) if shown is key and isinstance(key, str) else ()
            made[shown] = self.named(key if isinstance(key, str) else "", part, inner, depth + 1)
        return made

    def _key(self, key: Any, depth: int) -> Any:
        if isinstance(key, str):
            shown = self._literals.masked(key) if self._literals else key
            self.is_changed |= shown != key
            return key if shown == key else shown
        return self.value(key, (), depth + 1) if isinstance(key, tuple | Opaque) else key

    def _several(self, value: Iterable, path: Path, depth: int, name: str) -> Any:
        made = []
        for at, part in enumerate(value):
            if self._left < 0:
                self.is_changed = True
                made.append(Masked(MASK, path))
                break
            made.append(self.value(part, _step(path, at), depth + 1, name))
        if isinstance(value, list):
            return made
        return _Tuple(made) if isinstance(value, tuple) else _rebuilt(made, value)

    def _opaque(self, value: Opaque, path: Path, depth: int) -> Opaque:
        made = Opaque(value.name, self._inner(tuple(value.args), depth))
        made.state = self.value(value.state, (), depth + 1)
        made.items = [
            self._pair(item, depth) if isinstance(item, tuple) and len(item) == 2 else self.value(item, (), depth + 1)
            for item in value.items[: max(0, self._left)]
        ]
        return made

    def _inner(self, args: tuple, depth: int) -> tuple:
        return tuple(self.value(part, (), depth + 1) for part in args[: max(0, self._left)])

    def _pair(self, item: tuple, depth: int) -> tuple:
        key, part = item
        return _Tuple((self._key(key, depth), self.named(key if isinstance(key, str) else "", part, (), depth + 1)))


def _step(path: Path, step: str | int) -> Path:
    """One further; nowhere where there is no path, as for what is no argument."""
    return (*path, step) if path else ()


def _rebuilt(made: list, value: Iterable) -> Any:
    """A set, of which what was masked counts once each: placeholders are told apart by identity."""
    try:
        return type(value)(made)  # type: ignore[call-arg]
    except TypeError:
        return made


def suspects(rules: Rules, raw: bytes) -> bool:
    """Whether stored bytes may hold what is secret by its name or its surroundings: cheap, and never too lenient."""
    if rules.hook or rules.names.hints is None or b"\\u" in raw:
        return True
    low = raw.lower()
    # A loop: a generator costs three times as much, for each row.
    for hint in rules.names.byte_hints:
        if hint in low:
            return True
    return b"://" in low and b"@" in low
