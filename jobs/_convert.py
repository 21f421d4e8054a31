"""Stored JSON values become what the function's signature asks for, at the start of a run; wrong ones are all named.

A value that has the Python type already passes, for whoever enqueues from Python. Pure, but for the functions read.
"""

import math
import re
from collections.abc import Callable
from datetime import date, datetime
from enum import Enum
from typing import Any

from jobs._files import Upload
from jobs._signature import Field, SignatureError, read

#: Characters of a wrong value that its message shows.
SHOWN_CHARS = 60
#: Instead of what is wrong with a secret, which names it.
_HIDDEN = "is not what this secret must be"


def convert_arguments(func: Callable[..., Any], args: tuple, kwargs: dict[str, Any]) -> tuple[tuple, dict[str, Any]]:
    """The arguments of one call, by name and converted. Raises ValueError that names every wrong one.

    A function whose signature is not understood gets its arguments as they are: it was never offered as a form.
    """
    try:
        signature = read(func)
    except SignatureError:
        return args, kwargs
    problems: list[str] = []
    names = list(signature.fields)
    given = dict(zip(names, args, strict=False)) | kwargs
    if len(args) > len(names):
        problems.append(f"{len(args)} arguments were given, {len(names)} are taken")
    problems += [f"{name}: given twice" for name in names[: len(args)] if name in kwargs]
    problems += [f"{name}: is missing" for name in signature.required if name not in given]
    problems += [f"{name}: there is no such parameter" for name in kwargs if name not in signature.fields]
    converted = {
        name: convert(signature.fields[name], value, name, problems)
        for name, value in given.items()
        if name in signature.fields
    }
    if problems:
        takes = ", ".join(names) or "no arguments"
        raise ValueError(
            f"{func.__name__} cannot run with these arguments: {'; '.join(problems)}. "
            f"It takes {takes}. Submit it again with these put right."
        )
    return (), converted


def convert(field: Field, value: Any, path: str, problems: list[str]) -> Any:
    """`value` as `field` has it. What is wrong with it is added to `problems`, led by `path`."""
    if value is None and field.nullable:
        return None
    try:
        if field.type is list:
            return _convert_list(field, value, path, problems)
        converted = _CONVERTERS.get(field.type, _to_choice)(field, value)
        _check_limits(field.schema, converted)
        return converted
    except ValueError as error:
        problems.append(f"{path}: {_HIDDEN if field.schema.get('writeOnly') else error}")
        return None


def to_json(value: Any) -> Any:
    """A Python value as it is stored with a job."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Upload):
        return str(value)
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    return value


def _convert_list(field: Field, value: Any, path: str, problems: list[str]) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise ValueError(f"must be a list, is {_show(value)}")
    least, most = field.schema.get("minItems", 0), field.schema.get("maxItems", math.inf)
    if len(value) < least:
        raise ValueError(f"must have at least {least} items, has {len(value)}")
    if len(value) > most:
        raise ValueError(f"must have at most {most} items, has {len(value)}")
    return [convert(field.items, item, f"{path}[{place}]", problems) for place, item in enumerate(value)]


def _to_int(field: Field, value: Any) -> int:
    if type(value) is float and value.is_integer():
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError(f"must be a whole number, is {_show(value)}")


def _to_float(field: Field, value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            raise ValueError("is too large a number") from None
        if math.isfinite(number):
            return number
    raise ValueError(f"must be a number, is {_show(value)}")


def _to_bool(field: Field, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError(f"must be true or false, is {_show(value)}")


def _to_str(field: Field, value: Any) -> str:
    if isinstance(value, str):
        return value
    raise ValueError(f"must be text, is {_show(value)}")


def _to_date(field: Field, value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"is no day of the calendar: {value}") from None
    raise ValueError(f"must be a date such as 2026-01-31, is {_show(value)}")


def _to_datetime(field: Field, value: Any) -> datetime:
    moment = value
    if isinstance(value, str) and re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}", value):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(f"is no time of the calendar: {_show(value)}") from None
    if not isinstance(moment, datetime):
        raise ValueError(f"must be a time such as 2026-01-31T14:00:00Z, is {_show(value)}")
    if moment.utcoffset() is None:
        raise ValueError(f"must say its offset from UTC, as in 2026-01-31T14:00:00+09:00 or …Z, is {_show(value)}")
    return moment


def _to_upload(field: Field, value: Any) -> Upload:
    upload = value if isinstance(value, Upload) else Upload.parse(value)
    endings = [ending.strip().lower() for ending in field.schema.get("accept", "").split(",")]
    if not upload.name.lower().endswith(tuple(endings)):
        raise ValueError(f"must be a file that ends in one of {field.schema['accept']}, is {_show(upload.name)}")
    return upload


def _to_choice(field: Field, value: Any) -> Any:
    """Of an Enum by its value, of a Literal the value itself. 1 is not True."""
    if field.type is not None and isinstance(value, field.type):
        return value
    choices = [choice for choice in field.schema["enum"] if choice is not None]
    if not any(type(choice) is type(value) and choice == value for choice in choices):
        raise ValueError(f"must be one of {', '.join(map(_show, choices))}, is {_show(value)}")
    return value if field.type is None else field.type(value)


_CONVERTERS: dict[Any, Callable[[Field, Any], Any]] = {
    int: _to_int,
    float: _to_float,
    bool: _to_bool,
    str: _to_str,
    date: _to_date,
    datetime: _to_datetime,
    Upload: _to_upload,
}


def _check_limits(schema: dict[str, Any], value: Any) -> None:
    for keyword, fits, words in _LIMITS:
        if keyword in schema and not fits(value, schema[keyword]):
            raise ValueError(f"{words.format(schema[keyword])}, is {_show(value)}")


def _is_multiple(value: float, of: float) -> bool:
    if isinstance(value, int) and isinstance(of, int):
        return value % of == 0
    try:
        times = value / of
        return math.isclose(times, round(times), rel_tol=1e-9, abs_tol=1e-9)
    except OverflowError:  # so large that multiples lie closer together than floats do
        return True


_LIMITS: tuple[tuple[str, Callable[[Any, Any], bool], str], ...] = (
    ("minimum", lambda value, limit: value >= limit, "must be at least {}"),
    ("exclusiveMinimum", lambda value, limit: value > limit, "must be more than {}"),
    ("maximum", lambda value, limit: value <= limit, "must be at most {}"),
    ("exclusiveMaximum", lambda value, limit: value < limit, "must be less than {}"),
    ("multipleOf", _is_multiple, "must be a multiple of {}"),
    ("minLength", lambda value, limit: len(value) >= limit, "must have at least {} characters"),
    ("maxLength", lambda value, limit: len(value) <= limit, "must have at most {} characters"),
    ("pattern", lambda value, limit: re.search(limit, value) is not None, "must match {}"),
)


def _show(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 10**20:
        return "a number of more than 20 digits"
    text = repr(value)
    return text if len(text) <= SHOWN_CHARS else f"{text[:SHOWN_CHARS]}…"
