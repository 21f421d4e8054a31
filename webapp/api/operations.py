"""POST and GET /api/operations, and what may be done to one: start, pause, resume, cancel, undo."""

from typing import Any

from flask import current_app
from flask.typing import ResponseReturnValue

from webapp import connections, live, security
from webapp.actions import bulk
from webapp.actions.door import Door
from webapp.api import bp
from webapp.api.bodies import read_object
from webapp.queries import operations as queries


@bp.post("/operations")
def ask_for_operation() -> ResponseReturnValue:
    """201 with Location and the new operation. Its jobs are collected; nothing is done to them yet."""
    body = read_object(("verb", "of", "options"))
    door = security.door()
    return created(door, bulk.ask(door, body.get("verb"), body.get("of"), body.get("options")))


@bp.get("/operations")
def operations() -> dict[str, Any]:
    """All that are kept, the newest first."""
    return queries.recent(connections.reader(), live.current().clock, security.rights())


@bp.get("/operations/<operation_id>")
def operation(operation_id: str) -> dict[str, Any]:
    """How it stands."""
    return {"operation": queries.read(connections.reader(), live.current().clock, operation_id, security.rights())}


@bp.post("/operations/<operation_id>/start")
def start_operation(operation_id: str) -> dict[str, Any]:
    """It runs, where it holds as many jobs as the body's `total` says."""
    total = read_object(("total",)).get("total")
    door = security.door()
    bulk.start(door, operation_id, total)
    return _answer(door, operation_id)


@bp.post("/operations/<operation_id>/pause")
def pause_operation(operation_id: str) -> dict[str, Any]:
    """It stands still until it is resumed."""
    read_object(())
    door = security.door()
    bulk.pause(door, operation_id)
    return _answer(door, operation_id)


@bp.post("/operations/<operation_id>/resume")
def resume_operation(operation_id: str) -> dict[str, Any]:
    """It goes on where it was."""
    read_object(())
    door = security.door()
    bulk.resume(door, operation_id)
    return _answer(door, operation_id)


@bp.post("/operations/<operation_id>/cancel")
def cancel_operation(operation_id: str) -> dict[str, Any]:
    """It ends. What is done stays done."""
    read_object(())
    door = security.door()
    bulk.cancel(door, operation_id)
    return _answer(door, operation_id)


@bp.post("/operations/<operation_id>/undo")
def undo_operation(operation_id: str) -> ResponseReturnValue:
    """201 with the operation that puts back what this one has deleted; it runs at once."""
    read_object(())
    door = security.door()
    return created(door, bulk.undo(door, operation_id))


def _answer(door: Door, operation_id: str) -> dict[str, Any]:
    """As it lies where it was just written: a replica may not have it yet."""
    return {"operation": queries.read(door.writer, live.current().clock, operation_id, door.actor.rights)}


def created(door: Door, operation_id: str) -> ResponseReturnValue:
    """201 with Location and the operation that was asked for."""
    where = f"{current_app.config['RQLIVE'].base_path}/api/operations/{operation_id}"
    return _answer(door, operation_id), 201, {"Location": where}
