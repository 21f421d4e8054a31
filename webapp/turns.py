"""A crowd of requests that come at once is begun a few milliseconds' worth at a time, so that others get their turn.

gevent's hub serves all sockets that are ready before it looks again who else has become ready: behind three hundred new
requests, whoever asks next waits for all of them to be begun. Nothing waits where there is no crowd.
"""

from collections import deque
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any

from flask import Flask

from webapp.offload import under_gevent

#: Seconds of one turn that go to requests: what is ready besides is served after that.
SLICE = 0.005
#: Answered whenever it comes: a load balancer that waits for it takes the whole server away.
PROMPT = "/healthz"


class Turns:
    """Stands before a WSGI application, in the thread of gevent's hub."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        import gevent
        from gevent.hub import Waiter

        self._app = app
        self._loop = gevent.get_hub().loop
        self._waiter = Waiter
        self._waiting: deque[Any] = deque()
        self._until = 0.0
        self._open = False

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not environ["PATH_INFO"].endswith(PROMPT):
            self._enter()
        return self._app(environ, start_response)

    def _enter(self) -> None:
        """Return at once, or when it is this request's turn: first come, first served."""
        if not self._open:
            self._open, self._until = True, perf_counter() + SLICE
            self._loop.run_callback(self._next)
        elif self._waiting or perf_counter() >= self._until:
            waiter = self._waiter()
            self._waiting.append(waiter)
            waiter.get()

    def _next(self) -> None:
        """In the hub, once in a turn while requests come or wait."""
        self._until = perf_counter() + SLICE
        self._open = bool(self._waiting)
        if self._open:
            self._loop.run_callback(self._next)
        while self._waiting and perf_counter() < self._until:
            self._waiting.popleft().switch(None)


def init_app(app: Flask) -> None:
    """Only under gevent: elsewhere each request has a thread, and the system shares the time."""
    if under_gevent():
        app.wsgi_app = Turns(app.wsgi_app)
