"""The web application with a pulse: a greenlet that says how long gevent's hub was held. For gunicorn in tests only.

`GET /beat` answers {"worst": ms, "beats": n}: how late the greenlet was woken since the last ask, at its worst.
`GET /hold` holds the hub for 50 ms.
RQLIVE_TEST_MAILBOX makes the mailboxes of sockets so small.
"""

import os
import time

import gevent
from flask import Flask

from webapp import create_app
from webapp.live import hub

#: Seconds between two beats: several in the 20 ms that nothing may take.
INTERVAL = 0.005


def create() -> Flask:
    """The application, beating."""
    hub.MAILBOX_MAX = int(os.environ.get("RQLIVE_TEST_MAILBOX", hub.MAILBOX_MAX))
    app = create_app()
    late: list[float] = []

    def pulse() -> None:
        while True:
            due = time.perf_counter() + INTERVAL
            gevent.sleep(INTERVAL)
            late.append((time.perf_counter() - due) * 1000)

    @app.get("/beat")
    def beat() -> dict:
        told = {"worst": max(late, default=0.0), "beats": len(late)}
        late.clear()
        return told

    @app.get("/hold")
    def hold() -> dict:
        end = time.perf_counter() + 0.05
        while time.perf_counter() < end:
            pass
        return {}

    gevent.spawn(pulse)
    return app
