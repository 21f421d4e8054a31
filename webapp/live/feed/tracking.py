"""The feed over RESP3 `CLIENT TRACKING ON BCAST`: no server setting touched, covers expiry, eviction, Lua and MULTI."""

from redis.exceptions import AuthenticationError, ResponseError

from webapp.connections import Connections
from webapp.live.feed.errors import ModeRefused
from webapp.live.feed.line import Line
from webapp.live.feed.prefixes import Prefixes
from webapp.offload import HubBreather


class Tracking:
    """One tracking connection. Not thread-safe: it belongs to the feed's thread."""

    name = "tracking"
    needs_proof = True

    def __init__(self, connections: Connections, hears: Prefixes) -> None:
        self._connections = connections
        self._line: Line | None = None
        self._heard: list[list[bytes] | None] = []
        self._meant = tuple(prefix.encode() for prefix in hears.meant)
        self._tracked = hears.tracked

    def open(self) -> None:
        """Connect and switch tracking on. Raises ModeRefused, or a RedisError when Redis is away. Two round trips."""
        self._line = Line(self._connections, self._on_push)
        arguments = [part for prefix in self._tracked for part in ("PREFIX", prefix)]
        try:
            self._line.ask("CLIENT", "TRACKING", "ON", "BCAST", *arguments)
        except AuthenticationError:
            raise
        except ResponseError as error:
            raise ModeRefused(str(error)) from error

    def subscribe_to(self, channels: frozenset[str]) -> None:
        """See `Line.subscribe_to`. Without the right to, tracking still works, unguarded against a stalled reader."""
        self._line.subscribe_to(channels)

    def wait(self, timeout: float) -> tuple[bool, list[bytes] | None]:
        """Wait at most `timeout` seconds. (True, keys), (True, None) for "anything", or (False, None).

        Raises a RedisError when the connection is lost or answers no PING, ResponseError where a channel is refused.
        """
        self._line.read(0 if self._heard else timeout)
        heard, self._heard = self._heard, []
        if not heard:
            return False, None
        if any(keys is None for keys in heard):
            return True, None
        found: list[bytes] = []
        # Redis tells of all that one turn of its loop changed in one message: of a bulk, 200,000 keys.
        for keys in heard:
            for some in HubBreather().portions(keys):
                found += [key for key in some if key.startswith(self._meant)]
        return bool(found), found or None

    def ping(self) -> None:
        """Ask for a sign of life; the reply is read by `wait`."""
        self._line.ping()

    def close(self) -> None:
        if self._line is not None:
            self._line.close()

    def _on_push(self, message: list) -> None:
        self._heard.append(message[1])
