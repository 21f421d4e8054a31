"""What simple-websocket's server lacks for sending: whole sends, one at a time, with an end.

Its `send` uses `sock.send`, which under gevent sends a part and forgets the rest; the ping greenlet sends on the same
socket; and a client that stops reading would hold the sender for ever (simple-websocket 1.1.0).
"""

import socket
from threading import Lock
from typing import Any

import gevent
from simple_websocket import Server

#: Seconds that one send may block before the client is given up.
SEND_TIMEOUT = 5.0


class SafeSocket:
    """Stands in for a WebSocket's TCP socket."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._lock = Lock()

    def send(self, data: bytes) -> int:
        """Send all of `data`. Raises OSError when the client does not take it within SEND_TIMEOUT."""
        with gevent.Timeout(SEND_TIMEOUT, OSError("the client does not read")), self._lock:
            self._sock.sendall(data)
        return len(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


def guard(ws: Server) -> None:
    """Let `ws` send safely from now on."""
    ws.sock = SafeSocket(ws.sock)


def end(ws: Server, code: int | None = None, reason: str | None = None) -> None:
    """Close and let go of the connection whatever state it is in. Without the shutdown a client that ignores the
    close would keep its reading greenlet, and the server's accept loop, waiting."""
    try:
        if ws.connected:
            ws.close(code, reason)
    except Exception:
        ws.connected = False
    try:
        ws.sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
