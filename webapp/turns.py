"""A crowd of requests that come at once is begun a few milliseconds' worth at a time, so that others get their turn.

gevent's hub serves all sockets that are ready before it looks again who else has become ready: behind three hundred new
requests, whoever asks next waits for all of them to be begun; so too behind three hundred async views that end at once
and have yet to make their answers. Nothing waits where there is no crowd.
"""

from collections import deque
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any

from flask import Flask, current_app, has_request_context

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
        # Not a callback of the loop: it would be called again before the loop has looked at any socket.
        self._timer = gevent.get_hub().loop.timer(0.0)
        self._waiter = Waiter
        self._waiting: deque[Any] = deque()
        self._until = 0.0
        self._open = False

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not environ["PATH_INFO"].endswith(PROMPT):
            self.enter()
        return self._app(environ, start_response)

    def enter(self) -> None:
        """Return at once, or when it is this request's turn: first come, first served."""
        if not self._open:
            self._open, self._until = True, perf_counter() + SLICE
            self._timer.start(self._next)
        elif self._waiting or perf_counter() >= self._until:
            waiter = self._waiter()
            self._waiting.append(waiter)
            waiter.get()

    def _next(self) -> None:
        """In the hub, once in a turn while requests come or wait."""
        self._until = perf_counter() + SLICE
        self._open = bool(self._waiting)
        if self._open:
            self._timer.start(self._next)
        while self._waiting and perf_counter() < self._until:
            self._waiting.popleft().switch(None)


def init_app(app: Flask) -> None:
    """Only under gevent: elsewhere each request has a thread, and the system shares the time."""
    if under_gevent():
        app.wsgi_app = app.extensions["turns"] = Turns(app.wsgi_app)


def enter() -> None:
    """The current request, which has waited for something, goes on when it is its turn."""
    turns = current_app.extensions.get("turns") if has_request_context() else None
    if turns is not None:
        turns.enter()
