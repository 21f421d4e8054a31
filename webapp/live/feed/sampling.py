"""The feed where the server gives no notices: what is watched is looked at once a second."""

import time

from webapp.connections import Connections

#: Seconds between looks.
INTERVAL = 1.0


class Sampling:
    """Says "anything may have changed" every INTERVAL. Sends nothing itself: who looks sees whether Redis is there."""

    name = "sampling"
    needs_proof = False

    def __init__(self, connections: Connections, channel: str) -> None:
        self._reader = connections.reader

    def open(self) -> None:
        """Raises a RedisError when Redis is away. One round trip."""
        self._reader.ping()

    def wait(self, timeout: float) -> tuple[bool, list[bytes] | None]:
        time.sleep(min(timeout, INTERVAL))
        return True, None

    def close(self) -> None:
        """Nothing to close: the reader belongs to the process."""
