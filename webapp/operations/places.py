"""The order in which queued jobs of an operation are done: as they stand in their queues, from one end to the other.

Taken in that order, each is found near that end at once; in any other, Redis would look through the whole queue for
each of them. Reads only.
"""

from collections import defaultdict
from collections.abc import Iterator

from jobs import _keys
from webapp import rqkeys
from webapp.operations import chunks
from webapp.operations.bursts import Bursts, command
from webapp.operations.chunks import Kept
from webapp.search.facets import Hit

#: Ids read at once: a fraction of a millisecond of Redis.
WINDOW = 2_000


class Places:
    """`order()` fills `jobs` step by step."""

    def __init__(self, bursts: Bursts, from_the_end: bool) -> None:
        self._bursts = bursts
        self._from_the_end = from_the_end
        self.jobs: list[Kept] = []

    def order(self, hits: list[Hit]) -> Iterator[None]:
        """`jobs` are these, queued ones by place. One round trip for WINDOW places of their queues."""
        queued: dict[str, set[bytes]] = defaultdict(set)
        for hit in hits:
            if hit.status == "queued":
                queued[hit.queue].add(hit.id)
            else:
                self.jobs.append(Kept(chunks.text(hit.id), hit.status))
        for queue, wanted in queued.items():
            yield from self._walk(rqkeys.queue(queue), wanted, "")
            yield from self._walk(_keys.held(queue), wanted, chunks.HELD)
            self.jobs += [Kept(chunks.text(job_id), "queued") for job_id in wanted]

    def _walk(self, key: str, wanted: set[bytes], held: str) -> Iterator[None]:
        """Take out of `wanted` what stands in the list once; what stands there twice is looked for everywhere."""
        start, twice = 0, set()
        #: In the order of the list.
        found: dict[bytes, None] = {}
        while wanted and (members := self._window(key, start)):
            for member in members:
                if member in found:
                    twice.add(member)
                elif member in wanted:
                    found[member] = None
            start += WINDOW
            yield
        stands = (chunks.END if self._from_the_end else chunks.HEAD) + held
        placed = [member for member in found if member not in twice]
        wanted.difference_update(placed)
        kept = (Kept(chunks.text(member), "queued", stands) for member in placed)
        self.jobs += reversed(list(kept)) if self._from_the_end else kept

    def _window(self, key: str, start: int) -> list[bytes]:
        return self._bursts.about(command("LRANGE", start, start + WINDOW - 1), [key.encode()])[0] or []
