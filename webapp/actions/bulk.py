"""Doing something to many jobs: asked for here, done by the operations process, see `webapp/operations/bulk.py`.

Two steps: `ask` has the jobs collected and changes none of them; `start`, once it is ready, names how many it is about.
"""

import json
import secrets
from collections.abc import Mapping
from typing import Any

from redis.exceptions import NoPermissionError, ReadOnlyError

from jobs import _keys
from webapp import outcomes
from webapp.actions import bulk_options, run_again, scripts
from webapp.actions.door import Door
from webapp.errors import NotFound, Refused, StateChanged

#: What is said where an operation is not in a state for it: verb -> (what is so, the next step).
UNFIT = {
    "start": ("Only an operation that is ready can be started.", "Wait until its jobs are collected, or ask anew."),
    "pause": ("Only an operation that runs can be paused.", "Look at it as it is now."),
    "resume": ("Only an operation that is paused or halted can go on.", "Look at it as it is now."),
    "cancel": ("The operation has ended.", "Nothing is left to cancel."),
}

#: Why an operation cannot be undone.
NO_UNDO = {
    "wrong": ("Only what an operation has deleted can be put back.", "Look at what it did."),
    "undone": ("It is being undone already, or was.", "Look at the operation that puts its jobs back."),
    "runs": ("The operation has not ended.", "Cancel it first: what it has deleted can be put back then."),
    "over": ("Its jobs cannot be put back any more.", "Submit them anew: deleted jobs are kept for a minute."),
}


def ask(door: Door, verb: Any, of: Any, options: Any = None) -> str:
    """The jobs are collected as soon as an operations process has room for it; returns the operation's id.

    `of`: {"ids": [...]}, {"q": query} or {"queue": name, "status": status or left out}. Nothing is done to any job
    before `start`. Raises BadInput with `fields`, StateChanged where too many are under way, Refused. One round trip.
    """
    verb, of, options = bulk_options.check(verb, of, options)
    door.authorize(verb, queue=options.get("queue"))
    return _ask(door, verb, of, options)


def start(door: Door, operation_id: str, total: Any) -> None:
    """The operation runs. Raises StateChanged where it holds another number of jobs than `total`, or is not ready."""
    bulk_options.check_total(total)
    _turn(door, "start", operation_id, total)


def pause(door: Door, operation_id: str) -> None:
    """Nothing is done from this moment on, until it is resumed."""
    _turn(door, "pause", operation_id)


def resume(door: Door, operation_id: str) -> None:
    """One that is paused or has halted goes on where it was."""
    _turn(door, "resume", operation_id)


def cancel(door: Door, operation_id: str) -> None:
    """It ends at once. What is done stays done."""
    _turn(door, "cancel", operation_id)


def undo(door: Door, operation_id: str) -> str:
    """What this operation has deleted is put back; returns the id of the operation that does it, and runs at once.

    Jobs whose id is used again stay as they are, and are counted. Raises StateChanged where the time is over.
    """
    with door.act("undo_operation") as line:
        _check_reach(door, operation_id)
        undone_id = _ask(door, "restore", {"operation": operation_id}, {}, undoes=operation_id)
        line.outcome = outcomes.of_operation(undone_id, "restore", 0)
        return undone_id


def _ask(door: Door, verb: str, of: Mapping[str, Any], options: Mapping[str, Any], undoes: str = "") -> str:
    operation_id = secrets.token_hex(8)
    fields = {"verb": verb, "of": json.dumps(of), "options": json.dumps(options), "state": "collecting"}
    fields |= {"actor": door.actor.name, "first": options.get("first", 0)}
    if door.actor.rights.is_narrowed:
        fields["rights"] = _reach(door)
    if verb == "run_again":
        fields["again"] = json.dumps(run_again.script_options(door))
    args = [operation_id, _keys.OPERATIONS_MAX, _keys.OPERATIONS_OPEN_MAX, _keys.OPERATION_TTL]
    args += [_keys.operation(""), _keys.operation_jobs(""), _keys.OPERATION_BELL]
    args += [part for pair in fields.items() for part in pair]
    keys = [_keys.OPERATIONS, _keys.operation(operation_id), *([_keys.operation(undoes)] if undoes else [])]
    (word,) = _run(door, "operation_ask", keys, args)
    if word == b"missing":
        raise not_found()
    if word.decode() in NO_UNDO:
        message, fix = NO_UNDO[word.decode()]
        raise StateChanged(message, fix=fix, code="over" if word == b"over" else "")
    if word == b"full":
        raise StateChanged(
            f"{_keys.OPERATIONS_OPEN_MAX} operations are under way or wait already.",
            fix="Cancel one of them, or wait until one has ended.",
            code="too_many_operations",
        )
    return operation_id


def _reach(door: Door) -> str:
    """The queues and functions that an operation of this actor is kept to, as they are stored with it."""
    return json.dumps([door.actor.rights.queues, door.actor.rights.functions])


def _check_reach(door: Door, operation_id: str) -> None:
    """Narrowed rights turn what was asked for with the same ones; of others they know nothing. One round trip."""
    if door.actor.rights.is_narrowed:
        stored = door.writer.hget(_keys.operation(operation_id), "rights")
        if (stored or b"").decode() != _reach(door):
            raise not_found()


def _turn(door: Door, deed: str, operation_id: str, total: int = 0) -> None:
    """Two round trips."""
    with door.act(f"{deed}_operation") as line:
        _check_reach(door, operation_id)
        keys = [_keys.operation(operation_id), _keys.operation_jobs(operation_id), _keys.OPERATIONS]
        args = [operation_id, deed, total, _keys.OPERATION_TTL, _keys.OPERATION_BELL, _keys.UNDO_SECONDS]
        word, state, holds, verb = _run(door, "operation_turn", keys, args)
        if word == b"missing":
            raise not_found()
        line.outcome = outcomes.of_operation(operation_id, verb.decode(errors="replace"), holds)
        if word == b"other":
            raise StateChanged(
                f"The operation holds {holds:,} jobs, not {total:,}.",
                fix="Look at what it holds, then start it with that number.",
                code="other_total",
            )
        if word == b"wrong":
            message, fix = UNFIT[deed]
            raise StateChanged(f"{message} It is {state.decode(errors='replace')} now.", fix=fix)


def not_found() -> NotFound:
    """No operation of that id."""
    return NotFound("There is no such operation (any more).", fix="Ask for it anew.")


def _run(door: Door, script: str, keys: list[str], args: list) -> list:
    try:
        return scripts.run(door.writer, script, keys, args)
    except (NoPermissionError, ReadOnlyError) as error:
        raise Refused(
            "An operation is kept in keys of its own, and this Redis user may not write them.",
            fix=f"Give RQ Live a Redis user that may write {_keys.PREFIX}*.",
        ) from error
