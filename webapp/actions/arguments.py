"""Arguments against a job type's published schema: one clear sentence per argument. Pure.

JSON Schema 2020-12, with formats for what JSON has no type for. Nothing that a schema refers to is ever fetched.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from fractions import Fraction
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators
from referencing import Registry

from webapp import files

#: A body can hold half a million wrong items; nobody reads more than these.
ERRORS_MAX = 100
#: Characters of a name or choice that a sentence quotes, and how many choices.
QUOTED, CHOICES = 60, 20

_formats = FormatChecker(formats=())


class Unusable(ValueError):
    """The published schema itself is broken."""


def checker(schema: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], dict[str, str]]:
    """What tells what is wrong with arguments, by name; {} where nothing is. O(size of args).

    Raises Unusable, as what it answers does.
    """
    known = schema.get("properties", {})
    required = schema.get("required", ())
    takes = f"it takes {', '.join(known)}" if known else "it takes none"
    validator = _validator(schema)

    def judge(args: Mapping[str, Any]) -> dict[str, str]:
        problems = {name: "is missing" for name in required if name not in args}
        unknown = islice((name for name in args if name not in known), ERRORS_MAX)
        problems |= {name[:QUOTED]: f"is no argument of this job type; {takes}" for name in unknown}
        try:
            for error in islice(validator.iter_errors(args), ERRORS_MAX):
                if error.absolute_path:
                    name, *inside = error.absolute_path
                    problems.setdefault(str(name), _place(inside) + _sentence(error))
        except Exception as error:
            raise _unusable(error) from error
        return problems

    return judge


def uploads(schema: Mapping[str, Any], args: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """(argument, reference) of each upload among valid `args`."""
    for name, shape in schema.get("properties", {}).items():
        values = args.get(name)
        for value in values if isinstance(values, list) else [values]:
            formats = (shape.get("format"), shape.get("items", {}).get("format"))
            if "upload" in formats and isinstance(value, str):
                yield name, value


def _is_integer(_: Any, value: Any) -> bool:
    """JSON Schema takes 5.0 for an integer; a Python function that asks for `int` would get a float."""
    return isinstance(value, int) and not isinstance(value, bool)


def _multiple_of(_: Any, step: float, value: Any, __: Any) -> Iterable[ValidationError]:
    """Exact: as floats, 0.3 is no multiple of 0.1."""
    if isinstance(value, int | float) and not isinstance(value, bool) and Fraction(str(value)) % Fraction(str(step)):
        yield ValidationError(f"{value} is not a multiple of {step}")


_Validator = validators.extend(
    Draft202012Validator,
    validators={"multipleOf": _multiple_of},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer),
)


def _validator(schema: Mapping[str, Any]) -> Any:
    try:
        return _Validator(schema, format_checker=_formats, registry=Registry())
    except Exception as error:
        raise _unusable(error) from error


def _unusable(error: Exception) -> Unusable:
    return Unusable(f"{type(error).__name__}: {error}")


@_formats.checks("date", raises=ValueError)
def _is_date(value: Any) -> bool:
    return not isinstance(value, str) or bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value) and date.fromisoformat(value))


@_formats.checks("date-time", raises=ValueError)
def _is_date_time(value: Any) -> bool:
    return not isinstance(value, str) or (len(value) > 10 and datetime.fromisoformat(value).tzinfo is not None)


@_formats.checks("upload")
def _is_upload(value: Any) -> bool:
    return not isinstance(value, str) or bool(files.UPLOAD.fullmatch(value))


TYPES = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "string": "a text",
    "array": "a list",
    "object": "an object",
    "null": "null",
}

FORMATS = {
    "date": "must be a date, such as 2026-02-28",
    "date-time": "must be a time with its offset, such as 2026-02-28T09:30:00+01:00",
    "upload": "must be an uploaded file: send it to POST /api/uploads and give its `upload` here",
}

#: What the keyword of a schema demands, given its value.
DEMANDS: dict[str, Callable[[Any], str]] = {
    "minimum": lambda limit: f"must be at least {limit}",
    "maximum": lambda limit: f"must be at most {limit}",
    "exclusiveMinimum": lambda limit: f"must be more than {limit}",
    "exclusiveMaximum": lambda limit: f"must be less than {limit}",
    "multipleOf": lambda step: f"must be a multiple of {step}",
    "minLength": lambda count: f"must have at least {_count(count, 'character')}",
    "maxLength": lambda count: f"must have at most {_count(count, 'character')}",
    "minItems": lambda count: f"must have at least {_count(count, 'item')}",
    "maxItems": lambda count: f"must have at most {_count(count, 'item')}",
    "uniqueItems": lambda _: "must not name anything twice",
    "pattern": lambda pattern: f"must match the pattern {pattern}",
    "enum": lambda choices: f"must be one of: {', '.join(map(_quoted, choices[:CHOICES]))}",
    "type": lambda types: f"must be {_types(types)}",
    "format": lambda name: FORMATS.get(name, f"must be a valid {name}"),
}


def _sentence(error: ValidationError) -> str:
    demand = DEMANDS.get(error.validator)
    return demand(error.validator_value) if demand else "is not what this job type takes"


def _types(types: str | list[str]) -> str:
    return " or ".join(TYPES.get(name, name) for name in ([types] if isinstance(types, str) else types))


def _place(inside: list[Any]) -> str:
    return "".join(f"item {step + 1}: " if isinstance(step, int) else f"{step}: " for step in inside)


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _quoted(choice: Any) -> str:
    text = "null" if choice is None else str(choice)
    return text if len(text) <= QUOTED else f"{text[:QUOTED]}…"
