"""Open pages without a browser: each stays connected as `webapp/static/js/socket.js` does, and keeps what it is told.

All of them live on one asyncio loop in one thread.
"""

import asyncio
import contextlib
import json
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any, TypeVar

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from bench.faults._held import Held

T = TypeVar("T")

#: As in backoff.js and socket.js, seconds.
FIRST, MOST = 0.5, 4.0
PING, SILENCE, SILENT = 10, 9.0, 11.0


class Tab:
    """One page. `addresses` are asked in turn, as behind a proxy; one stands for a page without one.

    `headers` go with each handshake: a login, where one is needed.
    """

    def __init__(self, addresses: Sequence[str], watch: dict[str, Any], headers: Mapping[str, str]) -> None:
        self._addresses = addresses
        self._headers = headers
        self._watch = watch
        self._turn = 0
        self._tries = 0
        self._seq = 0
        self._unanswered: float | None = None
        self._heard_at = 0.0
        self.held = Held()
        self.connected = False
        #: How often it had to connect again, and what broke the rules of the wire.
        self.reconnects = 0
        self.wrong: list[str] = []
        #: (monotonic seconds, what the status pill makes of it), on each change.
        self.pill: list[tuple[float, str]] = []

    async def run(self) -> None:
        """Stay connected until it is canceled."""
        while True:
            with contextlib.suppress(TimeoutError, OSError, WebSocketException):
                await self._session(self._addresses[self._turn % len(self._addresses)])
            self.connected = False
            self._turn += 1
            self.reconnects += 1
            self._say("connecting again")
            ceiling = min(MOST, FIRST * 2 ** min(self._tries, 10))
            self._tries += 1
            await asyncio.sleep(ceiling / 2 + random.random() * ceiling / 2)

    async def _session(self, address: str) -> None:
        options = {"compression": None, "max_size": None, "ping_interval": None, "proxy": None, "close_timeout": 1}
        async with connect(address, additional_headers=self._headers, open_timeout=10, **options) as socket:
            self._seq, self._unanswered, self._heard_at = 0, None, time.monotonic()
            await socket.send(json.dumps({"id": 1, "watch": self._watch}))
            beat = asyncio.create_task(self._beat(socket))
            try:
                async for text in socket:
                    self._frame(json.loads(text))
            finally:
                beat.cancel()

    async def _beat(self, socket: ClientConnection) -> None:
        for second in count(1):
            await asyncio.sleep(1)
            if time.monotonic() - self._heard_at > SILENT:
                self._say("nothing seen")
                socket.transport.abort()
                return
            if second % PING:
                continue
            if self._unanswered is not None and time.monotonic() - self._unanswered > SILENCE:
                socket.transport.abort()
                return
            self._unanswered = self._unanswered or time.monotonic()
            await socket.send(json.dumps({"ping": 1}))

    def _frame(self, frame: dict[str, Any]) -> None:
        if frame["seq"] != self._seq + 1:
            self.wrong.append(f"frame {frame['seq']} after {self._seq}")
        self._seq, self._tries, self._unanswered, self.connected = frame["seq"], 0, None, True
        self._heard_at = time.monotonic()
        for event in frame["events"]:
            self.held.apply(event)
        health = self.held.health
        if health:
            redis, feed = health["redis"], health["feed"]["mode"]
            self._say("live" if (redis, feed) == ("ok", "tracking") else f"Redis {redis}, feed {feed}")

    def _say(self, word: str) -> None:
        if not self.pill or self.pill[-1][1] != word:
            self.pill.append((time.monotonic(), word))


class Tabs:
    """Tabs on a thread of their own. A context."""

    def __init__(self) -> None:
        self.tabs: list[Tab] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> "Tabs":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.does(self._end)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def open(self, addresses: Sequence[str], watch: dict[str, Any], headers: Mapping[str, str] | None = None) -> Tab:
        """One more page."""
        tab = Tab(addresses, watch, headers or {})

        async def begin() -> None:
            tab.task = asyncio.create_task(tab.run())

        self.does(begin)
        self.tabs.append(tab)
        return tab

    def close(self, tab: Tab) -> None:
        """As a tab is closed."""

        async def end() -> None:
            tab.task.cancel()
            await asyncio.gather(tab.task, return_exceptions=True)

        self.does(end)
        self.tabs.remove(tab)

    def does(self, act: Callable[[], Any], timeout: float = 30.0) -> Any:
        """Run the coroutine function `act` on the loop of the tabs, where nothing of theirs changes meanwhile."""
        return asyncio.run_coroutine_threadsafe(act(), self._loop).result(timeout)

    async def _end(self) -> None:
        for tab in self.tabs:
            tab.task.cancel()
        await asyncio.gather(*(tab.task for tab in self.tabs), return_exceptions=True)
