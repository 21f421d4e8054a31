"""A page without a browser: plain HTTP, and a socket whose events are folded into what a page would show."""

import contextlib
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.processes import WebServer

KEYED = ("queue", "worker", "running")
#: What the answer of GET /api/overview calls the keyed parts.
NAMES = {"queue": "queues", "worker": "workers", "running": "running"}


def get(server: WebServer, path: str, timeout: float = 20.0, **query: object) -> tuple[int, Any]:
    """(status, JSON or text) of a GET."""
    return ask(server, "GET", quote(path, safe="/%") + (f"?{urlencode(query)}" if query else ""), timeout=timeout)


def ask(server: WebServer, method: str, path: str, body: object = None, timeout: float = 20.0) -> tuple[int, Any]:
    """(status, JSON or text) of a request, as a program sends it."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} if data else {}
    request = urllib.request.Request(f"{server.url}{quote(path, safe='/%?=&+')}", data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            status, body = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            status, body = error.code, error.read()
    with contextlib.suppress(ValueError):
        return status, json.loads(body)
    return status, body.decode()


def get_ok(server: WebServer, path: str, **query: object) -> Any:
    """The JSON of a GET that answers 200."""
    status, body = get(server, path, **query)
    assert status == 200, (status, body)
    return body


class Page:
    """One open tab. `watch` is what it asks for first; without any it asks for nothing, and is told nothing."""

    def __init__(
        self, server: WebServer, watch: dict[str, Any] | None = None, headers: dict[str, str] | None = None
    ) -> None:
        address = f"ws{server.url.removeprefix('http')}/live"
        self._open = contextlib.ExitStack()
        self.socket: ClientConnection = self._open.enter_context(
            connect(
                address, compression=None, max_size=None, open_timeout=10, close_timeout=1, additional_headers=headers
            )
        )
        self.frames: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.parts: dict[str, Any] = {"queue": {}, "worker": {}, "running": {}}
        self.rows: dict[str, Any] = {}
        self.jobs: dict[str, Any] = {}
        self.logs: dict[str, list[dict[str, Any]]] = {}
        self.lists: dict[str, dict[str, Any]] = {}
        #: newest first; None before anything was told
        self.activity: list[dict[str, Any]] | None = None
        self.health: dict[str, Any] = {}
        #: job id -> names of those who look at it
        self.lookers: dict[str, list[str]] = {}
        self.you: dict[str, Any] = {}
        self.complete = False
        self._as_of: dict[object, int] = {}
        self._asked = 0
        if watch is not None:
            self.watch(**watch)

    def __enter__(self) -> "Page":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave, as a closed tab does."""
        self._open.close()

    @property
    def mode(self) -> str | None:
        """The mode of the server's feed, as it was last told."""
        return self.health.get("feed", {}).get("mode")

    def watch(self, **wanted: Any) -> int:
        """Replace what is watched; returns the id of the request."""
        self._asked += 1
        self.send({"id": self._asked, "watch": wanted})
        return self._asked

    def send(self, message: object) -> None:
        self.socket.send(message if isinstance(message, str) else json.dumps(message))

    def read(self, timeout: float = 0.0) -> bool:
        """Take one frame that comes within `timeout` seconds; False where none did. Raises ConnectionClosed."""
        try:
            text = self.socket.recv(timeout=timeout)
        except TimeoutError:
            return False
        frame = json.loads(text, parse_constant=_refuse)
        assert frame["seq"] == len(self.frames) + 1, "frames are numbered without a gap"
        self.frames.append(frame)
        for event in frame["events"]:
            self.events.append(event)
            self._apply(event)
        return True

    def until(self, check: Callable[[], Any], timeout: float = 10.0, message: str = "") -> Any:
        """Read frames until `check()` is true; returns that."""
        end = time.monotonic() + timeout
        while True:
            while self.read():
                pass
            if value := check():
                return value
            left = end - time.monotonic()
            assert left > 0, f"not so within {timeout} s: {message}; the last events: {self.events[-5:]}"
            self.read(min(left, 0.05))

    def until_seen(self, kind: str, timeout: float = 10.0, **fields: Any) -> dict[str, Any]:
        """The first event of this type with these fields, from now on."""
        start = len(self.events)

        def found() -> dict[str, Any] | None:
            wanted = {"type": kind, **fields}
            return next((event for event in self.events[start:] if wanted.items() <= event.items()), None)

        return self.until(found, timeout, f"{kind} {fields}")

    def settle(self, seconds: float) -> int:
        """Read for so long; returns how many frames came."""
        before, end = len(self.frames), time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.read(left)
        return len(self.frames) - before

    def closed_with(self, timeout: float = 10.0) -> int:
        """The code with which the server closes this socket."""
        end = time.monotonic() + timeout
        with contextlib.suppress(ConnectionClosed):
            while time.monotonic() < end:
                self.read(0.1)
            raise AssertionError(f"still open after {timeout} s")
        assert self.socket.close_code is not None
        return self.socket.close_code

    def _newer(self, key: object, as_of: int) -> bool:
        if as_of < self._as_of.get(key, 0):
            return False
        self._as_of[key] = as_of
        return True

    def _apply(self, event: dict[str, Any]) -> None:
        kind = event["type"]
        if kind == "hello":
            # The clock of Redis may have been set back: what follows is the present.
            self._as_of.clear()
        elif kind == "health":
            self.health = event["health"]
        elif kind == "overview":
            self._apply_part(event)
        elif kind in ("row", "job"):
            value, shown = event[kind], self.rows if kind == "row" else self.jobs
            if self._newer((kind, value["id"]), event["as_of"]):
                shown[value["id"]] = value
        elif kind == "gone":
            for shown in (self.rows, self.jobs):
                if event["id"] in shown:
                    shown[event["id"]] = None
        elif kind == "log":
            known = [] if event["reset"] else self.logs.get(event["job"], [])
            seen = {line["id"] for line in known}
            self.logs[event["job"]] = known + [line for line in event["lines"] if line["id"] not in seen]
        elif kind == "activity":
            known = [] if event["reset"] else self.activity or []
            seen = {line["id"] for line in known}
            self.activity = [line for line in event["lines"] if line["id"] not in seen] + known
        elif kind == "presence":
            self.lookers[event["job"]] = [person["name"] for person in event["here"]]
        elif kind == "you":
            self.you = event["you"]
        elif kind == "list":
            self.lists[event["list"]] = event

    def _apply_part(self, event: dict[str, Any]) -> None:
        part, key = event["part"], event.get("key")
        if part == "complete":
            for name in KEYED:
                named = set(event["keys"][name])
                self.parts[name] = {key: value for key, value in self.parts[name].items() if key in named}
            self.complete = True
        elif part in KEYED:
            if event["value"] is None:
                self.parts[part].pop(key, None)
            else:
                self.parts[part][key] = event["value"]
        else:
            self.parts[part] = event["value"]


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")
