"""Clients for the Redis that an address names, also where it stands behind Sentinel. For workers and web alike.

What redis-py understands goes to it as it is; what an address of Sentinel's says, see `_sentinel.py`.
"""

from dataclasses import dataclass
from typing import Any

from redis import BlockingConnectionPool, ConnectionPool, Redis, Sentinel
from redis.connection import parse_url
from redis.sentinel import SentinelConnectionPool, SentinelManagedConnection, SentinelManagedSSLConnection

from jobs._sentinel import is_sentinel, place

#: Parts of an address of redis-py's that the sentinels tell.
OF_THE_PLACE = frozenset({"host", "port", "connection_class"})


@dataclass(frozen=True)
class Service:
    """A Redis behind Sentinel, as its address names it."""

    name: str
    sentinels: tuple[tuple[str, int], ...]
    secure: bool
    #: Of Redis, as redis-py takes them.
    options: dict[str, Any]
    #: Of the sentinels.
    sentinel_options: dict[str, Any]


class _Following:
    """Asks the sentinels whenever it connects. redis-py's own, when it sends on a connection that was lost, tries the
    address that it had: with a patient retry it would try a dead primary for ever."""

    def connect_check_health(self, check_health: bool = True, retry_socket_connect: bool = True) -> None:
        if not retry_socket_connect:
            super().connect_check_health(check_health, retry_socket_connect)  # type: ignore[misc]
        elif not self._sock:  # type: ignore[attr-defined]
            self.connect()  # type: ignore[attr-defined]


class _Connection(_Following, SentinelManagedConnection):
    pass


class _SecureConnection(_Following, SentinelManagedSSLConnection):
    pass


class _WaitingPool(BlockingConnectionPool, SentinelConnectionPool):
    """Follows the primary, and lets who finds no connection free wait for one."""


def service(url: str) -> Service:
    """The parts of an address of Sentinel's. Raises ValueError where it is none; its text tells no password."""
    found = place(url)
    options = {key: value for key, value in parse_url(found.plain).items() if key not in OF_THE_PLACE}
    tls = {"ssl": True} | {key: value for key, value in options.items() if key.startswith("ssl_")}
    own = found.own | (tls if found.secure else {})
    return Service(found.name, found.sentinels, found.secure, options, own)


def pool(url: str, most: int | None = None, wait: float | None = None, **options: Any) -> ConnectionPool:
    """A pool for this address; nothing is sent. With `wait` (s) who finds all `most` taken waits so long.

    Raises ValueError where the address cannot be used.
    """
    bound = {} if most is None else {"max_connections": most}
    if wait is not None:
        bound["timeout"] = wait
    if not is_sentinel(url):
        kind = ConnectionPool if wait is None else BlockingConnectionPool
        return kind.from_url(url, **bound, **options)
    found = service(url)
    short = {key: value for key, value in options.items() if key.startswith("socket_")}
    following = {
        "service_name": found.name,
        "sentinel_manager": Sentinel(found.sentinels, sentinel_kwargs=short | found.sentinel_options),
        "connection_class": _SecureConnection if found.secure else _Connection,
    }
    kind = SentinelConnectionPool if wait is None else _WaitingPool
    return kind(**following, **bound, **(found.options | options))


def client(url: str, **options: Any) -> Redis:
    """A client for this address; nothing is sent. Closed, it closes its connections. Raises ValueError."""
    return Redis.from_pool(pool(url, **options))
