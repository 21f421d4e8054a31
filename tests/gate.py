"""A way to Redis that stops where a test wants it to: between the write that is done and the answer that it gets.

What goes through is not changed. No fixtures here.
"""

import os
import select
import socket
import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path

#: Commands that change something, as clients send them.
WRITES = (b"EVALSHA", b"XADD", b"ZADD", b"\r\nSET\r\n", b"\r\nDEL\r\n")
#: Seconds after which no more of a command comes.
SILENCE = 0.003


class Gate:
    """`url` leads to the same Redis. What concerns a mark (a text in the command) is held after its `n`-th write.

    Redis has done that write then; nobody hears of it.
    """

    def __init__(self, server: str, folder: Path) -> None:
        """`server`: the path of the socket of Redis."""
        self._server = server
        self._path = str(folder / f"gate-{os.urandom(3).hex()}")
        self.url = f"unix://{self._path}"
        self._wanted: dict[bytes, int] = {}
        #: Writes that concern a mark, and the marks that are held.
        self.writes: Counter[bytes] = Counter()
        self.held: set[bytes] = set()
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(self._path)
        self._listening.listen(64)
        self._sockets: list[socket.socket] = []
        self._start(self._accept)

    def hold(self, mark: str, n: int) -> None:
        """Stop after its n-th write."""
        self._wanted[mark.encode()] = n

    def close(self) -> None:
        """All connections end."""
        for one in [self._listening, *self._sockets]:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    @staticmethod
    def _start(run, *args) -> None:
        threading.Thread(target=run, args=args, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._server)
                self._sockets += [client, server]
                is_held = threading.Event()
                self._start(self._to_server, client, server, is_held)
                self._start(self._to_client, server, client, is_held)

    def _to_server(self, client: socket.socket, server: socket.socket, is_held: threading.Event) -> None:
        with suppress(OSError):
            while data := _whole(client):
                if is_held.is_set():
                    continue
                if self._is_last(data):
                    is_held.set()
                server.sendall(data)
            server.shutdown(socket.SHUT_RDWR)

    def _to_client(self, server: socket.socket, client: socket.socket, is_held: threading.Event) -> None:
        with suppress(OSError):
            while data := server.recv(1 << 20):
                if not is_held.is_set():
                    client.sendall(data)
            client.shutdown(socket.SHUT_RDWR)

    def _is_last(self, data: bytes) -> bool:
        """Whether this is the last write of something that is to be held."""
        if not any(word in data for word in WRITES):
            return False
        for mark, n in self._wanted.items():
            if mark in data and mark not in self.held:
                self.writes[mark] += 1
                if self.writes[mark] == n:
                    self.held.add(mark)
                    return True
        return False


def _whole(client: socket.socket) -> bytes:
    """What a client sends before it waits for an answer; b"" where it has gone."""
    data = client.recv(1 << 20)
    while data and select.select([client], [], [], SILENCE)[0] and (more := client.recv(1 << 20)):
        data += more
    return data
