"""A relay between our processes and their Redis that counts round trips. What passes is not changed, only 20 ms later.

Redis itself counts reads: a pipeline that its client sends in four pieces counts as up to four.
"""

import asyncio
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

PIECE = 1 << 16
#: Seconds without another piece after which a client waits for answers: pieces of one pipeline
#: are microseconds apart, where the machine is not busy.
PAUSE = 0.02


class Relay:
    """Listens on a unix socket of its own, in a thread, and passes on to that of Redis."""

    def __init__(self, folder: Path, redis_path: str) -> None:
        #: Times that a client has sent something and then waited.
        self.round_trips = 0
        self.path = str(folder / "relay")
        self.url = f"unix://{self.path}"
        self._redis_path = redis_path
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        listening = asyncio.start_unix_server(self._serve, self.path)
        self._server = asyncio.run_coroutine_threadsafe(listening, self._loop).result(5)
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

    def a_second(self, seconds: float) -> float:
        """Round trips a second from now on, after so many."""
        before, began = self.round_trips, time.monotonic()
        time.sleep(seconds)
        return (self.round_trips - before) / (time.monotonic() - began)

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_unix_connection(self._redis_path)
        # Where one side leaves, so does the other.
        ways = [asyncio.create_task(way) for way in (self._ask(client, to_server), self._answer(server, to_client))]
        with suppress(asyncio.CancelledError):
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        for writer in (to_server, to_client):
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _ask(self, client: asyncio.StreamReader, to_server: asyncio.StreamWriter) -> None:
        while asked := await client.read(PIECE):
            with suppress(TimeoutError):
                while piece := await asyncio.wait_for(client.read(PIECE), PAUSE):
                    asked += piece
            self.round_trips += 1
            to_server.write(asked)

    async def _answer(self, server: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        while piece := await server.read(PIECE):
            to_client.write(piece)
            await to_client.drain()
