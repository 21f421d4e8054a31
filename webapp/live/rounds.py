"""Takes what waits to the sockets: one greenlet goes round them all, instead of each being woken for itself.

To wake a greenlet and to set its timer took longer than all the rest that Python does for a frame. What a client does
not take at once is left to the greenlet of its own socket, so that a round waits for nobody.
"""

from collections.abc import Callable
from time import perf_counter

import gevent

#: Seconds of one turn that go to sockets: what is ready besides is served after that.
SLICE = 0.005

#: Sends what waits for one socket. Never waits, and raises nothing.
Deliver = Callable[[], None]


class Rounds:
    """One per web process, in the thread of gevent's hub."""

    def __init__(self) -> None:
        #: Whom the next round calls on, in order, each once.
        self._due: dict[Deliver, None] = {}
        self._under_way = False

    def call_on(self, deliver: Deliver) -> None:
        """Something waits there. Returns at once, so that all that one look tells is one frame."""
        self._due[deliver] = None
        if not self._under_way:
            self._under_way = True
            gevent.spawn(self._run)

    def _run(self) -> None:
        try:
            self._go_round()
        finally:
            # Whatever happens, the next who is named begins another.
            self._under_way = False

    def _go_round(self) -> None:
        hub = gevent.get_hub()
        until = perf_counter() + SLICE
        while self._due:
            due, self._due = self._due, {}
            for deliver in due:
                if perf_counter() >= until:
                    # A timer, not a callback: gevent calls these again before it has looked at any socket.
                    hub.wait(hub.loop.timer(0.0))
                    until = perf_counter() + SLICE
                deliver()
