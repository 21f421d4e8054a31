"""GETs over connections that stay open, as fast as they are answered: a process of plain sockets, for all alike.

`_load.py <url> <connections> <seconds>` prints {"answers", "a_second", "wrong", "ms": [median, p95]}. In place of wrk,
which is not everywhere: it takes some of a core, which a fast server feels.
"""

import json
import selectors
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

from bench._maths import percentile
from tests.support import ROOT, clean_env

PIECE = 262_144


class Connection:
    """One request after the other."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname, parts.port)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        self._asked = f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept: */*\r\n\r\n".encode()
        self._connect()

    def _connect(self) -> None:
        self.socket = socket.create_connection(self._address, 30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self) -> None:
        """Send the next request."""
        self._heard = b""
        self.at = time.perf_counter()
        self.socket.sendall(self._asked)

    def read(self) -> int | None:
        """Take what has come; the status once the answer is whole, 0 where the server has hung up."""
        piece = self.socket.recv(PIECE)
        self._heard += piece
        return status(self._heard) if piece else 0

    def again(self) -> None:
        """A new connection, since the server has left this one."""
        self.socket.close()
        self._connect()


def status(heard: bytes) -> int | None:
    """The status of an answer of HTTP/1.1 that is whole; None until it is."""
    head, gap, body = heard.partition(b"\r\n\r\n")
    if not gap:
        return None
    code = int(head[9:12])
    fields = dict(line.split(b":", 1) for line in head.lower().split(b"\r\n")[1:])
    if fields.get(b"transfer-encoding", b"").strip() == b"chunked":
        return code if body.endswith(b"0\r\n\r\n") else None
    return code if len(body) >= int(fields.get(b"content-length", b"0")) else None


def run(url: str, connections: int, seconds: float) -> dict:
    """Ask for so long."""
    selector = selectors.DefaultSelector()
    took, wrong = [], 0
    for connection in [Connection(url) for _ in range(connections)]:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.ask()
    began = time.perf_counter()
    while (now := time.perf_counter()) < began + seconds:
        for key, _ in selector.select(0.1):
            connection = key.data
            code = connection.read()
            if code is None:
                continue
            if code == 200:
                took.append(time.perf_counter() - connection.at)
            else:
                wrong += 1
            if not code:
                selector.unregister(key.fileobj)
                connection.again()
                selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.ask()
    milliseconds = [1000 * percentile(took, share) for share in (0.5, 0.95)]
    return {"answers": len(took), "a_second": len(took) / (now - began), "wrong": wrong, "ms": milliseconds}


def load(url: str, connections: int, seconds: float) -> dict:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "bench._load", url, str(connections), str(seconds)]
    done = subprocess.run(command, cwd=ROOT, env=clean_env(), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))))
