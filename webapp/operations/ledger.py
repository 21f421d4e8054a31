"""What is written of an operation while its jobs are collected: nothing, once it was canceled or the lease is lost."""

import json
from collections.abc import Iterator
from typing import Any

from jobs import _keys
from webapp.operations import chunks
from webapp.operations.shift import Gone, Lost, Tools
from webapp.queries.fields import integer

#: Chunks written at once: 100 KB.
CHUNKS_AT_ONCE = 10
#: Ids that are told.
SAMPLE = 5

#: KEYS: lease, operation, its jobs. ARGV: owner, time to live, number of fields, (field, value)…, chunks…
REPORT = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 'lost' end
if redis.call('HGET', KEYS[2], 'state') ~= 'collecting' then return 'gone' end
local last = 3 + 2 * tonumber(ARGV[3])
for i = 4, last, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
if last < #ARGV then redis.call('RPUSH', KEYS[3], unpack(ARGV, last + 1)) end
redis.call('EXPIRE', KEYS[2], ARGV[2])
redis.call('EXPIRE', KEYS[3], ARGV[2])
return 'ok'
"""


#: What the chunks of all operations may take of all that is ours.
SHARE = 0.125


class Full(Exception):
    """The chunks of all operations together would take too much."""


class Ledger:
    """Of one operation that is collecting."""

    def __init__(self, operation_id: str, tools: Tools) -> None:
        self._keys = [tools.lease_key, _keys.operation(operation_id), _keys.operation_jobs(operation_id)]
        self._tools = tools
        self._script = tools.writer.register_script(REPORT)

    def begin(self) -> None:
        """Whatever another process has written before it died is gone. One round trip."""
        self._tools.writer.unlink(self._keys[2])

    def report(self, fields: dict[str, Any], packed: list[bytes] | None = None, ready: bool = False) -> None:
        """Write down these fields and chunks. One round trip. Raises Gone, Lost, redis.RedisError."""
        life = _keys.OPERATION_READY_TTL if ready else _keys.OPERATION_TTL
        args = [self._tools.owner, life, len(fields), *(part for pair in fields.items() for part in pair)]
        said = self._script(keys=self._keys, args=[*args, *(packed or ())])
        if said != b"ok":
            raise Lost if said == b"lost" else Gone

    def write(self, jobs: list[chunks.Kept], has_room: bool = False) -> Iterator[None]:
        """Write down the jobs. A round trip for CHUNKS_AT_ONCE chunks. Raises Full, Gone, Lost, redis.RedisError.

        `has_room`: they take no more than those of an operation that is counted already, which they undo.
        """
        packed = chunks.pack(jobs)
        size = sum(map(len, packed))
        most = min(_keys.OPERATIONS_BYTES, int(_keys.ours_bytes(self._tools.maxmemory) * SHARE))
        if not has_room and sum(others(self._tools, self._keys[1], "bytes")) + size > most:
            raise Full
        told = {"bytes": size, "sample": json.dumps([kept.id for kept in jobs[:SAMPLE]])}
        self.report(told)
        for start in range(0, len(packed), CHUNKS_AT_ONCE):
            self.report({}, packed[start : start + CHUNKS_AT_ONCE])
            yield


def others(tools: Tools, own_key: str, field: str) -> list[int]:
    """A number of every other operation. Two round trips."""
    ids = [member.decode("utf-8", "replace") for member in tools.writer.zrange(_keys.OPERATIONS, 0, -1)]
    pipe = tools.writer.pipeline(transaction=False)
    for key in (_keys.operation(operation_id) for operation_id in ids):
        if key != own_key:
            pipe.hget(key, field)
    return [integer(value) or 0 for value in pipe.execute()]
