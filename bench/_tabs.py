"""Open tabs, as far as a server can tell: WebSockets that watch, and stamp each frame. In a process of their own.

One plain loop over epoll: 1,000 tabs that hear of one change take it about 10 ms to read, which is part of every
latency here. Latencies are from just before the write to just after the read, by the machine's monotonic clock.
"""

import contextlib
import json
import os
import resource
import selectors
import socket
import subprocess
import sys
import time
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from tests.support import ROOT, clean_env

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
#: Seconds for a tab to connect and get its first frame.
CONNECT_TIMEOUT = 30.0


@dataclass(frozen=True)
class Group:
    """Tabs that do the same: connect to `url`, ask for `watch`, and look for the number after `mark` in each frame."""

    url: str
    tabs: int
    mark: str
    watch: dict[str, Any] | None = None


@dataclass(frozen=True)
class Heard:
    """What one tab heard since the last time it was asked."""

    #: (number, monotonic seconds) in order of arrival
    numbers: list[tuple[int, float]]
    frames: int
    bytes: int
    closed: bool


class Tabs:
    """Groups of tabs in a child process. A context; every tab has its first frame when it is entered."""

    def __init__(self, groups: Mapping[str, Group]) -> None:
        self._groups = groups
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "bench._tabs"]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, cwd=ROOT, env=clean_env(), stdin=pipe, stdout=pipe, text=True)
        self._tell({name: asdict(group) for name, group in self._groups.items()})
        if self._ask() != "ready":
            raise RuntimeError("The tabs did not connect; what they met is printed above.")
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()

    def collect(self) -> dict[str, list[Heard]]:
        """What each tab of each group heard since the last call."""
        self._tell("collect")
        return {
            name: [Heard([(n, at) for n, at in numbers], *rest) for numbers, *rest in tabs]
            for name, tabs in self._ask().items()
        }

    def _tell(self, message: object) -> None:
        assert self._process
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def _ask(self) -> Any:
        assert self._process
        line = self._process.stdout.readline()
        return json.loads(line) if line else None


def latencies(heard: Sequence[Heard], written: Mapping[int, float]) -> tuple[list[list[float]], int]:
    """(for each number the milliseconds until each tab heard it, how many never came).

    A number counts as heard with the first frame that brings it or a later one: a frame tells the present.
    """
    found: list[list[float]] = [[] for _ in written]
    lost, last = 0, max(written, default=-1)
    for tab in heard:
        numbers, times = _rising(tab.numbers, last)
        for group, (number, at) in zip(found, written.items(), strict=True):
            place = bisect_left(numbers, number)
            if place == len(numbers):
                lost += 1
            else:
                group.append((times[place] - at) * 1000)
    return found, lost


def _rising(heard: Sequence[tuple[int, float]], last: int) -> tuple[list[int], list[float]]:
    """Numbers up to `last` that are higher than all before, and when each came."""
    numbers: list[int] = []
    times: list[float] = []
    for number, at in heard:
        if number <= last and (not numbers or number > numbers[-1]):
            numbers.append(number)
            times.append(at)
    return numbers, times


class _Tab:
    """One WebSocket on a plain socket: asks, stamps, answers pings."""

    def __init__(self, group: Group) -> None:
        parts = urlsplit(group.url)
        self._mark = group.mark.encode()
        self._buffer = b""
        self._forget()
        self.closed = False
        self.socket = socket.create_connection((parts.hostname, parts.port), CONNECT_TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        rest = self._upgrade(parts.netloc, parts.path)
        if group.watch is not None:
            self._send(TEXT, json.dumps({"id": 1, "watch": group.watch}).encode())
        self._feed(rest, time.monotonic())
        while not self._frames:
            self.read()
        self.socket.setblocking(False)

    def read(self) -> None:
        """Take what has come, and stamp its frames with now."""
        data = self.socket.recv(262_144)
        now = time.monotonic()
        if data:
            self._feed(data, now)
        else:
            self.closed = True

    def _feed(self, data: bytes, now: float) -> None:
        self._bytes += len(data)
        data = self._buffer + data if self._buffer else data
        start = 0
        while (frame := _frame(data, start)) is not None:
            opcode, payload, start = frame
            self._take(opcode, payload, now)
        self._buffer = data[start:]

    def heard(self) -> tuple[list[tuple[int, float]], int, int, bool]:
        """What it heard, and forget it."""
        found = self._numbers, self._frames, self._bytes, self.closed
        self._forget()
        return found

    def _forget(self) -> None:
        self._numbers: list[tuple[int, float]] = []
        self._frames = self._bytes = 0

    def _take(self, opcode: int, payload: bytes, now: float) -> None:
        if opcode == TEXT:
            self._frames += 1
            at = payload.find(self._mark)
            if at >= 0:
                self._numbers.append((_digits(payload, at + len(self._mark)), now))
        elif opcode == PING:
            self._send(PONG, payload)
        elif opcode == CLOSE:
            self.closed = True

    def _upgrade(self, host: str, path: str) -> bytes:
        """Ask for the upgrade; returns what came after its answer."""
        lines = [f"GET {path} HTTP/1.1", f"Host: {host}", f"Origin: http://{host}", "Upgrade: websocket"]
        lines += ["Connection: Upgrade", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version: 13"]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            more = self.socket.recv(65_536)
            if not more:
                raise ConnectionError(f"no upgrade: {answer[:300]!r}")
            answer += more
        head, _, rest = answer.partition(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n", 1)[0]:
            raise ConnectionError(f"no upgrade: {answer[:300]!r}")
        return rest

    def _send(self, opcode: int, payload: bytes) -> None:
        """One masked frame; a mask of zeros leaves the payload as it is."""
        size = len(payload)
        length = bytes([0x80 | size]) if size < 126 else bytes([0xFE]) + size.to_bytes(2, "big")
        self.socket.sendall(bytes([0x80 | opcode]) + length + b"\0\0\0\0" + payload)


def _frame(data: bytes, start: int) -> tuple[int, bytes, int] | None:
    """(opcode, payload, where the next one starts) of an unmasked frame at `start`; None where it is not whole yet."""
    if len(data) < start + 2:
        return None
    size, body = data[start + 1] & 0x7F, start + 2
    if size >= 126:
        body += 2 if size == 126 else 8
        size = int.from_bytes(data[start + 2 : body], "big")
    if len(data) < body + size:
        return None
    return data[start] & 0x0F, data[body : body + size], body + size


def _digits(text: bytes, start: int) -> int:
    end = start
    while text[end : end + 1].isdigit():
        end += 1
    return int(text[start:end] or -1)


def main() -> None:
    """Connect the tabs named on the first line of stdin; answer each further line with what they heard."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    groups = {name: Group(**group) for name, group in json.loads(sys.stdin.readline()).items()}
    tabs = {name: [_Tab(group) for _ in range(group.tabs)] for name, group in groups.items()}
    selector = selectors.EpollSelector()
    stdin = sys.stdin.fileno()
    selector.register(stdin, selectors.EVENT_READ)
    for tab in (tab for group in tabs.values() for tab in group):
        selector.register(tab.socket, selectors.EVENT_READ, tab)
    print(json.dumps("ready"), flush=True)
    while True:
        for key, _ in selector.select():
            if key.data is None:
                if not os.read(stdin, 1024):
                    return
                print(json.dumps({name: [tab.heard() for tab in group] for name, group in tabs.items()}), flush=True)
                continue
            with contextlib.suppress(BlockingIOError):
                key.data.read()
            if key.data.closed:
                selector.unregister(key.data.socket)


if __name__ == "__main__":
    main()
