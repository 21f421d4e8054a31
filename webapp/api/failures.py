"""POST and DELETE /api/failures/<id>/mute: a cause of failure is hidden from everybody, or told of again."""

import re

from flask.typing import ResponseReturnValue

from webapp import live, security
from webapp.actions import mutes
from webapp.api import bp
from webapp.api.bodies import read_object
from webapp.errors import BadInput, NotFound

#: A year: who wants to hide it longer hides it without an end.
SECONDS_MAX = 365 * 86_400
CAUSE = re.compile(r"[0-9a-f]{12}")


@bp.post("/failures/<cause_id>/mute")
def mute(cause_id: str) -> ResponseReturnValue:
    """`muted`: by whom, and until when; null: until it is unmuted."""
    door = security.door()
    seconds = _seconds(read_object(("for",)).get("for"))
    door.authorize("mute")
    return {"id": cause_id, "muted": mutes.mute(door, cause_id, _name(cause_id), seconds)}


@bp.delete("/failures/<cause_id>/mute")
def unmute(cause_id: str) -> ResponseReturnValue:
    """The cause is told of again."""
    mutes.unmute(security.door(), cause_id)
    return "", 204


def _name(cause_id: str) -> str:
    """The exception type of a cause that there is, or its kind. Raises NotFound."""
    known = live.current().boards.read(f"failure/{cause_id}")[0]["group"] if CAUSE.fullmatch(cause_id) else None
    if known is None:
        raise NotFound("There is no such cause of failure.", fix="GET /api/boards/failures names them.")
    return known["type"] or known["kind"]


def _seconds(value: object) -> int | None:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if value is None or (is_number and 60 <= value <= SECONDS_MAX):
        return value
    raise BadInput(
        "`for` is not a number of seconds.", fields={"for": f"must be from 60 to {SECONDS_MAX}, or null for no end"}
    )
