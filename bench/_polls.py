"""Open tabs of a dashboard that polls, as far as a server can tell: each asks, and waits as long as its page does."""

import http.client
import random
import threading
from typing import Self
from urllib.parse import urlsplit


class Polls:
    """So many tabs in threads; each keeps its connection, as a browser does. A context."""

    def __init__(self, address: str, every: float, tabs: int) -> None:
        """`every`: seconds from an answer to the next request."""
        self._address = urlsplit(address)
        self._every = every
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._tab, daemon=True) for _ in range(tabs)]
        #: Answers that were not 200.
        self.wrong = 0

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(10)

    def _tab(self) -> None:
        connection = http.client.HTTPConnection(self._address.hostname or "", self._address.port, timeout=30)
        self._over.wait(random.uniform(0, self._every))
        while not self._over.is_set():
            try:
                connection.request("GET", f"{self._address.path}?{self._address.query}")
                answer = connection.getresponse()
                answer.read()
                self.wrong += answer.status != 200
            except (OSError, http.client.HTTPException):
                # The server may have left the connection; the next request makes a new one.
                connection.close()
            self._over.wait(self._every)
        connection.close()
