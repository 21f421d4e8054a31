"""What a link says: one reading of it, from which both the name to look up and the request are made. No I/O.

A second reading elsewhere could see another host, and then the wrong address would be checked: nobody else splits URLs.
"""

import re
from ipaddress import IPv6Address
from typing import NamedTuple
from urllib.parse import SplitResult, quote, urljoin, urlsplit

#: Longer ones are cut off or refused by servers and browsers alike.
URL_CHARS = 8_000
PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"(?=.{1,253}\.?$)([a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?")
#: What may stand in a path and query as it is; all else is sent as %XX, as browsers do.
_PLAIN = "/%:@!$&'()*+,;=~|[]"


#: Why a text is no link -> in words.
WORDS = {
    "scheme": "it does not begin with http:// or https://",
    "user": "it carries a user name or a password, which a link should not",
    "no_host": "it names no host",
    "host": "it names no host that could be looked up",
    "interface": "it names a network interface",
    "spelling": "it is not spelt as a link",
    "long": f"it is longer than {URL_CHARS:,} characters",
}


class NotALink(ValueError):
    """The text is no http(s) link."""

    def __init__(self, reason: str) -> None:
        super().__init__(WORDS[reason])
        #: One of WORDS.
        self.reason = reason


class Target(NamedTuple):
    """Where a request goes."""

    scheme: str
    #: In lower case and ASCII; an IPv6 address without brackets.
    host: str
    port: int
    #: Path and query, as they are sent.
    path: str

    @property
    def authority(self) -> str:
        """The host as the Host header has it: with the port where that is not the usual one."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == PORTS[self.scheme] else f"{name}:{self.port}"

    @property
    def url(self) -> str:
        """The whole link, without its fragment."""
        return f"{self.scheme}://{self.authority}{self.path}"


def parse(text: str) -> Target:
    """Read a link. Raises NotALink."""
    if len(text) > URL_CHARS:
        raise NotALink("long")
    try:
        parts = urlsplit(text.strip())
        if parts.scheme not in PORTS:
            raise NotALink("scheme")
        if "@" in parts.netloc:
            raise NotALink("user")
        port = PORTS[parts.scheme] if parts.port is None else parts.port
        return Target(parts.scheme, _host(parts), port, _path(parts))
    except NotALink:
        raise
    except ValueError:
        raise NotALink("spelling") from None


def follow(target: Target, location: str) -> Target:
    """Where a redirect from `target` leads. Raises NotALink."""
    try:
        return parse(urljoin(target.url, location))
    except NotALink:
        raise
    except ValueError:
        raise NotALink("spelling") from None


def shown(text: str, limit: int = URL_CHARS) -> str:
    """A link as it may be shown to anyone: on one line, no longer than `limit`, without a user name and password."""
    line = re.sub(r"//[^/?#]*@", "//…@", "".join(char for char in text.strip() if char.isprintable()))
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if "[" in parts.netloc:
        if "%" in host:
            raise NotALink("interface")
        return IPv6Address(host).compressed
    if not host.isascii():
        import idna

        host = idna.encode(host, uts46=True).decode()
    if not _NAME.fullmatch(host):
        raise NotALink("host" if host else "no_host")
    return host


def _path(parts: SplitResult) -> str:
    query = f"?{quote(parts.query, safe=_PLAIN + '?')}" if parts.query else ""
    return quote(parts.path or "/", safe=_PLAIN) + query
