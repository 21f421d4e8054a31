"""What each kind of our keys may take of all that is ours, and how those are cut that took more. Redis only.

Figures, logs, notes and searches keep their shares by themselves; the rest is weighed here, and cut: the oldest lines
of streams, the job types that were published longest ago.
"""

import json
from collections.abc import Iterable

import redis

from jobs import _keys
from webapp.queries.fields import reply

#: Parts of all that is ours.
CATALOG = 0.15
STREAMS = {_keys.ACTIVITY: 0.08, _keys.ROOM: 0.03, _keys.ROOM_HERE: 0.03}
#: Lines of all added workers together.
OUTPUTS = 0.04
#: Made too large, a stream is cut to this much of its share: it is not cut anew at each line.
CUT_TO = 0.8
#: What a job type costs in a hash beyond its text.
ENTRY_BYTES = 64
#: Added workers whose output is weighed.
OUTPUTS_MAX = 1_000


class Shares:
    """Remembers nothing but the sum of the last sweep."""

    def __init__(self, writer: redis.Redis) -> None:
        self._redis = writer
        #: Bytes of all that is weighed here, as of the last sweep.
        self.total = 0

    def sweep(self, budget: int) -> int:
        """Cut what takes more than its share of `budget` bytes; returns the bytes of all that is weighed here.

        Two round trips where nothing is to be cut, four where workers were added. Raises redis.RedisError.
        """
        outputs = self._outputs()
        streams = STREAMS | {key: OUTPUTS / len(outputs) for key in outputs}
        others = [_keys.CATALOG, _keys.UNLISTED, _keys.MUTES, _keys.NOTES_INDEX, _keys.PAUSABLE, _keys.SUPERVISORS]
        others += [
            _keys.operation(name.decode("utf-8", "replace")) for name in self._redis.zrange(_keys.OPERATIONS, 0, -1)
        ]
        sizes = self._weigh([*streams, *others])
        for key, share in streams.items():
            if sizes[key] > share * budget:
                sizes[key] = self._cut(key, share * budget / sizes[key])
        if sizes[_keys.CATALOG] > CATALOG * budget:
            self.trim_types(int(CATALOG * budget))
            sizes |= self._weigh([_keys.CATALOG])
        self.total = sum(sizes.values())
        return self.total

    def _outputs(self) -> list[str]:
        """Keys of what added workers wrote."""
        found: list[bytes] = []
        for supervisor in self._redis.hkeys(_keys.SUPERVISORS):
            found += self._redis.hkeys(_keys.added(supervisor.decode("utf-8", "replace")))
        return [_keys.output(worker.decode("utf-8", "replace")) for worker in found[:OUTPUTS_MAX]]

    def _weigh(self, keys: Iterable[str]) -> dict[str, int]:
        names = list(keys)
        pipe = self._redis.pipeline(transaction=False)
        for key in names:
            pipe.memory_usage(key, samples=0)
        found = pipe.execute(raise_on_error=False)
        return {key: reply(size) or 0 for key, size in zip(names, found, strict=True)}

    def _cut(self, key: str, part: float) -> int:
        """Keep about `part` of a stream, its newest lines, at least one. Three round trips; returns its bytes."""
        self._redis.xtrim(key, maxlen=max(1, int(self._redis.xlen(key) * part * CUT_TO)), approximate=False)
        return self._weigh([key])[key]

    def trim_types(self, most: int = 1 << 40) -> int:
        """Keep the CATALOG_MAX job types that were published last, of them those that fit into `most` bytes; returns
        how many go. Some round trips."""
        entries = sorted(
            self._redis.hscan_iter(_keys.CATALOG, count=50), key=lambda one: _published(one[1]), reverse=True
        )
        left, doomed = most, [name for name, _ in entries[_keys.CATALOG_MAX :]]
        for name, entry in entries[: _keys.CATALOG_MAX]:
            left -= len(name) + len(entry) + ENTRY_BYTES
            if left < 0:
                doomed.append(name)
        return self._redis.hdel(_keys.CATALOG, *doomed) if doomed else 0


def _published(entry: bytes) -> int:
    """When a job type was published, epoch ms; 0 where that cannot be read."""
    try:
        return int(json.loads(entry)["published_at"])
    except (ValueError, TypeError, KeyError):
        return 0
