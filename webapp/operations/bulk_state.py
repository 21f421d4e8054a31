"""The state of an operation as the process that carries it writes it: only while it holds the lease."""

import json
from typing import Any

from jobs import _keys
from webapp.operations.shift import Gone, Lost, Tools

#: KEYS: lease, operation. ARGV: owner, state that it is to have, or '' for any; new state, message as JSON or '',
#: epoch ms of the end or ''. Nothing happens where somebody has given it another state meanwhile.
SET = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 'lost' end
local state = redis.call('HGET', KEYS[2], 'state')
if not state then return 'gone' end
if ARGV[2] ~= '' and ARGV[2] ~= state then return 'other' end
redis.call('HSET', KEYS[2], 'state', ARGV[3])
if ARGV[4] ~= '' then redis.call('HSET', KEYS[2], 'message', ARGV[4]) end
if ARGV[5] ~= '' then redis.call('HSET', KEYS[2], 'ended_at', ARGV[5]) end
return 'ok'
"""


class State:
    """Of one operation."""

    def __init__(self, operation_id: str, tools: Tools) -> None:
        self._keys = [tools.lease_key, _keys.operation(operation_id)]
        self._tools = tools
        self._script = tools.writer.register_script(SET)

    def go_on(self) -> None:
        """Enough of the first jobs have finished. Raises Gone, Lost, redis.RedisError; each is one round trip."""
        self._set("trying", "running")

    def halt(self, state: str, message: dict[str, Any]) -> None:
        """It stands still, until somebody resumes it."""
        self._set(state, "halted", message)

    def fail(self, message: dict[str, Any]) -> None:
        """It cannot go on."""
        self._set("", "failed", message, self._tools.clock.now_ms())

    def _set(self, before: str, after: str, message: dict[str, Any] | None = None, ended_at: int | str = "") -> None:
        args = [self._tools.owner, before, after, json.dumps(message) if message else "", ended_at]
        said = self._script(keys=self._keys, args=args)
        if said in (b"lost", b"gone"):
            raise Lost if said == b"lost" else Gone
