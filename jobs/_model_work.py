"""The two kinds of work that are compared: waiting for a socket, and computing. Each as a function and for asyncio.

The wait is real: a server on loopback answers each connection after a while. It has a loop and a thread of its own, so
that nothing which is measured holds it up.
"""

import asyncio
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress

from jobs._model_clock import Until

HOST = "127.0.0.1"
#: Turns of the computing loop between two looks at the clock: about a millisecond.
BLOCK = 20_000


@contextmanager
def slow_server(seconds: float) -> Iterator[int]:
    """The port of a server on loopback that answers every connection after so many seconds."""
    opened: Future[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = Future()
    thread = threading.Thread(target=lambda: asyncio.run(_serve(seconds, opened)), name="slow-server", daemon=True)
    thread.start()
    try:
        port, loop, closing = opened.result()
    except OSError as error:
        raise RuntimeError(
            f"No server could be opened on {HOST} ({error}). Run it without the I/O-bound part."
        ) from None
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(closing.set)
        thread.join()


async def _serve(seconds: float, opened: Future) -> None:
    loop, closing = asyncio.get_running_loop(), asyncio.Event()
    connections: set[asyncio.BaseTransport] = set()
    try:
        server = await loop.create_server(lambda: _SlowAnswer(seconds, connections), HOST, 0)
    except OSError as error:
        opened.set_exception(error)
        return
    opened.set_result((server.sockets[0].getsockname()[1], loop, closing))
    await closing.wait()
    server.close()
    for connection in connections:
        connection.close()
    # A closed transport lets go of its socket in the next turn of the loop.
    await asyncio.sleep(0)


class _SlowAnswer(asyncio.Protocol):
    """One connection."""

    def __init__(self, seconds: float, connections: set[asyncio.BaseTransport]) -> None:
        self._seconds, self._connections = seconds, connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._connections.add(transport)
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._answer)

    def connection_lost(self, error: Exception | None) -> None:
        self._connections.discard(self._transport)
        self._timer.cancel()

    def _answer(self) -> None:
        self._transport.write(b"here")
        self._transport.close()


def wait(port: int, until: Until) -> None:
    """Wait for the server's answer. Raises TimeoutError when the time is over."""
    with socket.create_connection((HOST, port), until.left()) as connection:
        connection.settimeout(until.left())
        connection.recv(16)


async def wait_async(port: int, until: Until) -> None:
    """The same with asyncio; whoever awaits it sets the limit."""
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        await reader.read(16)
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


def compute(turns: int, until: Until) -> int:
    """Go round a loop in plain Python. Raises TimeoutError when the time is over."""
    value = 0
    for start in range(0, turns, BLOCK):
        if until.over():
            raise TimeoutError
        for number in range(start, min(start + BLOCK, turns)):
            value = (value * 31 + number) % 65_521
    return value


async def compute_async(turns: int, until: Until) -> int:
    """The same in a coroutine. There is nothing in it to await, and that is the point."""
    return compute(turns, until)
