"""Schemas of the values that the dashboard shows, made from the dataclasses themselves, so that they cannot differ."""

import types
from dataclasses import fields
from typing import Any, Union, get_args, get_origin, get_type_hints

from webapp.models import JobPage, JobSummary, Progress, Value
from webapp.models_figures import Figures, Gathered
from webapp.models_job import JobDetail
from webapp.models_overview import Health, QueueStats, Totals, WorkerInfo
from webapp.openapi.parts import FLAG, NUMBER, OBJECT, TEXT, WHOLE, Schema, listed, nullable, obj, ref
from webapp.queries.activity_lines import Line

#: What the components hold, with whatever these are made of.
VALUES = (JobSummary, JobDetail, JobPage, QueueStats, WorkerInfo, Totals, Health, Figures, Gathered, Line, Progress)
#: What a field is called on the wire, where Python keeps the word for itself.
WIRE_NAMES = {("Series", "start"): "from"}
PLAIN: dict[Any, Schema] = {str: TEXT, int: WHOLE, float: NUMBER, bool: FLAG, dict: OBJECT}


def components() -> dict[str, Schema]:
    """Name of a class -> its schema, for VALUES and all classes that they are made of."""
    made: dict[str, Schema] = {}
    waiting: list[type[Value]] = list(VALUES)
    while waiting:
        kind = waiting.pop()
        if kind.__name__ not in made:
            made[kind.__name__] = _object(kind, waiting)
    return made


def _object(kind: type[Value], met: list[type[Value]]) -> Schema:
    hints = get_type_hints(kind)
    names = {item.name: WIRE_NAMES.get((kind.__name__, item.name), item.name) for item in fields(kind)}
    return obj(**{wire: _schema(hints[name], met) for name, wire in names.items()})


def _schema(hint: Any, met: list[type[Value]]) -> Schema:
    if hint in PLAIN:
        return PLAIN[hint]
    if hint is Any:
        return {}
    if hint is type(None):
        return {"type": "null"}
    origin, args = get_origin(hint), get_args(hint)
    if origin is tuple:
        return listed(_schema(args[0], met))
    if origin is dict:
        return OBJECT
    if origin in (Union, types.UnionType):
        (inner,) = (arg for arg in args if arg is not type(None))
        return nullable(_schema(inner, met))
    met.append(hint)
    return ref(hint.__name__)
