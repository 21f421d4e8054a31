"""A function's signature, read once into fields: the form, the API and the start of a run are all drawn from them.

Understood are int, float, bool, str, date, datetime, Literal, Enum, Upload, lists of these, and all of them optional,
with the markers of `_param.py`. Only the standard library: why is in `docs/decisions/job-signatures.md`.
"""

import inspect
import math
import re
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from jobs._files import Upload

#: A type of ours -> its JSON Schema.
PLAIN: dict[type, dict[str, Any]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    Upload: {"type": "string", "format": "upload"},
}
SUPPORTED = "int, float, bool, str, date, datetime, Literal, Enum, Upload, list[…] of these, and `… | None`"
#: Marker attribute -> (JSON Schema keyword, the types that it suits).
_NUMBERS, _TEXTS, _LISTS = (int, float), (str,), (list,)
_LIMITS: dict[str, tuple[tuple[str, tuple[type, ...]], ...]] = {
    "ge": (("minimum", _NUMBERS),),
    "gt": (("exclusiveMinimum", _NUMBERS),),
    "le": (("maximum", _NUMBERS),),
    "lt": (("exclusiveMaximum", _NUMBERS),),
    "multiple_of": (("multipleOf", _NUMBERS),),
    "min_length": (("minLength", _TEXTS), ("minItems", _LISTS)),
    "max_length": (("maxLength", _TEXTS), ("maxItems", _LISTS)),
    "pattern": (("pattern", _TEXTS),),
    "lines": (("lines", _TEXTS),),
    "accept": (("accept", (Upload,)),),
}


class SignatureError(TypeError):
    """A parameter cannot be shown in a form. The text names it and ends with what would work."""


@dataclass(frozen=True)
class Field:
    """One parameter, or the items of a list."""

    #: int, float, bool, str, date, datetime, Upload, list, an Enum, or None for a Literal.
    type: type | None
    schema: dict[str, Any]
    nullable: bool = False
    items: "Field | None" = None


@dataclass(frozen=True)
class Signature:
    """What a function takes."""

    fields: dict[str, Field]
    required: tuple[str, ...]

    @property
    def schema(self) -> dict[str, Any]:
        """A JSON Schema of the keyword arguments, as they are stored with a job."""
        return {
            "type": "object",
            "properties": {name: field.schema for name, field in self.fields.items()},
            "required": list(self.required),
            "additionalProperties": False,
        }


@lru_cache(maxsize=512)
def read(func: Callable[..., Any]) -> Signature:
    """The signature of `func`. Raises SignatureError that names the first parameter which is not understood."""
    fields, required = {}, []
    for parameter in inspect.signature(func).parameters.values():
        try:
            fields[parameter.name] = _read_parameter(func, parameter)
        except SignatureError as error:
            raise SignatureError(f"parameter `{parameter.name}`: {error}") from None
        if parameter.default is parameter.empty:
            required.append(parameter.name)
    return Signature(fields, tuple(required))


def _read_parameter(func: Callable[..., Any], parameter: inspect.Parameter) -> Field:
    if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
        raise SignatureError("only parameters that can be given by name are understood. Give each one a name.")
    field = _read_type(_annotation(func, parameter), [])
    titled = {"title": parameter.name.replace("_", " ").strip().capitalize()} | field.schema
    if parameter.default is not parameter.empty:
        if parameter.default is None and not field.nullable:
            field = _optional(field)
            titled |= field.schema
        default = _default(field, parameter)
        if not (titled.get("writeOnly") or titled.get("items", {}).get("writeOnly")):
            titled["default"] = default
    return Field(field.type, titled, field.nullable, field.items)


def _annotation(func: Callable[..., Any], parameter: inspect.Parameter) -> Any:
    """The annotation, its strings resolved; the type of the default where there is none."""
    if parameter.annotation is parameter.empty:
        if type(parameter.default) in PLAIN:
            return type(parameter.default)
        raise SignatureError(f"it has no annotation. Give it one of {SUPPORTED}.")
    holder = types.SimpleNamespace(__annotations__={"it": parameter.annotation})
    try:
        return typing.get_type_hints(holder, inspect.unwrap(func).__globals__, include_extras=True)["it"]
    except Exception as error:
        raise SignatureError(
            f"its annotation `{parameter.annotation}` cannot be resolved ({error}). Import what it names at the top."
        ) from None


