"""Lets Flask's `async def` views run on one asyncio loop, all of a process at once, under gevent too.

The request's greenlet waits, woken through its hub, while its view is a task on the loop. Redis clients and sockets
belong to the hub's thread: a view uses them by `await blocking(…)`. Where there is no gevent (`flask run`, tests),
threads take the place of greenlets. docs/decisions/async-views.md says why. No views here.
"""

import asyncio
import functools
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from flask import Flask, has_request_context, request
from werkzeug.exceptions import ClientDisconnected

from webapp import async_loop, turns
from webapp.errors import DashboardError
from webapp.offload import under_gevent

T = TypeVar("T")

#: Seconds after which a view is given up: longer than any wait that the API offers.
VIEW_MAX = 60.0
#: Views and hooks of which it is remembered whether they are async.
FUNCTIONS_KEPT = 500


class TookTooLong(DashboardError):
    """An async view did not end in time, and was canceled."""

    status = 503
    code = "took_too_long"
    fix = "Ask again; if it stays so, give the work to a job."


class Canceled(DashboardError):
    """An async view was canceled from within, or because the process ends."""

    status = 503
    code = "request_canceled"
    fix = "Ask again in a moment."


def init_app(app: Flask) -> None:
    """`async def` works wherever Flask takes a function. The loop starts with the first call of one, not here."""
    app.async_to_sync = to_sync
    # Flask asks of each function, at each request, whether it is a coroutine's.
    app.ensure_sync = functools.lru_cache(FUNCTIONS_KEPT)(app.ensure_sync)


def to_sync(function: Callable[..., Coroutine[Any, Any, T]]) -> Callable[..., T]:
    """A function that runs the coroutine on the loop and returns what it returned, or raises what it raised.

    The coroutine has the caller's context: `request`, `g` and `current_app` are good in all of it. It is canceled when
    the client leaves, after VIEW_MAX seconds, and when the greenlet that waits is killed.
    Raises TookTooLong, Canceled, and ClientDisconnected, which nobody reads any more.
    """

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> T:
        client = request.environ.get("gunicorn.socket") if has_request_context() else None
        return _Call(functools.partial(function, *args, **kwargs)).result(client)

    return run


async def blocking(function: Callable[..., T], *args: Any) -> T:
    """`function(*args)` away from the loop: in a greenlet of the hub, or in a thread where there is no gevent.

    Runs in a copy of this context. Its wait may be canceled, itself it may not: what it then returns is dropped.
    """
    return await _loop_of_this_view().outside(function, *args)


def for_any_thread(callback: Callable[[], Any]) -> Callable[[], None]:
    """What any thread may call to have `callback` called on the loop of this view."""
    return functools.partial(_loop_of_this_view().tell, callback)


class _Threads:
    """Where each request has a thread."""

    def spawn(self, function: Callable[[], None]) -> None:
        threading.Thread(target=function, daemon=True).start()

    def wake(self, event: threading.Event) -> None:
        event.set()

    @contextmanager
    def watching(self, client: Any, stirred: threading.Event) -> Iterator[None]:
        """Nothing tells a waiting thread that its client has left."""
        yield


class _Greenlets:
    """Where each request has a greenlet in this thread."""

    def __init__(self) -> None:
        import gevent

        self._gevent = gevent
        self._loop = gevent.get_hub().loop

    def spawn(self, function: Callable[[], None]) -> None:
        self._loop.run_callback_threadsafe(self._gevent.spawn, function)

    def wake(self, event: threading.Event) -> None:
        # The event is a patched one: it is set in the thread of those who wait for it.
        self._loop.run_callback_threadsafe(event.set)

    @contextmanager
    def watching(self, client: Any, stirred: threading.Event) -> Iterator[None]:
        """Set `stirred`, once, when the client sends more or leaves. Costs no greenlet."""
        if client is None:
            yield
            return
        watcher = self._loop.io(client.fileno(), 1)

        def on_readable() -> None:
            watcher.stop()
            stirred.set()

        watcher.start(on_readable)
        try:
            yield
        finally:
            watcher.stop()
            watcher.close()


def _side() -> _Threads | _Greenlets:
    return _Greenlets() if under_gevent() else _Threads()


class _Call:
    """One call under way: a task on the loop, and the greenlet or thread that waits for it."""

    def __init__(self, function: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        self._side = _side()
        self._loop = async_loop.running(self._side)
        if _loop_of_this_thread() is self._loop:
            raise RuntimeError("The loop of all async views would wait for itself. Await the function instead.")
        self._stirred = threading.Event()
        self._task: asyncio.Task[None] | None = None
        self._ended = False
        self._value: Any = None
        self._error: BaseException | None = None
        self._loop.ask(self._start, function)

    def result(self, client: Any) -> Any:
        """What the function returned; raises what it raised. `client` is the socket of the request, if known."""
        try:
            with self._side.watching(client, self._stirred):
                self._wait(client)
            turns.enter()
        finally:
            if not self._ended:
                self._loop.tell(self._cancel)
        if isinstance(self._error, asyncio.CancelledError):
            raise Canceled("The request was canceled before it was answered.")
        if self._error is not None:
            raise self._error
        return self._value

    def _wait(self, client: Any) -> None:
        until = time.monotonic() + VIEW_MAX
        while True:
            stirred = self._stirred.wait(max(0.0, until - time.monotonic()))
            self._stirred.clear()
            if self._ended:
                return
            if not stirred:
                raise TookTooLong(f"There was no answer within {VIEW_MAX:g} seconds.")
            if _has_left(client):
                raise ClientDisconnected

    def _start(self, function: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        self._task = self._loop.create_task(self._follow(function))

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _follow(self, function: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        try:
            self._value = await function()
        except BaseException as error:
            # SystemExit too: it would end the loop, and belongs to the request.
            self._error = error
        finally:
            self._ended = True
            self._side.wake(self._stirred)


def _loop_of_this_thread() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _loop_of_this_view() -> async_loop.Loop:
    loop = _loop_of_this_thread()
    if not isinstance(loop, async_loop.Loop):
        raise RuntimeError("This works in async views only. Call the view through app.ensure_sync(view).")
    return loop


def _has_left(client: Any) -> bool:
    """Whether the client of a readable socket has closed it; otherwise it has sent its next request already."""
    try:
        return client.recv(1, socket.MSG_PEEK) == b""
    except OSError:
        return True
