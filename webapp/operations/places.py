"""The order in which queued jobs of an operation are done: as they stand in their queues, from the head.

Taken in that order, each is found near the head of its queue at once; in any other, Redis would look through the whole
queue for each of them. Reads only.
"""

from collections import defaultdict
from collections.abc import Iterator

from webapp import rqkeys
from webapp.operations.bursts import Bursts, command
from webapp.operations.chunks import Kept, raw
from webapp.search.facets import Hit

#: Ids read at once: a fraction of a millisecond of Redis.
WINDOW = 2_000
#: So few of one queue are not worth a walk through it.
FEW = 50


class Places:
    """`order()` fills `jobs` step by step."""

    def __init__(self, bursts: Bursts) -> None:
        self._bursts = bursts
        self.jobs: list[Kept] = []

    def order(self, hits: list[Hit], ids: list[str]) -> Iterator[None]:
        """`jobs` are these, queued ones by place. One round trip for WINDOW places of their queues."""
        queued: dict[str, dict[bytes, str]] = defaultdict(dict)
        for hit, job_id in zip(hits, ids, strict=True):
            if hit.status == "queued":
                queued[hit.queue][hit.id] = job_id
            else:
                self.jobs.append(Kept(job_id, hit.status))
        for queue, wanted in queued.items():
            if len(wanted) > FEW:
                yield from self._walk(queue, wanted)
            self.jobs += [Kept(job_id, "queued") for job_id in wanted.values()]

    def _walk(self, queue: str, wanted: dict[bytes, str]) -> Iterator[None]:
        """Take out of `wanted` what stands in the queue once; what stands there twice is looked for everywhere."""
        key, start, found, twice = rqkeys.queue(queue).encode(), 0, {}, set()
        while members := self._bursts.about(command("LRANGE", start, start + WINDOW - 1), [key])[0]:
            for member in members:
                if member in found:
                    twice.add(member)
                elif member in wanted:
                    found[member] = wanted[member]
            start += WINDOW
            yield
        for member, job_id in found.items():
            if member not in twice:
                self.jobs.append(Kept(job_id, "queued", once=True))
                del wanted[member]


def as_args(kept: Kept) -> tuple[bytes, str, str]:
    """The job, as the script of a chunk takes it."""
    return raw(kept.id), kept.status, "1" if kept.once else ""
