"""The one asyncio loop of a process, in a native thread of its own, also where gevent has patched everything.

Knows nothing of requests and views: `async_views.py` sends them here. No gevent is imported.
"""

import asyncio
import atexit
import functools
import os
import socket
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context, copy_context
from typing import Any, Protocol, TypeVar

from webapp.offload import offload

T = TypeVar("T")

#: Seconds that tasks may take to clean up when the loop is closed.
CLOSE_MAX = 1.0


class Side(Protocol):
    """Where requests are served: greenlets of one thread, or threads. Both may be called by any thread."""

    def spawn(self, function: Callable[[], None]) -> None:
        """Run it there, beside everything else."""

    def wake(self, event: threading.Event) -> None:
        """Set an event for which someone waits there."""


class Loop(asyncio.SelectorEventLoop):
    """asyncio's loop on a selector that gevent has not replaced, and with native threads under `asyncio.to_thread`.

    gevent's selector ends the loop with LoopExit as soon as there is nothing to do, and a patched executor would start
    greenlets in a thread where no hub runs them.
    """

    def __init__(self, side: Side) -> None:
        super().__init__(_original("selectors", "DefaultSelector")())
        self.side = side
        self._told: deque[tuple[Context, Callable[..., Any], tuple]] = deque()
        self._woken = False

    def ask(self, callback: Callable[..., Any], *args: Any) -> None:
        """Call it on the loop, soon, in a copy of this context, from any thread. Raises RuntimeError if closed.

        Those that come together wake the loop once: in each wake the loop's thread takes the interpreter away from
        gevent's hub, and five hundred that end at once held it for 30 ms.
        """
        self._told.append((copy_context(), callback, args))
        if self._woken:
            return
        self._woken = True
        try:
            self.call_soon_threadsafe(self._hear)
        except RuntimeError:
            # Who asks next must be told as well, and not wait for an answer.
            self._woken = False
            raise

    def tell(self, callback: Callable[..., Any], *args: Any) -> None:
        """The same; nothing where the loop is closed."""
        with suppress(RuntimeError):
            self.ask(callback, *args)

    def _hear(self) -> None:
        # First, so that who comes from here on wakes it again.
        self._woken = False
        while self._told:
            context, callback, args = self._told.popleft()
            self.call_soon(callback, *args, context=context)

    async def outside(self, function: Callable[..., T], *args: Any) -> T:
        """`function(*args)` on the side of the requests, in a copy of this context."""
        outcome: asyncio.Future[T] = self.create_future()
        context = copy_context()

        def work() -> None:
            try:
                value = context.run(function, *args)
            except BaseException as error:
                self.tell(_settle, outcome, None, error)
            else:
                self.tell(_settle, outcome, value, None)

        self.side.spawn(work)
        return await outcome

    def run_in_executor(self, executor: Any, function: Callable[..., T], *args: Any) -> asyncio.Future[T]:
        if executor is not None:
            return super().run_in_executor(executor, function, *args)
        return self.create_task(self.outside(offload, function, *args))

    async def getaddrinfo(self, *args: Any, **kwargs: Any) -> Any:
        return await self.outside(functools.partial(socket.getaddrinfo, *args, **kwargs))


class _Runner:
    """A loop, and its thread, which starts. Made and closed by the same thread."""

    def __init__(self, side: Side) -> None:
        self.pid = os.getpid()
        self.loop = Loop(side)
        self._closing = asyncio.Event()
        self._ended = threading.Event()
        _original("_thread", "start_new_thread")(self._run, ())

    def close(self) -> None:
        """Cancel what runs, and give thread and descriptors back."""
        self.loop.tell(self._closing.set)
        if self._ended.wait(2 * CLOSE_MAX):
            self.loop.close()

    def _run(self) -> None:
        try:
            self.loop.run_until_complete(self._serve())
        finally:
            self.loop.side.wake(self._ended)

    async def _serve(self) -> None:
        await self._closing.wait()
        if tasks := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=CLOSE_MAX)


_lock = threading.Lock()
_runner: _Runner | None = None


def running(side: Side) -> Loop:
    """The loop of this process; started, with `side`, by the first who asks, and again after a fork."""
    global _runner
    with _lock:
        if _runner is None or _runner.pid != os.getpid():
            _runner = _Runner(side)
        return _runner.loop


@atexit.register
def close() -> None:
    """End the loop and its thread. Tasks under way are canceled; whoever asks next starts another loop."""
    global _runner
    with _lock:
        runner, _runner = _runner, None
    if runner is not None and runner.pid == os.getpid():
        runner.close()


def _original(module: str, name: str) -> Any:
    """What `module.name` was before gevent."""
    monkey = sys.modules.get("gevent.monkey")
    return monkey.get_original(module, name) if monkey else getattr(__import__(module), name)


def _settle(outcome: asyncio.Future, value: Any, error: BaseException | None) -> None:
    if outcome.done():
        return
    if error is None:
        outcome.set_result(value)
    else:
        outcome.set_exception(error)
