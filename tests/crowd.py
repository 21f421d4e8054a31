"""Many plain requests at once, and what somebody else waits meanwhile. One connection each; no fixtures here."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from subprocess import PIPE
from typing import Any, NamedTuple

from tests.processes import WebServer
from tests.support import ROOT


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
    """Somebody else, in a process of its own: asks for /healthz again and again, on a connection that stays open."""

    def __init__(self, server: WebServer) -> None:
        #: Milliseconds that each answer took.
        self.took: list[float] = []
        self._server = server
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> "Pulse":
        command = [sys.executable, "-m", "tests.pulse", str(self._server.port)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=PIPE, stdout=PIPE, text=True)
        assert self._process.stdout.readline() == "ready\n"
        return self

    def __exit__(self, *_: object) -> None:
        told, _ = self._process.communicate("", timeout=30)
        self.took = json.loads(told)

    @property
    def worst(self) -> float:
        return max(self.took)

    @property
    def usual(self) -> float:
        """What 19 of 20 answers took at most."""
        return sorted(self.took)[int(len(self.took) * 0.95)]
