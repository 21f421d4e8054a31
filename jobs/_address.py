"""Clients for the Redis that an address names, also where it stands behind Sentinel. For workers and web alike.

What redis-py understands goes to it as it is. Sentinel has no address of redis-py's own; this is the field's:

    redis+sentinel://[user:password@]sentinel[:port][,sentinel[:port]…]/service[/database][?options]

`rediss+sentinel://` speaks TLS to the sentinels and to Redis. User, password and options are Redis'; among the options
`sentinel_username` and `sentinel_password` are those of the sentinels.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode

from redis import BlockingConnectionPool, ConnectionPool, Redis, Sentinel
from redis.connection import parse_url
from redis.sentinel import SentinelConnectionPool, SentinelManagedConnection, SentinelManagedSSLConnection

SCHEMES = ("redis+sentinel://", "rediss+sentinel://")
SENTINEL_PORT = 26379
#: Options of an address that are the sentinels'.
OF_SENTINELS = ("sentinel_username", "sentinel_password")


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


def is_sentinel(url: str) -> bool:
    """Whether the address is one of Sentinel's."""
    return url.lower().startswith(SCHEMES)


def service(url: str) -> Service:
    """The parts of an address of Sentinel's. Raises ValueError where it is none; its text tells no password."""
    scheme, _, rest = url.partition("://")
    rest, _, query = rest.partition("?")
    where, _, path = rest.partition("/")
    login, _, hosts = where.rpartition("@")
    name, _, database = path.partition("/")
    sentinels = tuple(_host_and_port(host) for host in hosts.split(",") if host)
    if not name or not sentinels or not (database or "0").isdigit():
        raise ValueError(
            "An address of Sentinel's names sentinels and a service: redis+sentinel://host:26379/mymaster/0"
        )
    asked = {key: values[-1] for key, values in parse_qs(query).items()}
    own = {key.removeprefix("sentinel_"): asked.pop(key) for key in OF_SENTINELS if key in asked}
    secure = scheme.lower().startswith("rediss")
    # redis-py's own reading of user, password and options.
    plain = f"redis{'s' * secure}://{login}{'@' * bool(login)}localhost/{database or 0}?{urlencode(asked)}"
    options = {key: value for key, value in parse_url(plain).items() if key not in ("host", "port", "connection_class")}
    tls = {"ssl": True} | {key: value for key, value in options.items() if key.startswith("ssl_")} if secure else {}
    return Service(unquote(name), sentinels, secure, options, own | tls)


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


def _host_and_port(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or port.endswith("]"):
        host, port = text, str(SENTINEL_PORT)
    if not port.isdigit() or not 0 < int(port) < 65_536:
        raise ValueError("The port of a sentinel is no number from 1 to 65535.")
    return host.strip("[]") or "localhost", int(port)
