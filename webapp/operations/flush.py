"""One write of figures: everything or nothing, once, and only by the holder of the lease."""

from collections.abc import Sequence
from typing import Any

import redis

from jobs import _keys
from webapp.operations.lease import Lease
from webapp.operations.tally import Increment

#: KEYS: lease, recorder, minutes… ARGV: owner, life of the lease, life of the recorder's hash, its fields as
#: heartbeat, number, mode, started_at, life of a minute, then (index into KEYS, field, amount)…
#: 0: the lease is not ours. 1: written, now or by an earlier try whose answer was lost.
FLUSH = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
local again = redis.call('HGET', KEYS[2], 'flush') == ARGV[5]
redis.call('HSET', KEYS[2], 'heartbeat', ARGV[4], 'flush', ARGV[5], 'mode', ARGV[6], 'started_at', ARGV[7])
redis.call('EXPIRE', KEYS[2], ARGV[3])
if again then return 1 end
for i = 9, #ARGV, 3 do redis.call('HINCRBY', KEYS[tonumber(ARGV[i])], ARGV[i + 1], ARGV[i + 2]) end
for i = 3, #KEYS do redis.call('EXPIRE', KEYS[i], ARGV[8]) end
return 1
"""


class Flush:
    """Writes batches under a lease. A batch whose answer was lost may be sent again under its number."""

    def __init__(self, lease: Lease, started_ms: int) -> None:
        self._lease = lease
        self._started_ms = started_ms

    def ask(self, pipe: redis.client.Pipeline, number: int, batch: Sequence[Increment], now_ms: int, mode: str) -> None:
        """Put the write of a batch into `pipe`, with the renewal of the lease and the heartbeat: one command.

        Its reply is 1 where the batch is written, 0 where the lease is not ours: then nothing was.
        """
        keys = list(dict.fromkeys(entry.key for entry in batch))
        place = {key: index for index, key in enumerate(keys, start=3)}
        head: list[Any] = [self._lease.owner, self._lease.life_ms, _keys.RECORDER_TTL]
        head += [now_ms, f"{self._lease.owner}:{number}", mode, self._started_ms, _keys.FIGURES_TTL]
        body = [part for entry in batch for part in (place[entry.key], entry.field, entry.amount)]
        all_keys = [self._lease.key, _keys.RECORDER, *keys]
        # EVAL, not EVALSHA: 800 bytes every 2 s, and nothing to recover after a restart of Redis.
        pipe.eval(FLUSH, len(all_keys), *all_keys, *head, *body)
