"""What simple-websocket's server lacks for sending: whole sends, one at a time, with an end, at little cost.

Its `send` uses `sock.send`, which under gevent sends a part and forgets the rest; the ping greenlet sends on the same
socket; and a client that stops reading would hold the sender for ever (simple-websocket 1.1.0).
"""

import socket
import ssl
import struct
from threading import Lock
from typing import Any

import gevent
from simple_websocket import ConnectionClosed, Server

#: Seconds that one send may block before the client is given up.
SEND_TIMEOUT = 5.0
#: First byte of a frame that is a whole text message.
FINAL_TEXT = 0x81


class SafeSocket:
    """Stands in for a WebSocket's TCP socket."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._lock = Lock()

    def send(self, data: bytes) -> int:
        """Send all of `data`. Raises OSError when the client does not take it within SEND_TIMEOUT."""
        sent = self._send_at_once(data)
        if sent < len(data):
            with gevent.Timeout(SEND_TIMEOUT, OSError("the client does not read")), self._lock:
                self._sock.sendall(data[sent:])
        return len(data)

    def _send_at_once(self, data: bytes) -> int:
        """Send what the kernel takes; returns how many bytes. Nothing else runs meanwhile, so it needs no lock.

        A timer and a lock for each frame cost as much as the sending, and nearly every frame fits.
        """
        if self._lock.locked():
            return 0
        try:
            return self._sock.send(data, 0, 0.0)
        except (BlockingIOError, TimeoutError, ssl.SSLWantWriteError):
            return 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


def guard(ws: Server) -> None:
    """Let `ws` send safely from now on."""
    ws.sock = SafeSocket(ws.sock)


def send_text(ws: Server, text: str) -> None:
    """Send `text` as one frame. Raises ConnectionClosed, or OSError when the client does not take it.

    A frame of a server is its length and its bytes (RFC 6455, section 5.2): wsproto takes as long for it as for all
    the rest of a send, and a thousand tabs wait for it in a row.
    """
    if not ws.connected:
        raise ConnectionClosed(ws.close_reason, ws.close_message)
    ws.sock.send(text_frame(text.encode()))


def text_frame(payload: bytes) -> bytes:
    """The final, unmasked text frame of this payload."""
    length = len(payload)
    if length < 126:
        return struct.pack("!BB", FINAL_TEXT, length) + payload
    if length < 1 << 16:
        return struct.pack("!BBH", FINAL_TEXT, 126, length) + payload
    return struct.pack("!BBQ", FINAL_TEXT, 127, length) + payload


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
