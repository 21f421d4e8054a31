"""How many jobs were created and never sent, and how many wait for a rate limit, by queue: RQ keeps no such lists.

The recorder does, see `webapp/operations/census.py`.
"""

from collections import Counter
from typing import Any

import redis

from jobs import _keys
from webapp.queries.fields import reply, text

STATUSES = ("created", "rate_limited")


def read(reader: redis.Redis) -> dict[str, Any]:
    """{"created", "rate_limited": {queue: n}, "sure": "all", "more" (than these), or None where nobody knows}.

    One round trip, O(UNLISTED_MAX). Raises redis.RedisError.
    """
    pipe = reader.pipeline(transaction=False)
    pipe.hvals(_keys.UNLISTED).exists(_keys.RECORDER)
    values, recording = (reply(answer) for answer in pipe.execute(raise_on_error=False))
    counts: dict[str, Counter[str]] = {status: Counter() for status in STATUSES}
    sure = None
    for value in values or ():
        status, separator, queue = (text(value) or "").partition("\x1f")
        if separator and status in counts:
            counts[status][queue] += 1
        elif status in (_keys.UNLISTED_ALL, _keys.UNLISTED_MORE):
            sure = status
    return {status: dict(count) for status, count in counts.items()} | {"sure": sure if recording else None}
