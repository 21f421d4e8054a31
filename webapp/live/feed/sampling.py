"""The feed where the server gives no notices: what is watched is looked at once a second."""

import time

from webapp.connections import Connections
from webapp.live.feed.line import Line
from webapp.live.feed.prefixes import Prefixes

#: Seconds between looks.
INTERVAL = 1.0


class Sampling:
    """Says "anything may have changed" every INTERVAL. Who looks sees whether Redis is there; its own connection is
    there only to be counted."""

    name = "sampling"
    needs_proof = False

    def __init__(self, connections: Connections, hears: Prefixes) -> None:
        self._connections = connections
        self._line: Line | None = None

    def open(self) -> None:
        """Raises a RedisError when Redis is away. One round trip."""
        self._connections.reader.ping()

    def subscribe_to(self, channels: frozenset[str]) -> None:
        """See `Line.subscribe_to`; connects only where there is something to subscribe to."""
        if channels and self._line is None:
            self._line = Line(self._connections)
        if self._line is not None:
            self._line.subscribe_to(channels)

    def wait(self, timeout: float) -> tuple[bool, list[bytes] | None]:
        """(True, None) after INTERVAL. Raises a RedisError as `Line.read` does."""
        time.sleep(min(timeout, INTERVAL))
        if self._line is not None:
            self._line.read(0)
        return True, None

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
