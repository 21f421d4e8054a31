"""A door to Redis that counts the commands that come through it: those of a dashboard without those of the workers."""

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit

from tests.passage import PIECE, Passage, Streams


class CommandCount:
    """Counts the commands in what a client sends, piece by piece: arrays of strings, as clients send them."""

    def __init__(self) -> None:
        self._rest = b""
        #: Strings of the present command that are still to come.
        self._strings = 0
        #: Bytes of the present string, with its line's end, that are still to come.
        self._skip = 0

    def take(self, piece: bytes) -> int:
        """How many commands begin in this piece."""
        data, begun = self._rest + piece, 0
        at = 0
        while at < len(data):
            if self._skip:
                step = min(self._skip, len(data) - at)
                self._skip -= step
                at += step
                continue
            end = data.find(b"\r\n", at)
            if end < 0:
                break
            line, at = data[at:end], end + 2
            if self._strings:
                self._strings -= 1
                self._skip = int(line[1:]) + 2
            else:
                begun += 1
                self._strings = int(line[1:]) if line[:1] == b"*" else 0
        self._rest = data[at:]
        return begun


class Counter(Passage):
    """Listens on a free port of loopback, and passes on to Redis as it comes."""

    def __init__(self, redis_url: str) -> None:
        super().__init__()
        #: Commands so far, of all connections.
        self.commands = 0
        self._redis = urlsplit(redis_url)

    async def _listen(self) -> asyncio.Server:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        #: For the clients whose commands are counted.
        self.url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"
        return server

    async def _reach(self) -> Streams:
        return await asyncio.open_connection(self._redis.hostname, self._redis.port)

    async def _ask(self, client: asyncio.StreamReader, to_server: asyncio.StreamWriter) -> None:
        count = CommandCount()
        with suppress(ConnectionError):
            while piece := await client.read(PIECE):
                self.commands += count.take(piece)
                to_server.write(piece)
                await to_server.drain()
