"""What readers hold: arguments as they may be shown, and for each job a mask for everything else that is told of it.

The catalog says which parameters of a function are secret; see `Titles.signatures`. No I/O.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from webapp.decode import Call
from webapp.redact import patterns
from webapp.redact import rules as rules_of
from webapp.redact.literals import Literals
from webapp.redact.patterns import MASK
from webapp.redact.rules import Rules
from webapp.redact.walk import Walk, suspects
from webapp.tree import call_line

#: Where the paths of masked arguments begin, as a page sends them back.
POSITIONAL, NAMED = "positional", "named"


class Signatures(Protocol):
    """What is known of functions: `Titles`, or nothing."""

    #: Dotted name -> parameters in their order, by name: their schema.
    signatures: Mapping[str, Mapping[str, Any]]
    signatures_version: int


@dataclass(frozen=True)
class Published:
    """What is known of these functions, for once."""

    signatures: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    signatures_version: int = 0


@dataclass(frozen=True)
class _Signature:
    names: tuple[str, ...]
    secret: frozenset[str]

    def name(self, at: int) -> str:
        return self.names[at] if at < len(self.names) else ""


_UNKNOWN = _Signature((), frozenset())


class JobMask:
    """Masks what is told of one job: by names, by patterns, and by the values of its own secrets."""

    def __init__(self, redactor: "Redactor", func: str | None = None, literals: Literals | None = None) -> None:
        self._redactor = redactor
        self._func = func
        self._literals = literals

    def text(self, text: str, where: str = "text") -> str:
        """The text as it may be shown. O(text)."""
        shown = self._literals.masked(text) if self._literals else text
        return self._redactor.plain_text(shown, {"func": self._func, "where": where})

    def optional(self, text: str | None, where: str = "text") -> str | None:
        """The same of a text that may be missing."""
        return text and self.text(text, where)

    def value(self, value: Any, where: str, raw: bytes | None = None) -> Any:
        """A decoded value as it may be shown. `raw`: its bytes, where most need no second look."""
        if raw is not None and not self._literals and not suspects(self._redactor.rules, raw):
            return value
        walk = Walk(self._redactor.rules, {"func": self._func, "where": where}, self._literals)
        return walk.value(value)


@dataclass(frozen=True)
class Arguments:
    """Of one call, as they may be shown."""

    args: tuple
    kwargs: dict
    mask: JobMask
    #: Whether anything is masked.
    is_masked: bool = False

    def description(self, func: str | None, text: str, max_chars: int) -> str:
        """RQ's description of the call. Where it is the one that RQ makes itself, it is made anew."""
        if self.is_masked and func and text.startswith(f"{func}("):
            return f"{func}({call_line(self.args, self.kwargs, max_chars)})"
        return self.mask.text(text, "description")[:max_chars]


