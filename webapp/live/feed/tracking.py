"""The feed over RESP3 `CLIENT TRACKING ON BCAST`: no server setting touched, covers expiry, eviction, Lua and MULTI.

On a connection of our own, not redis-py's PubSub: that reconnects by itself without tracking, and is deaf from then on.
The SUBSCRIBE puts the connection into the server's pubsub class, which has an output-buffer limit and no idle timeout;
its channel also counts the servers.
"""

import time

from redis.connection import Connection
from redis.exceptions import AuthenticationError, NoPermissionError, ResponseError
from redis.exceptions import ConnectionError as RedisConnectionError

from jobs import _keys
from webapp.connections import Connections
from webapp.live.feed.errors import ModeRefused

#: Seconds without a word after which a PING asks whether the server is still there.
QUIET = 15.0


class Tracking:
    """One tracking connection. Not thread-safe: it belongs to the feed's thread."""

    name = "tracking"
    needs_proof = True

    def __init__(self, connections: Connections, channel: str) -> None:
        self._connections = connections
        self._channel = channel
        self._connection: Connection | None = None
        self._heard: list[list[bytes] | None] = []
        self._last_word = 0.0
        self._pinged = False

    def open(self) -> None:
        """Connect and switch tracking on. Raises ModeRefused, or a RedisError when Redis is away. Two round trips."""
        self._connection = connection = self._connections.feed()
        connection._parser.set_invalidation_push_handler(self._on_push)
        arguments = [part for prefix in _keys.feed_prefixes() for part in ("PREFIX", prefix)]
        try:
            self._ask("CLIENT", "TRACKING", "ON", "BCAST", *arguments)
        except AuthenticationError:
            raise
        except ResponseError as error:
            raise ModeRefused(str(error)) from error
        self._subscribe()
        self._last_word = time.monotonic()

    def wait(self, timeout: float) -> tuple[bool, list[bytes] | None]:
        """Wait at most `timeout` seconds. (True, keys), (True, None) for "anything", or (False, None).

        Raises a RedisError when the connection is lost or answers no PING.
        """
        connection = self._connection
        if not self._heard and connection.can_read(timeout=timeout):
            self._read_one()
            while connection.can_read(timeout=0):
                self._read_one()
        self._watch_silence()
        return self._take()

    def ping(self) -> None:
        """Ask for a sign of life; the reply is read by `wait`."""
        self._connection.send_command("PING")
        self._pinged = True

    def close(self) -> None:
        if self._connection is not None:
            self._connections.end_feed(self._connection)

    def _ask(self, *command: str) -> object:
        self._connection.send_command(*command)
        return self._connection.read_response()

    def _subscribe(self) -> None:
        """Without the right to SUBSCRIBE tracking still works, only unguarded against a stalled reader."""
        try:
            self._connection.send_command("SUBSCRIBE", self._channel)
            self._connection.read_response(push_request=True)
        except NoPermissionError:
            self._pinged = False

    def _read_one(self) -> None:
        self._connection.read_response(push_request=True)
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

    def _on_push(self, message: list) -> None:
        self._heard.append(message[1])

    def _take(self) -> tuple[bool, list[bytes] | None]:
        heard, self._heard = self._heard, []
        if not heard:
            return False, None
        if any(keys is None for keys in heard):
            return True, None
        return True, [key for keys in heard for key in keys]