def _read_type(annotation: Any, markers: list[Any]) -> Field:
    """`markers` are those of an Annotated around it, the outermost last."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *more = get_args(annotation)
        return _read_type(inner, [*more, *markers])
    if origin in (Union, types.UnionType):
        inner = [member for member in get_args(annotation) if member is not type(None)]
        if len(inner) != 1 or len(inner) == len(get_args(annotation)):
            raise SignatureError(f"`{_show(annotation)}` is a choice of types. Use one of {SUPPORTED}.")
        return _optional(_read_type(inner[0], markers))
    return _mark(_bare(annotation, origin), markers)


def _bare(annotation: Any, origin: Any) -> Field:
    if origin is Literal:
        return _choice(None, list(get_args(annotation)))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return _choice(annotation, [member.value for member in annotation])
    if origin is list:
        items = _read_type(get_args(annotation)[0], [])
        if items.type is list or items.nullable:
            raise SignatureError(f"`{_show(annotation)}`: a list may hold neither lists nor None. Use a plain list.")
        return Field(list, {"type": "array", "items": items.schema}, items=items)
    if isinstance(annotation, type) and annotation in PLAIN:
        return Field(annotation, dict(PLAIN[annotation]))
    hint = " Say what the list holds, as in list[str]." if annotation is list else ""
    raise SignatureError(f"`{_show(annotation)}` is not understood.{hint} Use one of {SUPPORTED}.")


def _choice(kind: type | None, values: list[Any]) -> Field:
    nullable = None in values
    values = [value for value in values if value is not None]
    if not values or not all(type(value) in (str, int, float, bool) for value in values):
        raise SignatureError("a choice must be among strings, numbers and booleans. Use those as its values.")
    field = Field(kind, {"enum": values})
    return _optional(field) if nullable else field


def _optional(field: Field) -> Field:
    if field.nullable:
        return field
    if "enum" in field.schema:
        schema = field.schema | {"enum": [*field.schema["enum"], None]}
    else:
        schema = field.schema | {"type": [field.schema["type"], "null"]}
    return Field(field.type, schema, True, field.items)


def _mark(field: Field, markers: list[Any]) -> Field:
    """The field with the help, title and limits that its markers give; the outermost wins."""
    schema = dict(field.schema)
    for marker in markers:
        if isinstance(marker, str):
            schema["description"] = marker
            continue
        for name, keyword in (("title", "title"), ("help", "description")):
            if isinstance(value := getattr(marker, name, None), str):
                schema[keyword] = value
        for name, keywords in _LIMITS.items():
            if (value := getattr(marker, name, None)) is not None and not callable(value):
                schema[_keyword(name, keywords, field)] = _limit(name, value)
    if "lines" in schema:
        schema["format"] = "textarea"
    if any(getattr(marker, "secret", None) is True for marker in markers):
        schema |= _secret(field, "lines" in schema)
    return Field(field.type, schema, field.nullable, field.items)


def _secret(field: Field, is_long: bool) -> dict[str, Any]:
    """JSON Schema's word for what may be written and not read."""
    if field.type is not str:
        raise SignatureError("`Secret` suits only str. Give it as a text, or leave `Secret` out.")
    return {"writeOnly": True} | ({} if is_long else {"format": "password"})


def _keyword(name: str, keywords: tuple[tuple[str, tuple[type, ...]], ...], field: Field) -> str:
    for keyword, suits in keywords:
        if field.type in suits:
            return keyword
    suited = " or ".join(kind.__name__ for _, suits in keywords for kind in suits)
    raise SignatureError(f"`{name}` suits only {suited}. Leave it out.")


def _limit(name: str, value: Any) -> Any:
    """A limit that JSON can carry and a check can use."""
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if name in ("pattern", "accept"):
        fits = isinstance(value, str) and (name == "accept" or _compiles(value))
    elif name in ("ge", "gt", "le", "lt"):
        fits = number
    else:
        fits = number and value > 0 if name == "multiple_of" else number and value >= 0 and value == int(value)
    if not fits:
        raise SignatureError(f"`{name}={value!r}` is no limit. Use a number, or for `pattern` a regular expression.")
    return value


def _compiles(pattern: str) -> bool:
    try:
        return bool(re.compile(pattern))
    except re.error:
        return False


def _default(field: Field, parameter: inspect.Parameter) -> Any:
    """The default as JSON. It must pass where a submitted value must."""
    from jobs._convert import convert, to_json

    problems: list[str] = []
    convert(field, parameter.default, "its default", problems)
    if problems:
        raise SignatureError(f"{'; '.join(problems)}. Give it a default that fits.")
    return to_json(parameter.default)


def _show(annotation: Any) -> str:
    return annotation.__name__ if isinstance(annotation, type) else str(annotation).replace("typing.", "")
