"""Somebody in the Room without a browser: what they were told, folded as a page would."""

import contextlib
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.processes import WebServer


class Talker:
    """One client of `/ws/chat/`; `query` is what its address says: name, key, lang. A context."""

    def __init__(
        self,
        server: WebServer,
        path: str = "/ws/chat/",
        headers: dict[str, str] | None = None,
        origin: str | None = None,
        **query: str,
    ) -> None:
        address = f"ws://127.0.0.1:{server.port}{path}" + (f"?{urlencode(query)}" if query else "")
        self._open = contextlib.ExitStack()
        self.socket: ClientConnection = self._open.enter_context(
            connect(address, compression=None, origin=origin, additional_headers=headers, close_timeout=1)
        )
        self.words: list[dict[str, Any]] = []
        self.said: list[dict[str, Any]] = []
        self.errors: list[dict[str, Any]] = []
        self.you: dict[str, Any] = {}
        self.here: list[str] = []
        self.count = 0
        self.reach: str | None = None

    def __enter__(self) -> "Talker":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave, as a closed tab does."""
        self._open.close()

    @property
    def texts(self) -> list[str]:
        """What was said, by its words alone."""
        return [message["message"] for message in self.said]

    def ready(self) -> "Talker":
        """Returns when it was told what was said and who is there."""
        self.until(lambda: self.reach and self.here, message="what a newcomer is told")
        return self

    def say(self, text: object, **more: object) -> None:
        self.send({"message": text, **more})

    def send(self, message: object) -> None:
        self.socket.send(message if isinstance(message, str | bytes) else json.dumps(message))

    def read(self, timeout: float = 0.0) -> bool:
        """Take one word that comes within `timeout` seconds; False where none did. Raises ConnectionClosed."""
        try:
            text = self.socket.recv(timeout=timeout)
        except TimeoutError:
            return False
        word = json.loads(text)
        self.words.append(word)
        if "id" in word:
            self._hear([word])
        elif "history" in word:
            self._hear(word["history"])
        elif "error" in word:
            self.errors.append(word)
        elif "here" in word:
            self.here, self.count = [person["name"] for person in word["here"]], word["count"]
        self.you = word.get("you", self.you)
        self.reach = word.get("reach", self.reach)
        return True

    def until(self, check: Callable[[], Any], timeout: float = 10.0, message: str = "") -> Any:
        """Read until `check()` is true; returns that."""
        end = time.monotonic() + timeout
        while True:
            while self.read():
                pass
            if value := check():
                return value
            left = end - time.monotonic()
            assert left > 0, f"not so within {timeout} s: {message}; the last words: {self.words[-5:]}"
            self.read(min(left, 0.05))

    def hears(self, text: str, timeout: float = 10.0) -> dict[str, Any]:
        """The message with this text, when it has come."""
        self.until(lambda: text in self.texts, timeout, f"{text!r} is heard")
        return next(message for message in self.said if message["message"] == text)

    def closed_with(self, timeout: float = 10.0) -> int:
        """The code with which the server closes this socket."""
        end = time.monotonic() + timeout
        with contextlib.suppress(ConnectionClosed):
            while time.monotonic() < end:
                self.read(0.1)
            raise AssertionError(f"still open after {timeout} s")
        assert self.socket.close_code is not None
        return self.socket.close_code

    def _hear(self, messages: list[dict[str, Any]]) -> None:
        known = {message["id"] for message in self.said}
        self.said += [message for message in messages if message["id"] not in known]
