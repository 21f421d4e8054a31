"""The web application with a pulse: a greenlet that says how long gevent's hub was held. For gunicorn in tests only.

`GET /beat` answers {"worst": ms, "late": [ms, …]}: how late the greenlet was woken since the last ask, at its worst.
RQLIVE_TEST_MAILBOX makes the mailboxes of sockets so small.
"""

import os
import time

import gevent
from flask import Flask

from webapp import create_app
from webapp.live import hub

#: Seconds between two beats: twice in the 20 ms that nothing may take.
INTERVAL = 0.005
#: Beats that come later than this are told one by one, ms.
LATE = 10.0


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
        told = sorted(late, reverse=True)
        late.clear()
        return {"worst": told[0] if told else 0.0, "late": [one for one in told if one > LATE], "beats": len(told)}

    gevent.spawn(pulse)
    return app
