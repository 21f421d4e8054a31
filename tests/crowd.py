"""Many plain requests at once, and what somebody else waits meanwhile. One connection each; no fixtures here."""

import asyncio
import http.client
import json
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from tests.processes import WebServer


class Answer(NamedTuple):
    """What one of the crowd was answered; a status of 0 is a connection that broke."""

    status: int
    body: Any


async def _get(port: int, path: str) -> Answer:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    with suppress(ConnectionError):
        answer = await reader.read()
    writer.close()
    head, _, text = answer.partition(b"\r\n\r\n")
    return Answer(int(head.split(b" ", 2)[1]), json.loads(text)) if head else Answer(0, None)


def ask(server: WebServer, paths: Sequence[str], during: Callable[[], object] | None = None) -> list[Answer]:
    """Ask for all paths at once; `during` is called, in a thread, while they are under way."""

    async def crowd() -> list[Answer]:
        asked = [asyncio.create_task(_get(server.port, path)) for path in paths]
        if during:
            await asyncio.to_thread(during)
        return await asyncio.gather(*asked)

    return asyncio.run(crowd())


class Pulse:
    """Somebody else: asks for /healthz again and again, on a connection that stays open."""

    def __init__(self, server: WebServer) -> None:
        #: Milliseconds that each answer took.
        self.took: list[float] = []
        self._server = server
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Pulse":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    @property
    def worst(self) -> float:
        return max(self.took)

    @property
    def usual(self) -> float:
        """What 19 of 20 answers took at most."""
        return sorted(self.took)[int(len(self.took) * 0.95)]

    def _run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=30)
        while not self._over.wait(0.01):
            began = time.perf_counter()
            connection.request("GET", "/healthz")
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200
            self.took.append((time.perf_counter() - began) * 1000)
        connection.close()
