"""The small words of the tables: what an operation takes and answers, and schemas of few words. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
FLAG: Schema = {"type": "boolean"}
OBJECT: Schema = {"type": "object"}
ANYTHING: Schema = {}
#: Epoch milliseconds by Redis' clock.
MOMENT: Schema = {"type": "integer", "minimum": 0, "description": "Epoch milliseconds UTC, by Redis' clock."}
COUNTS: Schema = {"type": "object", "additionalProperties": WHOLE}


@dataclass(frozen=True)
class Body:
    """What a request carries: JSON of this schema; or bytes, where there is none."""

    schema: Schema | None
    examples: Mapping[str, Any] = field(default_factory=dict)
    required: bool = False


@dataclass(frozen=True)
class Answer:
    """What a success answers: JSON of this schema; nothing, where there is none; or something of another type."""

    schema: Schema | None = None
    media_type: str = "application/json"
    #: It names the new thing in the header Location.
    located: bool = False


@dataclass(frozen=True)
class Op:
    """One method of one address. Its path and its sentence are the route's own."""

    tag: str
    answers: Mapping[int, Answer]
    query: Mapping[str, Schema] = field(default_factory=dict)
    #: Names in `query` that must be given.
    required: frozenset[str] = frozenset()
    body: Body | None = None
    #: Statuses of refusals, beside those that any address of its method may answer with.
    refusals: frozenset[int] = frozenset()
    #: Asked by monitors: neither login nor Host are looked at.
    is_open: bool = False


def ref(name: str) -> Schema:
    """A value of the components."""
    return {"$ref": f"#/components/schemas/{name}"}


def listed(item: Schema, most: int | None = None, least: int = 0) -> Schema:
    """A list; `most` and `least` items."""
    bounds = ({"maxItems": most} if most is not None else {}) | ({"minItems": least} if least else {})
    return {"type": "array", "items": item} | bounds


def text(most: int, least: int = 0, **more: Any) -> Schema:
    """A text of so many characters."""
    return {"type": "string", "maxLength": most} | ({"minLength": least} if least else {}) | more


def whole(low: int, high: int, **more: Any) -> Schema:
    """A whole number from `low` to `high`."""
    return {"type": "integer", "minimum": low, "maximum": high} | more


def choice(*words: str) -> Schema:
    return {"type": "string", "enum": list(words)}


def nullable(schema: Schema) -> Schema:
    """The same, or null."""
    if isinstance(schema.get("type"), str) and "enum" not in schema:
        return schema | {"type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def obj(optional: Mapping[str, Schema] | None = None, /, **required: Schema) -> Schema:
    """An object of exactly these keys; those in `optional` may be left out."""
    properties = dict(required) | dict(optional or {})
    shape: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return shape | ({"required": list(required)} if required else {})


def told(**required: Schema) -> Mapping[int, Answer]:
    """200 with an object of these keys."""
    return {200: Answer(obj(**required))}
