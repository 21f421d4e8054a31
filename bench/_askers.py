"""Programs that ask the same address again and again, each as soon as it has its answer: one loop over epoll."""

import select
import socket
import time
from urllib.parse import urlsplit


class Asker:
    """One connection that is kept open."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.socket = socket.create_connection((parts.hostname, parts.port), 10)
        self._request = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()
        self._answer, self._length = b"", -1
        self.asked = 0.0

    def ask(self) -> None:
        self._answer, self._length = b"", -1
        self.asked = time.monotonic()
        self.socket.sendall(self._request)

    def read(self) -> bool:
        """Take what has come; whether the answer is whole. Raises ConnectionError for any but 200."""
        part = self.socket.recv(1 << 20)
        self._answer += part
        end = self._answer.find(b"\r\n\r\n")
        if self._length < 0 and end >= 0:
            head = self._answer[:end].lower()
            if not head.startswith(b"http/1.1 200") or b"content-length: " not in head:
                raise ConnectionError(f"not answered: {self._answer[:300]!r}")
            self._length = end + 4 + int(head.partition(b"content-length: ")[2].split(b"\r\n")[0])
        if not part:
            raise ConnectionError("the connection was closed")
        return 0 <= self._length <= len(self._answer)


def ask_for(url: str, connections: int, seconds: float) -> list[float]:
    """Milliseconds that each answer took, of so many who ask at once for so long."""
    askers = {asker.socket.fileno(): asker for asker in (Asker(url) for _ in range(connections))}
    poll, took = select.epoll(), []
    for number, asker in askers.items():
        poll.register(number, select.EPOLLIN)
        asker.ask()
    end = time.monotonic() + seconds
    while (now := time.monotonic()) < end:
        for number, _ in poll.poll(end - now, connections):
            asker = askers[number]
            if asker.read():
                took.append((time.monotonic() - asker.asked) * 1000)
                asker.ask()
    for asker in askers.values():
        asker.socket.close()
    return took
