"""The order in which RQ itself keeps each list, from either end. Any other would mean reading every job."""

from dataclasses import dataclass

from webapp.errors import BadInput

#: The names of the two ways round: of rising scores, or from the head of a queue; and the other one.
ASCENDING, DESCENDING = "asc", "desc"


@dataclass(frozen=True)
class Order:
    """How one list lies in Redis."""

    #: key of the text that names it to the user
    name: str
    #: field of a row that follows it most closely
    field: str
    #: whether a page begins at the high end of the scores, unless it is turned round
    descending: bool = False

    def way(self, wanted: str) -> str:
        """The way round that was asked for, its own where that is empty. Raises BadInput."""
        if wanted not in ("", ASCENDING, DESCENDING):
            raise BadInput(f"There is no order {wanted[:40]!r}.", fix="Use asc or desc, or leave it out.")
        return wanted or (DESCENDING if self.descending else ASCENDING)


ORDERS = {
    "queued": Order("queue", "enqueued_at"),
    "started": Order("heartbeat", "started_at"),
    "finished": Order("expiry", "ended_at", descending=True),
    "failed": Order("expiry", "ended_at", descending=True),
    "stopped": Order("expiry", "ended_at", descending=True),
    "canceled": Order("canceled", "created_at", descending=True),
    "deferred": Order("created", "created_at"),
    "scheduled": Order("due", "run_at"),
    "ready_to_enqueue": Order("ready", "created_at"),
    "rate_limited": Order("waiting", "created_at"),
    "created": Order("none", "created_at"),
}

#: Heads of several lists put together.
MERGED = Order("merged", "latest", descending=True)

#: Lists whose scores are the times at which their jobs expire; RQ leaves the ids there for its maintenance.
EXPIRING = frozenset({"finished", "failed", "stopped"})


def is_over(expires_at: int | None, now_ms: int) -> bool:
    """Whether a job with this score (epoch ms; None: never) has expired."""
    return expires_at is not None and expires_at < now_ms
