"""A way to Redis for some of its clients alone, so that what passes can be counted. What passes is not changed."""

import asyncio
import threading
from abc import ABC, abstractmethod
from contextlib import suppress
from types import TracebackType
from typing import Self

PIECE = 1 << 16

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Passage(ABC):
    """Listens in a thread of its own, and passes on to Redis. A context."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(5)
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    @abstractmethod
    async def _listen(self) -> asyncio.Server:
        """Have `_serve` called for each client."""

    @abstractmethod
    async def _reach(self) -> Streams:
        """Connect to Redis."""

    @abstractmethod
    async def _ask(self, client: asyncio.StreamReader, to_server: asyncio.StreamWriter) -> None:
        """Pass on what the client sends until it leaves, and count."""

    async def _answer(self, server: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while piece := await server.read(PIECE):
                to_client.write(piece)
                await to_client.drain()

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        server, to_server = await self._reach()
        ways = [asyncio.create_task(way) for way in (self._ask(client, to_server), self._answer(server, to_client))]
        # Where one side leaves, so does the other; however that ends, both are closed.
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            for writer in (to_server, to_client):
                writer.close()

    async def _end(self) -> None:
        self._server.close()
        under_way = asyncio.all_tasks() - {asyncio.current_task()}
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        # What was closed is let go of in the next turn of the loop.
        await asyncio.sleep(0.01)
