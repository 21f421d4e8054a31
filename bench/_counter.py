"""A door to Redis that counts the commands that come through it: those of a dashboard without those of the workers."""

import asyncio
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

PIECE = 1 << 16


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


class Counter:
    """Listens on a free port of loopback, in a thread, and passes on to Redis as it comes. A context."""

    def __init__(self, redis_url: str) -> None:
        #: Commands so far, of all connections.
        self.commands = 0
        self._redis = urlsplit(redis_url)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        listening = asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(listening, self._loop).result(5)
        #: For the clients whose commands are counted.
        self.url = f"redis://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/0"
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        under_way = asyncio.all_tasks() - {asyncio.current_task()}
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_connection(self._redis.hostname, self._redis.port)
        ways = [
            asyncio.create_task(way)
            for way in (self._pass(client, to_server, CommandCount()), self._pass(server, to_client))
        ]
        with suppress(asyncio.CancelledError):
            # Where one side leaves, so does the other.
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
        for writer in (to_server, to_client):
            writer.close()

    async def _pass(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, count: CommandCount | None = None
    ) -> None:
        with suppress(ConnectionError):
            while piece := await source.read(PIECE):
                if count:
                    self.commands += count.take(piece)
                target.write(piece)
                await target.drain()
