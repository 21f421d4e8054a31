"""RQ's stored bytes to plain values, never running what they name. No I/O.

RQ pickles arguments, results and `meta`. Unpickling for real runs whatever the bytes say, in our process, so an
unpickler of our own builds plain values and stands a named placeholder in for everything else. It is the pure-Python
one: the C unpickler allocates a memo as large as the bytes ask for. Queues that use RQ's JSON serializer are read too.
"""

import base64
import binascii
import io
import json
import pickle
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from webapp.alike_keys import AlikeKeys

#: Decompressed bytes that are looked at: beyond it a payload is described, not decoded (about 1 µs a byte at worst).
ROW_BYTES = 8 * 1024
DETAIL_BYTES = 256 * 1024
#: Characters of a traceback that are shown.
TRACEBACK_CHARS = 100_000
#: Characters of a dotted name.
NAME_CHARS = 500
GETATTR = frozenset({"builtins.getattr", "__builtin__.getattr"})
#: How JSON begins and no pickle does.
_JSON = re.compile(rb'[\[{"\d-]|(?:null|true|false|NaN|Infinity)\Z')


class Undecodable(ValueError):
    """The bytes are neither a pickle of plain values nor JSON. The text says what was met."""


class Opaque:
    """Stands for an object that a pickle names: its name, and what the pickle would have built it from.

    Its parts are kept as they are, never copied: a few bytes can name the same long list ten thousand times.
    """

    def __init__(self, name: str, args: tuple = ()) -> None:
        self.name = name
        self.args = args
        self.state: Any = None
        self.items: list = []

    def __setstate__(self, state: Any) -> None:
        self.state = state

    def __setitem__(self, key: Any, value: Any) -> None:
        self.items.append((key, value))

    def append(self, item: Any) -> None:
        self.items.append(item)

    def extend(self, items: list) -> None:
        self.items.extend(items)

    add = append


class Masked:
    """Stands for what nobody may read; see `webapp/redact`. `path`: where it lies among the arguments of a call."""

    __slots__ = ("path", "text")

    def __init__(self, text: str, path: tuple = ()) -> None:
        self.text = text
        self.path = path


