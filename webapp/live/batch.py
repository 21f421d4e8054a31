"""Events that were published together: joined and encoded once, however many sockets send them. No I/O."""

from collections.abc import Iterable
from functools import cached_property

from webapp.live.events import Event


class Batch:
    """Of events with the same key the newest is kept, and goes to the end."""

    def __init__(self, events: Iterable[Event]) -> None:
        #: By key; an event without one counts beside all others.
        self.events: dict[object, Event] = {}
        for event in events:
            key = event.key if event.key is not None else object()
            self.events.pop(key, None)
            self.events[key] = event

    @cached_property
    def payload(self) -> bytes:
        """What `join` makes of them."""
        return join(self.events.values())


def join(events: Iterable[Event]) -> bytes:
    """The texts of these events, as they stand in a frame: b"" for none."""
    return ",".join([event.text for event in events]).encode()
