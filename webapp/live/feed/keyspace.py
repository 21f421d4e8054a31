"""The feed over keyspace notices, for servers that already send them. Never switches them on: that is server-wide."""

import time

from redis.client import PubSub
from redis.exceptions import AuthenticationError, ResponseError
from redis.exceptions import ConnectionError as RedisConnectionError

from webapp.connections import Connections
from webapp.live.feed import errors
from webapp.live.feed.line import QUIET
from webapp.live.feed.prefixes import Prefixes
from webapp.offload import HubBreather

#: Notices after which a value may read differently; `expire` and `persist` change none that we show.
IGNORED = frozenset({b"expire", b"persist"})


class Keyspace:
    """One subscription to the keyspace channels of our prefixes."""

    name = "keyspace"
    needs_proof = True

    def __init__(self, connections: Connections, hears: Prefixes) -> None:
        self._pool = connections.feed_pool
        self._channels: frozenset[str] = frozenset()
        database = self._pool.connection_kwargs.get("db") or 0
        self._space = f"__keyspace@{database}__:"
        self._meant = hears.meant
        self._pubsub: PubSub | None = None
        self._last_word = 0.0

    def open(self) -> None:
        """Subscribe. Raises ModeRefused without the right to; whether notices come at all only a probe tells."""
        self._pubsub = PubSub(self._pool)
        try:
            self._pubsub.psubscribe(*(f"{self._space}{prefix}*" for prefix in self._meant))
            self._drain_confirmations(len(self._meant))
        except AuthenticationError:
            raise
        except ResponseError as error:
            raise errors.ModeRefused(str(error)) from error
        self._last_word = time.monotonic()

    def subscribe_to(self, channels: frozenset[str]) -> None:
        """Be subscribed to these and no others. `wait` raises ResponseError where that is refused."""
        if added := sorted(channels - self._channels):
            self._pubsub.subscribe(*added)
        if left := sorted(self._channels - channels):
            self._pubsub.unsubscribe(*left)
        self._channels = channels

    def wait(self, timeout: float) -> tuple[bool, list[bytes] | None]:
        """Wait at most `timeout` seconds. (True, keys) or (False, None); a RedisError when Redis is lost."""
        keys: dict[bytes, None] = {}
        breather = HubBreather()
        while self._take_one(timeout, keys):
            self._last_word = time.monotonic()
            timeout = 0
            breather.breathe()
        self._watch_silence()
        return (True, list(keys)) if keys else (False, None)

    def ping(self) -> None:
        """Ask for a sign of life; the reply is read by `wait`."""
        self._pubsub.ping()

    def close(self) -> None:
        if self._pubsub is not None:
            self._pubsub.close()

    def _drain_confirmations(self, count: int) -> None:
        for _ in range(count):
            if self._pubsub.get_message(timeout=2.0) is None:
                raise RedisConnectionError("Redis did not confirm a subscription")

    def _take_one(self, timeout: float, keys: dict[bytes, None]) -> bool:
        """Whether anything came."""
        try:
            message = self._pubsub.get_message(timeout=timeout)
        except ResponseError as error:
            errors.raise_unless_unsaved(error)
            return True
        if message is not None:
            self._collect(message, keys)
        return message is not None

    def _collect(self, message: dict, keys: dict[bytes, None]) -> None:
        if message["type"] == "pmessage" and message["data"] not in IGNORED:
            keys[message["channel"][len(self._space) :]] = None

    def _watch_silence(self) -> None:
        silence = time.monotonic() - self._last_word
        if silence > 2 * QUIET:
            raise RedisConnectionError("Redis has not answered a PING")
        if silence > QUIET:
            self.ping()
