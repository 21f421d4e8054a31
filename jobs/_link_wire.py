"""One request over one connection to an address that was looked at first. No redirects, no retries, no cookies.

A name is resolved once, every address that it has is checked, and the connection goes to one of these numbers: nothing
resolves it a second time. Proxies of the environment are not asked, since a proxy would resolve the name by itself.
"""

import asyncio
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import chain, zip_longest
from time import monotonic
from typing import Any, NamedTuple

from jobs._link_guard import kind_of, private_allowed
from jobs._link_trouble import LinkTrouble, dropped, trouble
from jobs._link_url import Target

USER_AGENT = "Mozilla/5.0 (compatible; RQ-Live link_check)"
#: Addresses of one host that are tried, of both families in turn.
ADDRESSES_MAX = 4
#: Bytes of an answer's head; browsers take about as much.
HEAD_BYTES = 128 * 1024
#: Seconds for a body, where one is wanted.
BODY_SECONDS = 60.0


class Answer(NamedTuple):
    """What a server said."""

    status: int
    #: The Location header.
    location: str | None
    body: bytes
    #: From the lookup of the name to the end of what was read.
    seconds: float


class Wire:
    """Makes requests, at most `concurrency` at once and `per_host` to one host. A context manager.

    `timeout` (s) bounds the way from the lookup of the name to the head of the answer.
    """

    def __init__(self, concurrency: int, per_host: int, timeout: float) -> None:
        self.timeout = timeout
        self._free = asyncio.Semaphore(concurrency)
        self._per_host = per_host
        self._hosts: dict[str, asyncio.Semaphore] = {}
        self._private = private_allowed()
        # A lookup cannot be broken off: those that hang keep their threads, and the others need some too.
        self._lookups = ThreadPoolExecutor(2 * concurrency, thread_name_prefix="link-lookup")

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self._lookups.shutdown(wait=False, cancel_futures=True)

    async def ask(self, method: str, target: Target, body_max: int = 0) -> Answer:
        """Send one request; of the body at most `body_max` bytes are taken. Raises LinkTrouble."""
        host = self._hosts.setdefault(target.host, asyncio.Semaphore(self._per_host))
        async with host, self._free:
            exchange = _Exchange(self, method, target)
            try:
                return await exchange.run(body_max)
            except OSError as error:
                seconds = BODY_SECONDS if exchange.step == "body" else self.timeout
                raise trouble(error, exchange.step, seconds) from None

    async def addresses(self, target: Target) -> list[tuple[int, tuple]]:
        """(family, address) to connect to, best first. Raises LinkTrouble if one of all that it has is not public."""
        loop = asyncio.get_running_loop()
        # As bytes: Python would put text through its outdated IDNA once more.
        place = (target.host.encode(), target.port, socket.AF_UNSPEC, socket.SOCK_STREAM)
        found = [
            (family, address)
            for family, _, _, _, address in await loop.run_in_executor(self._lookups, socket.getaddrinfo, *place)
            if family in (socket.AF_INET, socket.AF_INET6)
        ]
        if not self._private:
            for _, address in found:
                if kind := kind_of(address[0]):
                    raise LinkTrouble("private_address", f"{target.host} leads to a {kind} address", kind)
        return _in_turn(found)[:ADDRESSES_MAX]

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """It reads all issuers of this machine: 20 ms, and only where a link needs it."""
        return ssl.create_default_context()

    def tls_of(self, target: Target) -> dict[str, Any]:
        """How to wrap a connection: the certificate must be for the name in the link."""
        if target.scheme == "http":
            return {}
        return {"ssl": self._tls, "server_hostname": target.host.rstrip(".")}


class _Exchange:
    """One request and its answer."""

    def __init__(self, wire: Wire, method: str, target: Target) -> None:
        self._wire, self._method, self._target = wire, method, target
        #: How far it is: dns, connect, tls, read, body.
        self.step = "dns"

    async def run(self, body_max: int) -> Answer:
        began, wire, target = monotonic(), self._wire, self._target
        async with asyncio.timeout(wire.timeout) as limit:
            addresses = await wire.addresses(target)
            self.step = "connect"
            sock = await _connect(addresses, limit)
            self.step = "tls"
            reader, writer = await asyncio.open_connection(sock=sock, **wire.tls_of(target))
            try:
                self.step = "read"
                talk = _Talk(reader)
                writer.write(talk.request(self._method, target))
                status, location = await talk.head()
                self.step = "body"
                limit.reschedule(asyncio.get_running_loop().time() + BODY_SECONDS)
                body = await talk.body(body_max) if body_max else b""
            finally:
                # What is left of an answer is not waited for.
                writer.transport.abort()
        return Answer(status, location, body, monotonic() - began)


class _Talk:
    """HTTP/1.1 on a stream: h11 knows what is said, this what is read."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        import h11

        self._h11, self._reader = h11, reader
        self._state = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_BYTES)

    def request(self, method: str, target: Target) -> bytes:
        headers = [
            ("Host", target.authority),
            ("User-Agent", USER_AGENT),
            ("Accept", "*/*"),
            ("Accept-Encoding", "identity"),
            ("Connection", "close"),
        ]
        request = self._h11.Request(method=method, target=target.path, headers=headers)
        return self._state.send(request) + self._state.send(self._h11.EndOfMessage())

    async def head(self) -> tuple[int, str | None]:
        """Status and Location of the answer; what a server says before it (100, 103) is skipped."""
        while True:
            event = await self._next()
            if isinstance(event, self._h11.Response):
                location = next((value for name, value in event.headers if name == b"location"), None)
                return event.status_code, None if location is None else _text(location)

    async def body(self, most: int) -> bytes:
        body = bytearray()
        while isinstance(event := await self._next(), self._h11.Data):
            body += event.data
            if len(body) > most:
                raise LinkTrouble("bad_answer", f"it is larger than {most // 1_000_000} MB", "large")
        return bytes(body)

    async def _next(self) -> Any:
        try:
            while (event := self._state.next_event()) is self._h11.NEED_DATA:
                self._state.receive_data(await self._reader.read(65_536))
        except self._h11.RemoteProtocolError:
            if self._reader.at_eof():
                raise dropped() from None
            raise LinkTrouble("bad_answer", "its answer is not HTTP", "not_http") from None
        return event


async def _connect(addresses: list[tuple[int, tuple]], limit: asyncio.Timeout) -> socket.socket:
    """A connection to the first address that takes one; each may use its share of the time that is left."""
    loop = asyncio.get_running_loop()
    error: OSError = OSError("the name has no address")
    for place, (family, address) in enumerate(addresses):
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.setblocking(False)
            async with asyncio.timeout((limit.when() - loop.time()) / (len(addresses) - place)):
                await loop.sock_connect(sock, address)
        except OSError as caught:
            sock.close()
            error = caught
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise error


def _in_turn(found: list[tuple[int, tuple]]) -> list[tuple[int, tuple]]:
    """The families in turn, that of the first address first: where one does not work the other does."""
    first = [one for one in found if one[0] == found[0][0]]
    other = [one for one in found if one[0] != found[0][0]]
    return [one for one in chain.from_iterable(zip_longest(first, other)) if one is not None]


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
