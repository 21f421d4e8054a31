"""What the hits of a search are, counted by status, queue, function and worker. Bounded in names. Pure."""

import json
from collections import Counter
from dataclasses import dataclass

#: Names told apart in each facet; the rest is summed up.
NAMES_MAX = 200
NAME_CHARS = 200
REST = "…"
FACETS = ("status", "queue", "func", "worker")


@dataclass(frozen=True)
class Hit:
    """A job that matches, and what facets are counted by."""

    id: bytes
    status: str
    queue: str
    func: str
    worker: str


class Facets:
    """Counts hits; goes on from what `stored` holds."""

    def __init__(self, stored: bytes | None = None) -> None:
        kept = json.loads(stored) if stored else {}
        self._counts = {name: Counter(kept.get(name, {})) for name in FACETS}

    def add(self, hit: Hit) -> None:
        for name, counts in self._counts.items():
            value = getattr(hit, name)[:NAME_CHARS]
            # A job that waits has no worker, and one whose payload is odd no function.
            if value:
                counts[value if value in counts or len(counts) < NAMES_MAX else REST] += 1

    def stored(self) -> str:
        return json.dumps(self._counts)
