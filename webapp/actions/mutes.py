"""What a user does to a cause of failure: hide it from everybody, for a while or until it is wanted again."""

import json
from typing import Any

from jobs import _keys
from webapp import outcomes
from webapp.actions import scripts
from webapp.actions.door import Door
from webapp.errors import NotFound, StateChanged


def mute(door: Door, cause_id: str, name: str, seconds: int | None) -> dict[str, Any]:
    """The cause is hidden for so many seconds (None: until it is unmuted); returns its mute.

    `name`: exception type or kind, for who looks at it when none of its jobs is left. Raises Refused, and StateChanged
    where MUTES_MAX are hidden already or Redis is nearly full. Three round trips.
    """
    with door.act("mute") as line:
        door.memory.require()
        line.outcome = outcomes.of_cause(cause_id, name)
        now, micro = door.writer.time()
        at = now * 1_000 + micro // 1_000
        made = {"type": name, "by": door.actor.name, "at": at, "until": at + seconds * 1_000 if seconds else None}
        word, _ = scripts.run(door.writer, "mute", [_keys.MUTES], [cause_id, json.dumps(made), _keys.MUTES_MAX])
        if word == b"full":
            raise StateChanged(
                f"{_keys.MUTES_MAX} causes are muted already.", fix="Unmute some of them first.", code="mutes_full"
            )
        return made


def unmute(door: Door, cause_id: str) -> None:
    """The cause is told of again. Raises Refused, and NotFound where it was not muted. Three round trips."""
    with door.act("unmute") as line:
        stored = door.writer.hget(_keys.MUTES, cause_id)
        if not door.writer.hdel(_keys.MUTES, cause_id):
            raise NotFound("This cause is not muted.", fix="Look at the list of causes as it is now.")
        line.outcome = outcomes.of_cause(cause_id, _name(stored))


def _name(stored: bytes | None) -> str:
    try:
        return str(json.loads(stored or b"")["type"]).replace(" ", "_")[:200] or "unknown"
    except (ValueError, TypeError, KeyError):
        return "unknown"
