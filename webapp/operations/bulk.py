"""Operations as a trade: what was asked to be done to many jobs. How one runs is in `bulk_run.py`."""

import redis

from jobs import _keys
from webapp import files
from webapp.config import Config
from webapp.operations import trash
from webapp.operations.bulk_run import BulkRun
from webapp.operations.shift import Run, Tools
from webapp.queries.fields import integer, reply
from webapp.redact import rules

OPEN = (b"collecting", b"running", b"trying")
ENDED = (b"done", b"canceled", b"failed")


class Bulk:
    """What the desk of operations works at."""

    name = "operations"
    bell = _keys.OPERATION_BELL
    running_max = 4
    #: Somebody asked for it to be done to RQ's own keys.
    is_extra = False

    def __init__(self, config: Config) -> None:
        self._config = config
        self.rules = rules.load(config.redact_names, config.redact)

    def open(self, client: redis.Redis) -> list[str]:
        """The operations that go on, the oldest first, and what is to be tidied up. Two round trips."""
        pipe = client.pipeline(transaction=False)
        pipe.zrange(_keys.OPERATIONS, 0, -1).hgetall(_keys.TRASH).time()
        members, thrown, moment = (reply(answer) for answer in pipe.execute(raise_on_error=False))
        now_ms = moment[0] * 1000 + moment[1] // 1000
        over = [trash.ONE_BY_ONE] if trash.due((thrown or {}).items(), now_ms) else []
        known = [member.decode("utf-8", "replace") for member in members or ()]
        if not known:
            return over
        for operation_id in known:
            pipe.hmget(_keys.operation(operation_id), "state", "bytes", "undo_until", "undone_by")
        found = dict(zip(known, (reply(told) for told in pipe.execute(raise_on_error=False)), strict=True))
        states = {operation_id: told[0] for operation_id, told in found.items() if told}
        open_ones = [operation_id for operation_id, state in states.items() if state in OPEN]
        ended = [one for one, told in found.items() if told and told[0] in ENDED and told[1] is not None]
        return open_ones + [one for one in ended if _is_over(found[one], states, now_ms)] + over

    def key(self, work_id: str) -> str:
        return _keys.TRASH if work_id == trash.ONE_BY_ONE else _keys.operation(work_id)

    def begin(self, work_id: str, stored: dict[bytes, bytes], tools: Tools) -> Run:
        store = files.store(self._config)
        if work_id == trash.ONE_BY_ONE:
            return trash.OneByOne(stored, tools, store)
        if stored.get(b"state") in ENDED:
            return trash.OfOperation(work_id, stored, tools, store)
        return BulkRun(work_id, stored, tools, store)


def _is_over(told: list[bytes | None], states: dict[str, bytes], now_ms: int) -> bool:
    """Whether what an ended operation did can no longer be undone, and is not being undone."""
    _, _, until, undone_by = told
    undoing = states.get((undone_by or b"").decode("utf-8", "replace"))
    return (integer(until) or 0) <= now_ms and undoing not in OPEN
