"""How much an operation may throw away so that it can be put back: what our keys leave of their share. Reads only."""

from jobs import _keys
from webapp import rqkeys
from webapp.operations import chunks
from webapp.operations.ledger import others
from webapp.operations.shift import Tools
from webapp.queries.fields import integer, reply

#: Bytes where no sweep has told what is left.
UNTOLD = 8 * 1024 * 1024
#: Jobs that are weighed to tell beforehand how many fit, and bytes of what is noted about each.
WEIGHED, NOTE = 100, 600


class Room:
    """For one operation. Two or three round trips."""

    def __init__(self, tools: Tools, own_key: str) -> None:
        self._tools = tools
        left = integer(tools.writer.hget(_keys.SWEEP, "room"))
        thrown = sum(others(tools, own_key, "trash_bytes"))
        #: Bytes, without what this operation has thrown away.
        self.bytes = max(0, min(_keys.TRASH_BYTES, UNTOLD if left is None else left) - thrown)

    def estimate(self, jobs: list[chunks.Kept]) -> int:
        """How many of these could be put back, as far as some of them tell. One round trip."""
        weighed = jobs[:: max(1, len(jobs) // WEIGHED)][:WEIGHED]
        pipe = self._tools.writer.pipeline(transaction=False)
        for kept in weighed:
            pipe.memory_usage(chunks.raw(_keys.job(kept.id)), samples=0)
            pipe.memory_usage(chunks.raw(rqkeys.results(kept.id)), samples=0)
        sizes = [reply(size) or 0 for size in pipe.execute(raise_on_error=False)] if weighed else []
        each = sum(sizes) / len(weighed) + NOTE if weighed else 1
        return min(len(jobs), int(self.bytes / each))
