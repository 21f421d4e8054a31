"""A relay between our processes and their Redis that counts round trips. What passes is not changed, only 20 ms later.

Redis itself counts reads: a pipeline that its client sends in four pieces counts as up to four.
"""

import asyncio
import time
from contextlib import suppress
from pathlib import Path

from tests.passage import PIECE, Passage, Streams

#: Seconds without another piece after which a client waits for answers: pieces of one pipeline
#: are microseconds apart, where the machine is not busy.
PAUSE = 0.02


class Relay(Passage):
    """Listens on a unix socket of its own, and passes on to that of Redis."""

    def __init__(self, folder: Path, redis_path: str) -> None:
        super().__init__()
        #: Times that a client has sent something and then waited.
        self.round_trips = 0
        self.path = str(folder / "relay")
        self.url = f"unix://{self.path}"
        self._redis_path = redis_path

    def a_second(self, seconds: float) -> float:
        """Round trips a second from now on, after so many."""
        before, began = self.round_trips, time.monotonic()
        time.sleep(seconds)
        return (self.round_trips - before) / (time.monotonic() - began)

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_unix_server(self._serve, self.path)

    async def _reach(self) -> Streams:
        return await asyncio.open_unix_connection(self._redis_path)

    async def _ask(self, client: asyncio.StreamReader, to_server: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while asked := await client.read(PIECE):
                with suppress(TimeoutError):
                    while piece := await asyncio.wait_for(client.read(PIECE), PAUSE):
                        asked += piece
                self.round_trips += 1
                to_server.write(asked)
