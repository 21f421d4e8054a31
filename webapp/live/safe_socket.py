"""What simple-websocket's server lacks for sending: whole sends, one at a time, with an end, at little cost.

Its `send` uses `sock.send`, which under gevent sends a part and forgets the rest; the ping greenlet sends on the same
socket; and a client that stops reading would hold the sender for ever (simple-websocket 1.1.0).
"""

import socket
import ssl
import struct
from contextlib import suppress
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
        #: What was begun to be sent, and the kernel has not taken.
        self._rest = b""
        #: Something that was begun to be sent is not sent yet: what is sent now waits for it.
        self.is_busy = False

    def send(self, data: bytes) -> int:
        """Send all of `data`. Raises OSError when the client does not take it within SEND_TIMEOUT."""
        if not self.begin(data):
            self.finish()
        return len(data)

    def begin(self, data: bytes) -> bool:
        """Send what the kernel takes at once; whether that is all. Else `finish` must be called. Raises OSError.

        Nothing else runs meanwhile, so it needs no lock. A timer and a lock for each frame cost as much as the sending,
        and nearly every frame fits.
        """
        sent = 0
        if not self.is_busy:
            with suppress(BlockingIOError, TimeoutError, ssl.SSLWantWriteError):
                sent = self._sock.send(data, 0, 0.0)
        if sent < len(data):
            self.is_busy = True
            self._rest += data[sent:]
        return not self.is_busy

    def finish(self) -> None:
        """Send what was only begun, if anything. Raises OSError when the client does not take it in SEND_TIMEOUT."""
        with gevent.Timeout(SEND_TIMEOUT, OSError("the client does not read")), self._lock:
            while self._rest:
                rest, self._rest = self._rest, b""
                self._sock.sendall(rest)
            self.is_busy = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


def guard(ws: Server) -> None:
    """Let `ws` send safely from now on."""
    ws.sock = SafeSocket(ws.sock)


def send_text(ws: Server, text: str) -> None:
    """Send `text` as one frame. Raises ConnectionClosed, or OSError when the client does not take it."""
    check_open(ws)
    ws.sock.send(text_frame(text.encode()))


def begin_text(ws: Server, payload: bytes) -> bool:
    """Begin to send this payload as one frame, without waiting; whether it is sent. Raises as `send_text` does."""
    check_open(ws)
    return ws.sock.begin(text_frame(payload))


def check_open(ws: Server) -> None:
    """Raise ConnectionClosed where the client has left."""
    if not ws.connected:
        raise ConnectionClosed(ws.close_reason, ws.close_message)


def text_frame(payload: bytes) -> bytes:
    """The final, unmasked text frame of this payload: its length and its bytes (RFC 6455, section 5.2).

    wsproto takes as long for it as for all the rest of a send, and a thousand tabs wait for it in a row.
    """
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
