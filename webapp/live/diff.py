"""What changed between two overviews. Pure: no clock, no Redis, no Flask."""

from collections.abc import Iterator, Mapping

from webapp.live.events import Event, part, snapshot
from webapp.models import Value
from webapp.models_overview import Overview


def diff(before: Overview | None, after: Overview) -> Iterator[Event]:
    """Yield the fewest events that turn `before` into `after`; the whole of it without a `before`. O(parts)."""
    if before is None:
        yield from snapshot(after)
        return
    at = after.as_of
    for name in ("totals", "figures", "gathered"):
        if getattr(before, name) != getattr(after, name):
            yield part(name, None, getattr(after, name), at)
    yield from _group("queue", before.queues, after.queues, at)
    yield from _group("worker", before.workers, after.workers, at)
    yield from _group("running", before.running, after.running, at)


def counts_differ(before: Overview, after: Overview) -> bool:
    """Whether something changed that only a write can change, so that a notice should have told of it."""
    return _written(before) != _written(after)


def _group(name: str, before: Mapping[str, Value], after: Mapping[str, Value], at: int) -> Iterator[Event]:
    for key, value in after.items():
        if value != before.get(key):
            yield part(name, key, value, at)
    for key in before.keys() - after.keys():
        yield part(name, key, None, at)


def _written(overview: Overview) -> dict[str, tuple[int, ...]]:
    """Counts that time alone does not change: finished and failed jobs expire without a write."""
    return {
        name: (queue.queued, queue.started, queue.deferred, queue.scheduled, queue.canceled)
        for name, queue in overview.queues.items()
    }
