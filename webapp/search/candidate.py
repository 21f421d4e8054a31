"""What is known of one job while it is judged: raw bytes first, decoded only where these cannot tell. No I/O."""

import json
import re
import zlib
from functools import lru_cache
from typing import Any

from webapp import decode
from webapp.redact.redactor import Arguments, Redactor
from webapp.tree import tree

#: Decompressed bytes that are looked at.
RAW_BYTES = decode.DETAIL_BYTES
#: Parts of the arguments that are looked at, and characters of each text.
NODES, TEXT = 20_000, RAW_BYTES
#: How the payload of a function begins: (name, None, …, in pickle protocols 4 and 5 and in RQ's JSON.
_PICKLED = re.compile(rb"\x80[\x04\x05](?:\x95.{8})?\(\x8c(.)", re.DOTALL)
_JSON = re.compile(rb'\[\s*("(?:[^"\\]|\\.){1,500}")\s*,\s*null\s*,')

#: What a tree tells of a value that JSON has no place for.
_PARTS = ("text", "args", "state", "items")

Leaf = str | int | float | bool | None
#: Knows secret names, and no job type.
_BY_NAMES = Redactor()


class Candidate:
    """One job. `fields` holds the values of its hash by name, as Redis gave them; times are compared with `now_ms`.

    What is masked on a page cannot be found: raw bytes may say no, and yes says only what `redactor` lets through.
    """

    __slots__ = (
        *("_call", "_description", "_given", "_leaves", "_low", "_low_error", "_named", "_raw", "_redactor"),
        *("_shown_error", "_stored_leaves"),
        *("data", "error", "fields", "id", "now_ms"),
    )

    def __init__(
        self, job_id: bytes, fields: dict[str, bytes | None], now_ms: int, redactor: Redactor = _BY_NAMES
    ) -> None:
        self.id = job_id
        self.fields = fields
        self.now_ms = now_ms
        self.data: bytes | None = None
        #: The last traceback, once it was read.
        self.error: str | None = None
        self._redactor = redactor
        self._given: Arguments | None = None
        self._low_error: str | None = None
        self._shown_error: str | None = None
        self._raw: bytes | None = None
        self._named: str | None = None
        self._low: bytes | None = None
        self._description: str | None = None
        self._call: decode.Call | None = None
        self._leaves: list[tuple[str, Leaf]] | None = None
        self._stored_leaves: list[tuple[str, Leaf]] | None = None

    def take(self, data: bytes | None) -> None:
        """Its payload, which was not read before."""
        self.data = data
        self._raw = self._low = self._call = self._given = self._leaves = self._description = self._shown_error = None
        self._stored_leaves = self._named = None

    @property
    def raw(self) -> bytes:
        """The payload decompressed, at most RAW_BYTES of it."""
        if self._raw is None:
            data = self.data or b""
            try:
                self._raw = zlib.decompressobj().decompress(data, RAW_BYTES)
            except zlib.error:
                self._raw = data[:RAW_BYTES]
        return self._raw

    @property
    def low(self) -> bytes:
        """`raw` in lower case, as far as ASCII goes."""
        if self._low is None:
            self._low = self.raw.lower()
        return self._low

    @property
    def call(self) -> decode.Call:
        if self._call is None:
            self._call = decode.call(self.data, RAW_BYTES)
        return self._call

    @property
    def named(self) -> str | None:
        """The dotted name of the function, read from the payload's head where it stands there, else decoded; None where
        the payload does not tell."""
        if self._named is None:
            head = _func_at_head(self.raw[:600]) if self._call is None else None
            self._named = (self.call.func or None) if head is None else head
        return self._named

    @property
    def func(self) -> str | None:
        """The same; where the payload does not tell, as the description does, if that was read."""
        named = self.named
        return decode.function_of_description(self.text("description")) if named is None else named

    @property
    def given(self) -> Arguments:
        """The arguments as they may be shown."""
        if self._given is None:
            self._given = self._redactor.call(self.call)
        return self._given

    @property
    def hides_payload(self) -> bool:
        """Whether a payload that cannot be decoded may hold a secret: then nothing is found in it."""
        return self._redactor.may_be_secret(self.func, self.raw)

    @property
    def low_error(self) -> str:
        """The last traceback in lower case, with its secrets: for a first look."""
        if self._low_error is None:
            self._low_error = (self.error or "").lower()
        return self._low_error

    @property
    def shown_error(self) -> str:
        """The last traceback in lower case, as it may be shown."""
        if self._shown_error is None:
            self._shown_error = self.given.mask.text(self.error or "", "traceback").lower()
        return self._shown_error

    @property
    def description(self) -> str:
        """RQ's description in lower case, as it may be shown."""
        if self._description is None:
            stored = self.text("description")
            if self.call.problem:
                self._description = self._redactor.described(self.func, stored).lower()
            else:
                self._description = self.given.description(self.call.func, stored, len(stored)).lower()
        return self._description

    @property
    def stored_leaves(self) -> list[tuple[str, Leaf]]:
        """Every text and number among the arguments as stored, with the key under which it stands ("": none).

        For a first look: what these do not hold, no mask adds.
        """
        if self._stored_leaves is None:
            self._stored_leaves = _leaves(self.call.args, self.call.kwargs)
        return self._stored_leaves

    @property
    def leaves(self) -> list[tuple[str, Leaf]]:
        """The same of the arguments as they may be shown."""
        if self._leaves is None:
            given = self.given
            self._leaves = _leaves(given.args, given.kwargs) if given.is_masked else self.stored_leaves
        return self._leaves

    def text(self, name: str) -> str:
        """A field as text; "" where it is unset."""
        return (self.fields.get(name) or b"").decode("utf-8", "replace")


def _func_at_head(head: bytes) -> str | None:
    if found := _PICKLED.match(head):
        end = found.end() + found[1][0]
        # After the name comes the instance: None where the function is no method.
        if head[end : end + 2] != b"\x94N":
            return None
        return _name(head[found.end() : end])
    if found := _JSON.match(head):
        return _json_name(found[1])
    return None


@lru_cache(10_000)
def _name(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


@lru_cache(10_000)
def _json_name(raw: bytes) -> str | None:
    try:
        return decode.clean(json.loads(raw))
    except ValueError:
        return None


def _leaves(args: tuple, kwargs: dict) -> list[tuple[str, Leaf]]:
    found: list[tuple[str, Leaf]] = []
    for value in (*args, kwargs):
        _collect(tree(value, NODES, TEXT), "", found)
    return found


def _collect(value: Any, key: str, found: list[tuple[str, Leaf]]) -> None:
    """Add the leaves of a tree (webapp/tree.py, so bounded in depth and number), texts in lower case."""
    if isinstance(value, dict) and "__type__" in value:
        for name in _PARTS:
            if name in value:
                _collect(value[name], key, found)
    elif isinstance(value, dict):
        for name, part in value.items():
            _collect(part, name.lower(), found)
    elif isinstance(value, list):
        for part in value:
            _collect(part, key, found)
    else:
        found.append((key, value.lower() if isinstance(value, str) else value))
