"""A name behind which several servers stand: passes TCP on to the first that takes it. What nginx would be."""

import contextlib
import socket
import threading
from collections.abc import Callable


class Failover:
    """Listens on a free loopback port while it is entered."""

    def __init__(self, *ports: int) -> None:
        self._ports = ports
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = [self._listener]
        self._threads: list[threading.Thread] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> "Failover":
        self._begin(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        for thread in self._threads:
            # Each ends when its socket does; those that it has opened meanwhile end with the next turn.
            _shut_down(*self._open)
            thread.join(10)
        for one in self._open:
            one.close()

    def _begin(self, run: Callable[..., None], *args: object) -> None:
        self._threads.append(threading.Thread(target=run, args=args, daemon=True))
        self._threads[-1].start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._open.append(client)
                self._begin(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        for port in self._ports:
            with contextlib.suppress(OSError):
                server = socket.create_connection(("127.0.0.1", port))
                self._open.append(server)
                self._begin(_pass_on, client, server)
                _pass_on(server, client)
                return
        _shut_down(client)


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    """Copy until either side ends, then end both."""
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    _shut_down(source, target)


def _shut_down(*sockets: socket.socket) -> None:
    for one in sockets:
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