class _Named:
    """What a pickle's GLOBAL gives: a name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __setstate__(self, state: Any) -> None:
        raise Undecodable("a class or function that is changed")


class _Tuple(tuple):
    """A tuple that can be a key without being walked: nested in itself often enough, that would never end, and deep
    enough, it would end the process."""

    __slots__ = ()
    __hash__ = object.__hash__


def _checked(load: Callable, keys: slice) -> Callable:
    """`load` of a dict or set, after a look at the keys among what lies on the stack since the last mark."""

    def load_checked(self: "_PlainUnpickler") -> None:
        if self.alike.too_many(self.stack[keys]):
            raise Undecodable("keys that were made to collide")
        load(self)

    return load_checked


class _PlainUnpickler(pickle._Unpickler):
    """Builds plain values only; no code that a pickle names is imported or called."""

    dispatch: ClassVar[dict] = dict(pickle._Unpickler.dispatch)

    def __init__(self, raw: bytes) -> None:
        super().__init__(io.BytesIO(raw))
        self.alike = AlikeKeys()

    def find_class(self, module: str, name: str) -> Any:
        return _Named(f"{module}.{name}")

    def persistent_load(self, pid: Any) -> Any:
        raise Undecodable("a reference to storage outside the pickle")

    def get_extension(self, code: int) -> None:
        raise Undecodable("a copyreg extension code")

    def _instantiate(self, klass: Any, args: Any) -> None:
        if not isinstance(args, tuple | list):
            raise Undecodable("an object built from something else than arguments")
        if isinstance(klass, _Named) and klass.name in GETATTR and len(args) == 2 and isinstance(args[0], _Named):
            # Python 3.11.0 to 3.11.3 pickles a member of an Enum as getattr(Colour, "RED").
            klass, args = args[0], args[1:]
        self.append(Opaque(klass.name if isinstance(klass, _Named) else "?", args))

    def load_newobj(self) -> None:
        args, klass = self.stack.pop(), self.stack.pop()
        self._instantiate(klass, args)

    def load_newobj_ex(self) -> None:
        kwargs, args, klass = self.stack.pop(), self.stack.pop(), self.stack.pop()
        self._instantiate(klass, (args, kwargs))

    def load_reduce(self) -> None:
        args, function = self.stack.pop(), self.stack.pop()
        self._instantiate(function, args)

    def load_tuple(self) -> None:
        items = self.pop_mark()
        self.append(_Tuple(items))

    def load_tuple1(self) -> None:
        self.stack[-1:] = [_Tuple(self.stack[-1:])]

    def load_tuple2(self) -> None:
        self.stack[-2:] = [_Tuple(self.stack[-2:])]

    def load_tuple3(self) -> None:
        self.stack[-3:] = [_Tuple(self.stack[-3:])]

    def load_bytearray8(self) -> None:
        # The stock method allocates the length that the bytes claim, before it reads them.
        length = int.from_bytes(self.read(8), "little")
        if length > DETAIL_BYTES:
            raise Undecodable("a bytearray longer than the payload")
        self.append(bytearray(self.read(length)))

    dispatch[pickle.NEWOBJ[0]] = load_newobj
    dispatch[pickle.NEWOBJ_EX[0]] = load_newobj_ex
    dispatch[pickle.REDUCE[0]] = load_reduce
    dispatch[pickle.TUPLE[0]] = load_tuple
    dispatch[pickle.TUPLE1[0]] = load_tuple1
    dispatch[pickle.TUPLE2[0]] = load_tuple2
    dispatch[pickle.TUPLE3[0]] = load_tuple3
    dispatch[pickle.BYTEARRAY8[0]] = load_bytearray8
    for code in (pickle.SETITEMS, pickle.DICT):
        dispatch[code[0]] = _checked(dispatch[code[0]], slice(0, None, 2))
    for code in (pickle.ADDITEMS, pickle.FROZENSET):
        dispatch[code[0]] = _checked(dispatch[code[0]], slice(None))
    dispatch[pickle.SETITEM[0]] = _checked(dispatch[pickle.SETITEM[0]], slice(-2, -1))


@dataclass(frozen=True)
class Call:
    """What a job will call."""

    #: dotted name, or None where the payload does not tell
    func: str | None
    args: tuple = ()
    kwargs: dict = field(default_factory=dict)
    #: why there are no arguments to show
    problem: str | None = None
    #: The payload, decompressed; empty where it is larger than was to be looked at.
    raw: bytes = field(default=b"", repr=False, compare=False)


def loads(raw: bytes) -> Any:
    """The value that `raw` holds, with Opaque for what is not plain. Raises Undecodable."""
    if _JSON.match(raw):
        return _load_json(raw)
    try:
        return _PlainUnpickler(raw).load()
    except Undecodable:
        raise
    except Exception as error:
        raise Undecodable(f"not a pickle: {type(error).__name__}") from error


def inflate(data: bytes, limit: int) -> bytes:
    """Decompressed `data`, or itself where it is not compressed (RQ before 1.0). Raises Undecodable beyond `limit`."""
    inflater = zlib.decompressobj()
    try:
        raw = inflater.decompress(data, limit + 1)
    except zlib.error:
        raw = data
    if len(raw) > limit:
        raise Undecodable(f"larger than {limit // 1024} KB")
    return raw


def call(data: bytes | None, limit: int = DETAIL_BYTES) -> Call:
    """What the `data` field of a job's hash will call. Never raises: what is wrong stands in `problem`."""
    if not data:
        return Call(None, problem="the job has no payload")
    raw = b""
    try:
        raw = inflate(data, limit)
        value = loads(raw)
        func, instance, args, kwargs = value
    except Undecodable as error:
        return Call(None, problem=f"the payload cannot be shown: {error}", raw=raw)
    except (TypeError, ValueError):
        return Call(None, problem="the payload is not RQ's (function, instance, arguments)", raw=raw)
    if not isinstance(func, str) or not isinstance(args, list | tuple) or not isinstance(kwargs, dict):
        return Call(None, problem="the payload is not RQ's (function, instance, arguments)", raw=raw)
    owner = f"{instance.name}." if isinstance(instance, Opaque) else ""
    return Call(clean(f"{owner}{func}"[:NAME_CHARS]), tuple(args), kwargs, raw=raw)


def clean(text: str) -> str:
    """The same text, fit for UTF-8: a lone surrogate is legal in a pickle and in JSON."""
    return text.encode("utf-8", "replace").decode()


def function_of_description(description: str) -> str | None:
    """The dotted name at the head of RQ's default description `mod.f(1, x=2)`, or None for a free text."""
    head, parenthesis, _ = description.partition("(")
    dotted = head.strip()
    return dotted if parenthesis and dotted.replace(".", "").replace("_", "").isalnum() else None


def stored_value(text: bytes) -> Any:
    """A return value as RQ's result stream holds it: base64 of the serializer's bytes. Raises Undecodable."""
    if len(text) > DETAIL_BYTES * 4 // 3:
        raise Undecodable(f"larger than {DETAIL_BYTES // 1024} KB")
    try:
        return loads(base64.b64decode(text, validate=True))
    except binascii.Error as error:
        raise Undecodable("not base64") from error


def traceback_text(text: bytes, chars: int = TRACEBACK_CHARS) -> str:
    """A traceback as RQ's result stream holds it: base64 of zlib. What cannot be read is said so."""
    try:
        raw = zlib.decompressobj().decompress(base64.b64decode(text, validate=True), chars)
    except (binascii.Error, zlib.error):
        return "The stored traceback cannot be decoded."
    return raw.decode("utf-8", "replace")


def _load_json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Undecodable("not JSON") from error
