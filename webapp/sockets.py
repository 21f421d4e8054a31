"""What all WebSockets of a web process share: one cap, safe sends, an end to floods. What they say stands elsewhere."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from simple_websocket import ConnectionClosed, Server
from wsproto import WSConnection
from wsproto.events import Event

from webapp.accounts import web
from webapp.allowance import Allowance
from webapp.live import safe_socket

log = logging.getLogger(__name__)
access = logging.getLogger("gunicorn.access")

#: Close codes of RFC 6455 that the page knows, see docs/protocol.md.
GOING_AWAY, POLICY_VIOLATION = 1001, 1008
#: Reason with POLICY_VIOLATION where the login or its rights have changed.
NOT_ALLOWED = "Log in again"
#: Seconds between pings; a peer that misses one is closed at the next.
PING_INTERVAL = 25
#: Bytes of one message of a client: a watch of 200 rows takes 10 KB.
MESSAGE_BYTES = 64 * 1024
#: Parts in which the longest message comes, 4 KiB each, and as many frames of any kind.
PARTS_MAX = 16
#: A client may send so many messages at once, and so many a second after that.
BURST, RATE = 60, 20.0
#: Messages that may wait while a send to that client blocks, up to 5 s: what the gate below would let through.
INBOX_MAX = int(BURST + 5 * RATE)


class Places:
    """How many sockets this process has open."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.taken = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """One more is open meanwhile."""
        self._change(1)
        try:
            yield
        finally:
            self._change(-1)

    def _change(self, by: int) -> None:
        with self._lock:
            self.taken += by


def init_app(app: Flask) -> None:
    app.config["SOCK_SERVER_OPTIONS"] = {"ping_interval": PING_INTERVAL, "max_message_size": MESSAGE_BYTES}
    app.extensions["sockets"] = Places()


def admit() -> ResponseReturnValue | None:
    """Refuse beyond the cap while it is still plain HTTP, and drop the offer of compression.

    A compressed connection costs 92 KiB more, and compresses every frame again for each client.
    """
    if current_app.extensions["sockets"].taken >= current_app.config["RQLIVE"].max_sockets:
        error = {
            "code": "too_many_sockets",
            "message": "This web process serves as many pages as it may.",
            "fields": {},
        }
        return jsonify({"error": error | {"fix": "Raise RQLIVE_MAX_SOCKETS, or start another web process."}}), 503
    request.environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
    return None


@contextmanager
def serving(ws: Server) -> Iterator[None]:
    """Serve `ws` in the block; however that ends, the connection is let go of, and nothing is raised."""
    safe_socket.guard(ws)
    ws.input_buffer = Inbox(ws.input_buffer)
    # The handshake is over: what it was made with takes 3 KB of each page that is open.
    ws.ws = Metered(ws.ws.connection)
    began = time.monotonic()
    with current_app.extensions["sockets"].one(), web.while_allowed(lambda: say_not_allowed(ws)):
        try:
            yield
        except (ConnectionClosed, OSError):
            log.debug("A page left")
        except Exception:
            log.exception("A socket failed")
        finally:
            safe_socket.end(ws)
            _note_request(began)


def _note_request(began: float) -> None:
    """gunicorn writes no line for what became a socket."""
    if current_app.config["RQLIVE"].log_requests:
        told = {"method": "GET", "path": request.path, "status": 101, "ms": round((time.monotonic() - began) * 1000, 1)}
        access.info("GET 101", extra=told)


def say_not_allowed(ws: Server) -> None:
    """Close because who is there may not be any more, or may see something else: the page asks anew who it is."""
    safe_socket.end(ws, POLICY_VIOLATION, NOT_ALLOWED)


def say_goodbye(ws: Server) -> None:
    """Close because this process ends: the client may come back to another one."""
    safe_socket.end(ws, GOING_AWAY, "The server ends or restarts.")


class Inbox(list):
    """Messages of one client that nobody has read yet. One too many ends the connection: simple-websocket has no bound.

    A client that sends and never reads would otherwise fill the memory while the send to it blocks.
    """

    def append(self, message: str | bytes) -> None:
        """Raises OSError, which simple-websocket takes for a connection that broke."""
        if len(self) >= INBOX_MAX:
            raise OSError("too many messages wait")
        super().append(message)


class Metered:
    """A client's WebSocket protocol, with an end to floods of what is no message: pings and empty fragments.

    simple-websocket answers and joins them by itself, and they would pass the gate below.
    """

    def __init__(self, protocol: WSConnection) -> None:
        self._protocol = protocol
        self._allowance = Allowance(BURST * PARTS_MAX, RATE * PARTS_MAX)

    def events(self) -> Iterator[Event]:
        """What has come. Raises OSError, which simple-websocket takes for a connection that broke."""
        for event in self._protocol.events():
            if not self._allowance.spend():
                raise OSError("too many frames")
            yield event

    def __getattr__(self, name: str) -> Any:
        return getattr(self._protocol, name)


class FloodGate:
    """Ends a socket that sends more than BURST at once and RATE a second."""

    def __init__(self, ws: Server) -> None:
        self._ws = ws
        self._allowance = Allowance(BURST, RATE)

    def let_through(self) -> None:
        """Count one message of the client. Raises ConnectionClosed, with the socket closed, when it is one too many."""
        if not self._allowance.spend():
            safe_socket.end(self._ws, POLICY_VIOLATION, "Too many messages.")
            raise ConnectionClosed(POLICY_VIOLATION, "Too many messages.")
