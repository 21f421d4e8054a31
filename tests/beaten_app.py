"""The web application with a pulse: a greenlet that says how long gevent's hub was held. For gunicorn in tests only.

`GET /beat` answers {"worst": ms, "latest": ms, "beats": n} since the last ask. `latest` is how late the greenlet was
woken at its worst; `worst` counts of that no more than this process has used the processor meanwhile, so that other
processes that take the cores away are not held against it.
`GET /hold` holds the hub for 50 ms. `GET /inside` counts greenlets, sockets and watched topics; `GET /garbage` tells
when circular garbage is looked for.
RQLIVE_TEST_MAILBOX makes the mailboxes of sockets so small.
"""

import gc
import os
import time

import gevent
import greenlet
from flask import Flask

from webapp import create_app
from webapp.live import hub

#: Seconds between two beats: several in the 20 ms that nothing may take.
INTERVAL = 0.005


def create() -> Flask:
    """The application, beating."""
    hub.MAILBOX_MAX = int(os.environ.get("RQLIVE_TEST_MAILBOX", hub.MAILBOX_MAX))
    app = create_app()
    late: list[tuple[float, float]] = []

    def pulse() -> None:
        while True:
            due, used = time.perf_counter() + INTERVAL, time.process_time()
            gevent.sleep(INTERVAL)
            overdue = time.perf_counter() - due
            late.append((min(overdue, time.process_time() - used) * 1000, overdue * 1000))

    @app.get("/beat")
    def beat() -> dict:
        worst, latest = (max(values, default=0.0) for values in zip(*late, strict=True)) if late else (0.0, 0.0)
        told = {"worst": worst, "latest": latest, "beats": len(late)}
        late.clear()
        return told

    @app.get("/hold")
    def hold() -> dict:
        end = time.process_time() + 0.05
        while time.process_time() < end:
            pass
        return {}

    @app.get("/inside")
    def inside() -> dict:
        gc.collect()
        living = [found for found in gc.get_objects() if isinstance(found, greenlet.greenlet) and not found.dead]
        live = app.extensions["live"]
        return {"greenlets": len(living), "sockets": len(live.hub), "topics": len(live.hub.topics())}

    @app.get("/garbage")
    def garbage() -> dict:
        return {"frozen": gc.get_freeze_count(), "threshold": gc.get_threshold()}

    gevent.spawn(pulse)
    return app
