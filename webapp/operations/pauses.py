"""Pauses as a trade: whether there is a queue to keep paused, or something that was left half done."""

import redis

from jobs import _keys
from webapp.queries.fields import text


class Pauses:
    """What the desk of pauses works at, in shifts of its own: `pause_shift.py`."""

    name = "pauses"
    bell = _keys.PAUSE_BELL
    #: Paused queues must be kept so.
    is_extra = False

    def open(self, client: redis.Redis) -> list[str]:
        """The queues that are paused, or of which jobs are set aside that should not be.

        One round trip, two where jobs are set aside at all.
        """
        aside = [text(name) or "" for name in client.sunion(_keys.ASIDE, _keys.PAUSED)]
        if not aside:
            return []
        pipe = client.pipeline(transaction=False)
        for queue in aside:
            pipe.exists(_keys.pause(queue), _keys.parked(queue), _keys.resuming(queue))
            pipe.hexists(_keys.hold(queue), "releasing")
            pipe.sismember(_keys.PAUSED, queue)
        found = pipe.execute()
        return [queue for at, queue in enumerate(aside) if any(found[3 * at : 3 * at + 3])]