class Redactor:
    """One for each catalog that is read. Its methods may be called from any thread."""

    def __init__(self, titles: Signatures | None = None, rules: Rules | None = None) -> None:
        self.rules = rules or rules_of.load()
        self._titles = titles or Published()
        self._secretive: tuple[int, dict[str, _Signature]] = (-1, {})
        #: For what belongs to no job, or to one of which nothing is known.
        self.nobody = JobMask(self)

    @property
    def version(self) -> int:
        """Another one where the catalog says that other parameters are secret: what was masked before is outdated."""
        return self._titles.signatures_version

    def call(self, call: Call) -> Arguments:
        """The arguments of a call. A microsecond where nothing looks like a secret, else some 20 µs and more."""
        signature = self._signatures().get(call.func or "")
        if call.problem or (signature is None and not suspects(self.rules, call.raw)):
            return Arguments(call.args, call.kwargs, self.nobody)
        signature = signature or _UNKNOWN
        first = self._walk(call, signature, None)
        literals = Literals(first[2].found, first[2].numbers)
        # What was a secret in one place is one in the others.
        args, kwargs, walk = self._walk(call, signature, literals) if literals else first
        return Arguments(args, kwargs, JobMask(self, call.func, literals), walk.is_changed)

    def described(self, func: str | None, description: str) -> str:
        """RQ's description of a call of which the payload cannot be read: its arguments wholly or not at all."""
        shown = self.nobody.text(description, "description")
        if func is None or not description.startswith(func):
            return shown
        hides = func in self._signatures() or shown != description
        return f"{func}({MASK})" if hides else shown

    def is_secretive(self, func: str | None) -> bool:
        """Whether the catalog knows secret parameters of this function."""
        return (func or "") in self._signatures()

    def may_be_secret(self, func: str | None, raw: bytes) -> bool:
        """Whether a payload that cannot be decoded may hold a secret."""
        return self.is_secretive(func) or suspects(self.rules, raw)

    def plain_text(self, text: str, context: Mapping[str, Any]) -> str:
        """A text by patterns, by the calls that it spells, and as the operator's hook says."""
        shown = patterns.masked(self._without_calls(text), self.rules.names)
        if self.rules.hook and shown:
            said = rules_of.said(self.rules.hook, "", shown, dict(context))
            return MASK if said is True else (shown if said is None else said)
        return shown

    def schema(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """The published schema of a job type: a secret parameter says so, and has no default."""
        properties = {name: self._property(name, shape) for name, shape in (schema.get("properties") or {}).items()}
        return {**schema, "properties": properties}

    def _property(self, name: str, shape: Any) -> Any:
        if not isinstance(shape, dict) or not (is_marked(shape) or self._names_a_secret(name, shape)):
            return shape
        return {key: value for key, value in shape.items() if key != "default"} | {"writeOnly": True}

    def _names_a_secret(self, name: str, shape: Mapping[str, Any]) -> bool:
        kinds = shape.get("type")
        kinds = kinds if isinstance(kinds, list) else [kinds]
        value: Any = 0 if {"integer", "number"} & set(kinds) else ""
        return "boolean" not in kinds and self.rules.names.hides(name, value)

    def _walk(self, call: Call, signature: _Signature, literals: Literals | None) -> tuple[tuple, dict, Walk]:
        walk = Walk(self.rules, {"func": call.func, "where": "arguments"}, literals)
        args = tuple(
            walk.named(name := signature.name(at), value, (POSITIONAL, at), 0, name in signature.secret)
            for at, value in enumerate(call.args)
        )
        kwargs = {
            key: walk.named(key if isinstance(key, str) else "", value, (NAMED, key), 0, key in signature.secret)
            for key, value in call.kwargs.items()
        }
        return args, kwargs, walk

    def _without_calls(self, text: str) -> str:
        """The text, where a function with secret parameters is called in it, without its arguments."""
        for func in self._signatures():
            at = text.find(f"{func}(")
            while at >= 0:
                start = at + len(func)
                end = patterns.scan(text, start)
                text = f"{text[: start + 1]}{MASK}{')' if text[end - 1 : end] == ')' else ''}{text[end:]}"
                at = text.find(f"{func}(", start)
        return text

    def _signatures(self) -> dict[str, _Signature]:
        version, known = self._secretive
        if version != self._titles.signatures_version:
            version, signatures = self._titles.signatures_version, self._titles.signatures
            known = {func: _Signature(tuple(one), self._secret_of(one)) for func, one in signatures.items()}
            known = {func: one for func, one in known.items() if one.secret}
            self._secretive = version, known
        return known

    def _secret_of(self, parameters: Mapping[str, Any]) -> frozenset[str]:
        return frozenset(
            name for name, shape in parameters.items() if is_marked(shape) or self._names_a_secret(name, shape)
        )


def is_marked(shape: Mapping[str, Any]) -> bool:
    """Whether a job type says that this parameter is secret: `Secret()`."""
    items = shape.get("items")
    return shape.get("writeOnly") is True or (isinstance(items, dict) and items.get("writeOnly") is True)
