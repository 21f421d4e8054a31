"""What an operation that runs is to do, out of its hash. No I/O."""

import json
from typing import Any

from jobs import _keys
from webapp.actions import one
from webapp.operations import fence, line_up
from webapp.queries.fields import integer, text


class Plan:
    """Of one operation."""

    def __init__(self, operation_id: str, stored: dict[bytes, bytes]) -> None:
        self._id = operation_id
        self._stored = stored
        self.verb = text(stored.get(b"verb")) or ""
        self.state = text(stored.get(b"state")) or ""
        self.options: dict[str, Any] = json.loads(stored.get(b"options") or b"{}")
        self.position = integer(stored.get(b"position")) or 0
        self.total = integer(stored.get(b"total")) or 0
        #: How many more of the jobs that it deletes can be put back: what was told before it was started holds.
        self.undo_left = (integer(stored.get(b"undo_jobs")) or 0) - (integer(stored.get(b"undo_kept")) or 0)
        #: Epoch ms: when it was started, or resumed after it had halted.
        self.since = integer(stored.get(b"since")) or integer(stored.get(b"started_at")) or 0
        #: How many jobs it does before it looks what becomes of them: all, unless a few are tried first.
        self.stop_at = min(self.options["first"], self.total) if self.state == "trying" else self.total
        #: Jobs given to one call: no more than the pace can allow within it.
        self.at_once = int(self.options.get("rate", 0)) or _keys.OPERATION_CHUNK
        #: What who asked is narrowed to; None: nothing.
        self.fence = fence.of(stored)
        self._fixed = self._of_verb()

    def go_on(self) -> None:
        """The first few have been tried."""
        self.stop_at = self.total

    def script_options(self) -> str:
        """What the script of a chunk takes, as JSON."""
        told = self._fixed | {"stamp": one.stamp(), "rate": self.options.get("rate", 0)}
        if self.verb == "delete":
            life, undo = 1000 * _keys.TRASH_TTL, 1000 * _keys.UNDO_SECONDS
            told["trash"] = {"token": self._id, "life": life, "undo": undo, "left": self.undo_left}
            told["trash"]["apart"] = 1000 * _keys.TRASH_APART
        return json.dumps(told)

    def _of_verb(self) -> dict[str, Any]:
        match self.verb:
            case "move":
                return {"queue": self.options["queue"]}
            case "run_again":
                return json.loads(self._stored[b"again"])
            case "restore":
                return {"token": json.loads(self._stored[b"of"])["operation"], "aside": [], "line_max": line_up.MOST}
        return {}
