"""What an address of Sentinel's says. Without redis-py: it is read where gevent has not patched anything yet.

Sentinel has no address of redis-py's own; this is the field's:

    redis+sentinel://[user:password@]sentinel[:port][,sentinel[:port]…]/service[/database][?options]

`rediss+sentinel://` speaks TLS to the sentinels and to Redis. User, password and options are Redis'; among the options
`sentinel_username` and `sentinel_password` are those of the sentinels.
"""

from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlencode

SCHEMES = ("redis+sentinel://", "rediss+sentinel://")
SENTINEL_PORT = 26379
#: Options of an address that are the sentinels'.
OF_SENTINELS = ("sentinel_username", "sentinel_password")


@dataclass(frozen=True)
class Place:
    """A Redis behind Sentinel, as its address names it."""

    name: str
    sentinels: tuple[tuple[str, int], ...]
    secure: bool
    #: An address of redis-py's with the user, password, database and options of Redis; its host means nothing.
    plain: str
    #: User and password of the sentinels.
    own: dict[str, str]


def is_sentinel(url: str) -> bool:
    """Whether the address is one of Sentinel's."""
    return url.lower().startswith(SCHEMES)


def place(url: str) -> Place:
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
    plain = f"redis{'s' * secure}://{login}{'@' * bool(login)}localhost/{database or 0}?{urlencode(asked)}"
    return Place(unquote(name), sentinels, secure, plain, own)


def _host_and_port(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or port.endswith("]"):
        host, port = text, str(SENTINEL_PORT)
    if not port.isdigit() or not 0 < int(port) < 65_536:
        raise ValueError("The port of a sentinel is no number from 1 to 65535.")
    return host.strip("[]") or "localhost", int(port)
