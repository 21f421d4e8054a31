"""Operations as a trade: what was asked to be done to many jobs. How one runs is in `bulk_run.py`."""

import redis

from jobs import _keys
from webapp.config import Config
from webapp.operations.bulk_run import BulkRun
from webapp.operations.shift import Tools

OPEN = (b"collecting", b"running", b"trying")


class Bulk:
    """What the desk of operations works at."""

    name = "operations"
    bell = _keys.OPERATION_BELL
    running_max = 4

    def __init__(self, config: Config) -> None:
        self._config = config

    def open(self, client: redis.Redis) -> list[str]:
        """The operations that go on, the oldest first. One round trip, two where there are any at all."""
        known = [member.decode("utf-8", "replace") for member in client.zrange(_keys.OPERATIONS, 0, -1)]
        if not known:
            return []
        pipe = client.pipeline(transaction=False)
        for operation_id in known:
            pipe.hget(_keys.operation(operation_id), "state")
        states = pipe.execute(raise_on_error=False)
        return [operation_id for operation_id, state in zip(known, states, strict=True) if state in OPEN]

    def key(self, work_id: str) -> str:
        return _keys.operation(work_id)

    def begin(self, work_id: str, stored: dict[bytes, bytes], tools: Tools) -> BulkRun:
        return BulkRun(work_id, stored, tools)
