"""The payload of a job with other arguments, rebuilt only where every argument survives it. Runs nothing of the job's.

A pickle can hold what JSON has no word for. So each argument must be a plain value that JSON writes and reads back as
it was, and what was rebuilt is read again and compared. A masked argument that comes back as it was shown stays what it
is: its value never leaves this process.
"""

from dataclasses import dataclass
from typing import Any

from rq import Queue
from rq.serializers import JSONSerializer

from webapp import decode, plain
from webapp.actions import request
from webapp.actions.door import Door
from webapp.errors import BadInput, StateChanged
from webapp.offload import offload
from webapp.queries.titles import Titles
from webapp.redact import rules
from webapp.redact.redactor import NAMED, POSITIONAL, Redactor
from webapp.redact.unmask import Moved, unmasked


@dataclass(frozen=True)
class Edited:
    """What takes the place of the first job's."""

    data: bytes
    description: str


def payload(door: Door, first: bytes, named: Any, positional: Any = None) -> Edited:
    """The payload `first` with these arguments; without `positional`, those stay.

    Raises StateChanged with code "not_editable", BadInput with `fields`. Two to four round trips.
    """
    call = offload(plain.call, first)
    if call is None:
        raise StateChanged(
            "The arguments of this job cannot be edited: not all of them are plain values.",
            fix="Run it again with the arguments that it has, or submit it from its own program.",
            code="not_editable",
        )
    kwargs = call.kwargs if named is None else named
    args = list(call.args) if positional is None else positional
    if not isinstance(kwargs, dict) or not isinstance(args, list) or len(args) != len(call.args):
        raise BadInput(
            "The arguments do not fit the job.",
            fix=f"Send `args` as an object, and `positional` as a list of {len(call.args)}, or leave it out.",
            code="bad_arguments",
            fields={"args": "must be an object by name", "positional": f"must be a list of {len(call.args)}"},
        )
    titles = Titles()
    titles.refresh(door.writer)
    args, kwargs = _unmasked(door, titles, call, first, args, kwargs)
    if not args:
        request.check_call(door, titles.of(call.func)[0], kwargs)
    kept = {name: _as_it_was(call.kwargs.get(name), value) for name, value in kwargs.items()}
    return _build(door, call, tuple(map(_as_it_was, call.args, args)), kept)


def _unmasked(
    door: Door, titles: Titles, call: plain.PlainCall, first: bytes, args: list, kwargs: dict[str, Any]
) -> tuple[list, dict[str, Any]]:
    """What was sent, with the stored value for each that stands there masked, in its place. Raises BadInput."""
    redactor = Redactor(titles, rules.load(door.config.redact_names, door.config.redact))
    stored = decode.Call(call.func, call.args, call.kwargs, raw=offload(decode.inflate, first, decode.DETAIL_BYTES))
    shown = redactor.call(stored)
    try:
        return (
            unmasked(args, list(call.args), list(shown.args), (POSITIONAL,)),
            unmasked(kwargs, call.kwargs, shown.kwargs, (NAMED,)),
        )
    except Moved as error:
        raise BadInput(
            "A masked value does not stand where it was: nobody can tell which is meant.",
            fix="Leave masked values in their places, or write new ones.",
            code="bad_arguments",
            fields={error.name: "has a masked value that was not there"},
        ) from None


def _as_it_was(old: Any, new: Any) -> Any:
    """`new`, or `old` where they are the same: JSON of a browser writes 1.0 as 1."""
    same = old == new and isinstance(old, bool) == isinstance(new, bool)
    return old if same else new


def _build(door: Door, call: plain.PlainCall, args: tuple, kwargs: dict[str, Any]) -> Edited:
    serializer = JSONSerializer if call.is_json else None
    job = Queue("any", connection=door.writer, serializer=serializer).create_job(call.func, args=args, kwargs=kwargs)
    data = offload(job.to_dict)["data"]
    again = offload(plain.call, data)
    if again is None or (again.args, again.kwargs) != (args, kwargs):
        raise BadInput(
            "These arguments do not survive being stored.",
            fix="Send plain values: texts, numbers of at most 53 bits, true, false, null, lists and objects.",
            code="bad_arguments",
            fields={"args": "must be plain values"},
        )
    return Edited(data, job.description)
