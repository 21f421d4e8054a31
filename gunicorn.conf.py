"""How gunicorn serves the web process: one gevent process, sized for sockets that stay open. Nothing of the app itself.

More web processes are more starts of this, on other ports or hosts: each has a live feed of its own.
"""

import gc
import logging
import os
import resource
import signal
from types import FrameType
from typing import Any

from webapp.config import Config, ConfigError

try:
    _config = Config.from_env()
except ConfigError as error:
    raise SystemExit(f"RQ Live does not start: {error}") from None

_host = f"[{_config.host}]" if ":" in _config.host else _config.host
bind = [f"{_host}:{_config.port}"]
worker_class = "gevent"
workers = 1
# Beyond the sockets that we take ourselves, so that a full house is told so by us, with a 503, and HTTP goes on.
worker_connections = _config.max_sockets + 1000
keepalive = 20
# Ids and queue names may be long, and are part of addresses.
limit_request_line = 8190
# Sockets are closed at once (below); what is left is a request or two. The supervisor kills after 2.5 s.
graceful_timeout = 2
# It would be one file for all gunicorns of a user, and nobody asks it anything.
control_socket_disable = True
# Whom to believe what a proxy says is decided in one place, webapp/accounts/proxies.py; gunicorn believes this machine.
forwarded_allow_ips = ""
loglevel = "warning"
logger_class = "webapp.gunicorn_log.Logger"
# Allocations between two looks for circular garbage, and how many of these until older objects are looked at too. With
# Python's own, 1,000 open pages are walked every 3 s, 0.13 s each time (bench.tabs); with these, after some 1,400 pages
# have come. A page that has left leaves 4 KB of such garbage.
GARBAGE = (10_000, 5, 20)
# New connections that are taken before other sockets are looked at: each costs some 0.3 ms until its request is read,
# and gevent would take a hundred.
ACCEPTED_AT_ONCE = 4


# Read when gevent is imported, by the worker. Who started which greenlet is for debuggers, and takes 2 KB of each page.
os.environ.setdefault("GEVENT_TRACK_GREENLET_TREE", "0")


def on_starting(server: Any) -> None:
    """One descriptor a socket, and some for Redis and files. The system's default is often 1024."""
    wanted = worker_connections + 512
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, allowed), hard))
    except (ValueError, OSError) as error:
        server.log.warning("%s files may be open at once, fewer than the %s wanted: %s", soft, wanted, error)
        return
    if allowed < wanted:
        server.log.warning("%s files may be open at once, fewer than the %s wanted: ulimit -Hn", allowed, wanted)


def worker_exit(server: Any, worker: Any) -> None:
    """The log's handler goes while gevent, whose locks it holds, is still there."""
    logging.root.handlers.clear()


def post_worker_init(worker: Any) -> None:
    """Listen from now on; on SIGTERM close every socket with 1001 first. gunicorn has no hook there, and would wait."""
    import gevent  # not before the worker has patched
    from gevent.baseserver import BaseServer

    BaseServer.max_accept = ACCEPTED_AT_ONCE
    live, room = worker.wsgi.extensions["live"], worker.wsgi.extensions["room"]
    # Before any page is opened: the pages of other servers count this one too.
    live.start()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)

    def end(number: int, frame: FrameType | None) -> None:
        # In a greenlet: a signal handler may run inside any other one, and must not wait.
        gevent.spawn(live.close)
        gevent.spawn(room.close)
        worker.handle_exit(number, frame)

    signal.signal(signal.SIGTERM, end)
    signal.siginterrupt(signal.SIGTERM, False)
