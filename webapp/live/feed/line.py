"""One RESP3 connection that listens: sends without waiting for answers, takes what comes, and notices silence.

Not redis-py's PubSub: that reconnects by itself without tracking, and is deaf from then on. A subscription puts the
connection into the server's pubsub class, which has an output-buffer limit and no idle timeout.
"""

import time
from collections.abc import Callable

from redis.connection import Connection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError

from webapp.connections import Connections
from webapp.live.feed import errors

#: Seconds without a word after which a PING asks whether the server is still there.
QUIET = 15.0


class Line:
    """Connected when it is made; raises a RedisError when Redis is away. Belongs to the feed's thread."""

    def __init__(self, connections: Connections, on_push: Callable[[list], None] | None = None) -> None:
        self._connections = connections
        self._connection: Connection = connections.feed()
        if on_push is not None:
            self._connection._parser.set_invalidation_push_handler(on_push)
        self._channels: frozenset[str] = frozenset()
        self._last_word = time.monotonic()
        self._pinged = False

    def ask(self, *command: str) -> object:
        """Send a command and wait for its answer. Only before anything else is awaited. One round trip."""
        self._connection.send_command(*command)
        return self._connection.read_response()

    def subscribe_to(self, channels: frozenset[str]) -> None:
        """Be subscribed to these and no others. `read` raises ResponseError where that is refused."""
        commands = [("SUBSCRIBE", *added)] if (added := sorted(channels - self._channels)) else []
        commands += [("UNSUBSCRIBE", *left)] if (left := sorted(self._channels - channels)) else []
        if commands:
            # In one packet: Redis takes both before it serves anybody else.
            self._connection.send_packed_command(self._connection.pack_commands(commands))
            self._channels = channels

    def fileno(self) -> int:
        """Its descriptor, for who waits for several at once."""
        return self._connection._sock.fileno()

    def read(self, timeout: float) -> None:
        """Take all that comes, waiting at most `timeout` seconds for the first.

        Raises a RedisError when the connection is lost, answers no PING, or something that was asked is refused.
        """
        if self._connection.can_read(timeout=timeout):
            self._read_one()
            while self._connection.can_read(timeout=0):
                self._read_one()
        self._watch_silence()

    def ping(self) -> None:
        """Ask for a sign of life; the answer is taken by `read`."""
        self._connection.send_command("PING")
        self._pinged = True

    def close(self) -> None:
        self._connections.end_feed(self._connection)

    def _read_one(self) -> None:
        try:
            self._connection.read_response(push_request=True)
        except ResponseError as error:
            errors.raise_unless_unsaved(error)
        self._last_word = time.monotonic()
        self._pinged = False

    def _watch_silence(self) -> None:
        silence = time.monotonic() - self._last_word
        if silence < QUIET:
            return
        if self._pinged and silence > 2 * QUIET:
            raise RedisConnectionError("Redis has not answered a PING")
        if not self._pinged:
            self.ping()
