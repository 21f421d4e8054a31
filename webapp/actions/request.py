"""What a client asks to run, checked against the catalog, the files and the queues that exist. Writes nothing."""

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jobs import _keys
from webapp import catalog, files, rqkeys
from webapp.actions import arguments
from webapp.actions.door import Door
from webapp.actions.known_types import KnownType
from webapp.actions.options import Options
from webapp.errors import BadInput, Refused
from webapp.offload import is_small, offload

#: Names that a message lists.
NAMES_MAX = 30
UPLOAD_GONE = "is not there (any more); upload the file again"


@dataclass(frozen=True)
class Request:
    """A job that can be submitted."""

    entry: dict[str, Any]
    args: dict[str, Any]
    queue: str
    #: Ids of the uploads among the arguments.
    uploads: frozenset[str]


def check(door: Door, kind: KnownType, args: Any, options: Options) -> Request:
    """Everything that the job needs is there. Raises BadInput with `fields`, or Refused for a type that cannot run.

    No round trip; one for a queue that the settings do not name.
    """
    entry = kind.entry
    args = {} if args is None else args
    if not isinstance(args, dict):
        raise _bad_arguments(entry, {"args": 'must be an object such as {"seconds": 5}'})
    references = _check_arguments(door, kind, args)
    queue = options.queue or entry["queue"] or catalog.DEFAULT_QUEUE
    check_queue(door, queue, entry)
    return Request(entry, args, queue, frozenset(files.UPLOAD.fullmatch(found)[1] for found in references))


def check_call(door: Door, type_name: str | None, args: dict[str, Any]) -> None:
    """Return where a job type of the catalog takes these arguments, or nothing is known of the function.

    Raises BadInput with `fields`, Refused for a type that cannot run. One round trip.
    """
    if type_name is not None:
        _check_arguments(door, type_of(door, type_name), args)


def type_of(door: Door, type_name: Any) -> KnownType:
    """The type as it is published now. Raises BadInput, Refused for one that cannot run. One round trip, or two."""
    kind = door.types.read(door.writer, type_name)
    if kind is None:
        names = sorted(name.decode(errors="replace") for name in door.writer.hkeys(_keys.CATALOG))
        listed = ", ".join(names[:NAMES_MAX]) + (", …" if len(names) > NAMES_MAX else "")
        raise BadInput(
            f"There is no job type {str(type_name)[:100]!r}." if type_name else "The job type is missing.",
            fix=f"Use one of: {listed}." if names else "Publish job types first: `python -m jobs publish`.",
            code="unknown_type",
            fields={"type": f"must be one of: {listed}" if names else "nothing is published yet"},
        )
    if kind.entry["error"]:
        raise Refused(
            f"The job type {type_name!r} cannot run: {kind.entry['error']}.",
            fix="Mend it, then publish it again: `python -m jobs publish`.",
            code="broken_type",
        )
    return kind


def _check_arguments(door: Door, kind: KnownType, args: dict[str, Any]) -> list[str]:
    """The uploads that the arguments name. Raises BadInput for any that is wrong, with one sentence each."""
    entry = kind.entry
    problems = by_schema(entry, lambda: kind.judge(args), beside=not is_small(args))
    if problems:
        raise _bad_arguments(entry, problems)
    found = list(arguments.uploads(entry["schema"], args))
    store = files.store(door.config)
    gone = {name: UPLOAD_GONE for name, at in found if not store.upload_exists(at)}
    if gone:
        raise _bad_arguments(entry, gone)
    return [reference for _, reference in found]


def by_schema(entry: dict[str, Any], judge: Callable[[], Any], beside: bool = True) -> Any:
    """`judge()`, beside the hub where it takes long. Raises Refused where the published schema itself is broken."""
    try:
        return offload(judge) if beside else judge()
    except arguments.Unusable as error:
        raise Refused(
            f"The published form of {entry['name']!r} is broken: {error}.",
            fix="Publish it again: `python -m jobs publish`.",
            code="broken_type",
        ) from error


def _bad_arguments(entry: dict[str, Any], problems: dict[str, str]) -> BadInput:
    named = "; ".join(f"{name} {problem}" for name, problem in list(problems.items())[:3])
    return BadInput(
        f"{entry['title']} cannot run like this: {named}{'; …' if len(problems) > 3 else ''}.",
        fix="Correct what `fields` names; GET /api/job-types shows what each argument takes.",
        code="bad_arguments",
        fields=problems,
    )


def check_queue(door: Door, queue: str, entry: dict[str, Any]) -> None:
    """Raise BadInput for a queue that nothing knows: a slip in its name would leave the job waiting for ever."""
    if queue in (*door.config.queues, entry["queue"], catalog.DEFAULT_QUEUE):
        return
    with door.writer.pipeline(transaction=False) as pipe:
        pipe.sismember(rqkeys.QUEUES, rqkeys.queue(queue)).exists(f"{rqkeys.WORKERS}:{queue}")
        used, listened_to = pipe.execute()
    if not used and not listened_to:
        raise BadInput(
            f"No queue is called {queue!r}, and no worker listens to it.",
            fix=f"Use one of: {', '.join(door.config.queues)}; or start `rq worker {shlex.quote(queue)}` first.",
            code="unknown_queue",
            fields={"queue": "is used by nobody and no worker listens to it"},
        )
