"""WebSockets that watch and stamp each frame, in a process of their own: `_tabs.py` starts it and asks it.

One plain loop over epoll that reads and stamps, since every microsecond here is part of what is measured; frames are
taken apart when nothing more has come for a while, or when somebody asks. 1,000 tabs that hear of one change take it
some 8 ms of processor in all.
"""

import contextlib
import json
import os
import resource
import select
import socket
import sys
import time
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from bench._tabs import Group

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
#: Seconds for a tab to connect and get its first frame.
CONNECT_TIMEOUT = 30.0
#: Bytes of one read; Python makes room for all of them each time.
RECEIVED = 16_384
#: Seconds of silence after which frames are taken apart: pings among them want an answer.
QUIET = 0.02


class Tab:
    """One WebSocket on a plain socket: asks, stamps, answers pings."""

    def __init__(self, group: Group) -> None:
        parts = urlsplit(group.url)
        self._mark = group.mark.encode()
        self._buffer = b""
        #: (monotonic seconds, what came), not taken apart yet
        self.raw: list[tuple[float, bytes]] = []
        self._forget()
        self.closed = False
        self.socket = socket.create_connection((parts.hostname, parts.port), CONNECT_TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        rest = self._upgrade(parts.netloc, parts.path)
        if group.watch is not None:
            self.send(TEXT, json.dumps({"id": 1, "watch": group.watch}).encode())
        self._feed(rest, time.monotonic())
        while not self._frames:
            if self.closed:
                raise ConnectionError("closed before its first frame")
            self.raw.append((time.monotonic(), self.socket.recv(RECEIVED)))
            self.parse()
        self.socket.setblocking(False)

    def parse(self) -> None:
        """Take apart what has come, each frame with the moment at which it was read."""
        raw, self.raw = self.raw, []
        for at, data in raw:
            self._feed(data, at)
            self.closed |= not data

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
            self.send(PONG, payload)
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

    def send(self, opcode: int, payload: bytes) -> None:
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


def read_all(ready: Iterable[int], tabs: Mapping[int, Tab], waiting: set[Tab]) -> None:
    """Read these sockets once and stamp what came; whoever got something waits to be parsed."""
    for number in ready:
        tab = tabs[number]
        with contextlib.suppress(BlockingIOError):
            tab.raw.append((time.monotonic(), tab.socket.recv(RECEIVED)))
        waiting.add(tab)


def main() -> None:
    """Connect the tabs named on the first line of stdin; answer each further line with what they heard."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    groups = {name: Group(**group) for name, group in json.loads(sys.stdin.readline()).items()}
    tabs = {name: [Tab(group) for _ in range(group.tabs)] for name, group in groups.items()}
    by_number = {tab.socket.fileno(): tab for group in tabs.values() for tab in group}
    poll, stdin = select.epoll(), sys.stdin.fileno()
    for number in (stdin, *by_number):
        poll.register(number, select.EPOLLIN)
    print(json.dumps("ready"), flush=True)
    waiting: set[Tab] = set()
    while True:
        ready = [number for number, _ in poll.poll(QUIET if waiting else None, len(by_number) + 1)]
        read_all((number for number in ready if number != stdin), by_number, waiting)
        if ready and stdin not in ready:
            continue
        for tab in waiting:
            tab.parse()
            if tab.closed:
                poll.unregister(tab.socket)
        waiting.clear()
        if stdin in ready:
            if not os.read(stdin, 1024):
                return
            print(json.dumps({name: [tab.heard() for tab in group] for name, group in tabs.items()}), flush=True)


if __name__ == "__main__":
    main()
