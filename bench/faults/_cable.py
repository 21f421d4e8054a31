"""A cable between hosts that delays, loses and can be cut, in user space: the kernel need know no `netem`. Linux, root.

Each host has a TAP device; what it sends is given to the others after a while, or not at all.
"""

import contextlib
import fcntl
import heapq
import os
import random
import selectors
import struct
import subprocess
import threading
import time
from collections.abc import Callable
from itertools import count
from typing import Any

TUNSETIFF = 0x400454CA
IFF_TAP, IFF_NO_PI = 0x0002, 0x1000
FRAME = 65_536


class Cable:
    """Ends are named. `delay` in seconds one way, `loss` of frames; both may be changed at any time."""

    def __init__(self, network: str) -> None:
        """`network`: the first three numbers of its addresses, `10.77.0`."""
        self._network = network
        self._ends: dict[str, int] = {}
        self._names: dict[int, str] = {}
        self._late: list[tuple[float, int, int, bytes]] = []
        self._serial = count()
        self._selector = selectors.DefaultSelector()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.delay = 0.0
        self.loss = 0.0
        #: Pairs of names between which nothing passes.
        self.cut: set[frozenset[str]] = set()

    def plug(self, name: str, number: int, device: str, inside: Callable[..., Any], *enter: str) -> str:
        """Give a host a device on this cable; returns its address there.

        `inside` calls a function in the host's namespace, `enter` begins a command there.
        """
        end = inside(_tap, device)
        address = f"{self._network}.{number}"
        for command in (["address", "add", f"{address}/24", "dev", device], ["link", "set", device, "up"]):
            subprocess.run([*enter, "ip", *command], check=True)
        self._ends[name], self._names[end] = end, name
        self._selector.register(end, selectors.EVENT_READ)
        return address

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._stopping = True
        self._thread.join()
        for end in self._names:
            os.close(end)
        self._selector.close()

    def _run(self) -> None:
        while not self._stopping:
            wait = max(0.0, self._late[0][0] - time.monotonic()) if self._late else 0.2
            for key, _ in self._selector.select(min(wait, 0.2)):
                with contextlib.suppress(BlockingIOError):
                    while True:
                        self._take(key.fd, os.read(key.fd, FRAME))
            now = time.monotonic()
            while self._late and self._late[0][0] <= now:
                _, _, end, frame = heapq.heappop(self._late)
                with contextlib.suppress(OSError):
                    os.write(end, frame)

    def _take(self, sender: int, frame: bytes) -> None:
        due = time.monotonic() + self.delay
        for name, end in self._ends.items():
            pair = frozenset({name, self._names[sender]})
            if end != sender and pair not in self.cut and random.random() >= self.loss:
                heapq.heappush(self._late, (due, next(self._serial), end, frame))


def _tap(device: str) -> int:
    """A new TAP device of the caller's network namespace: what is read from the descriptor is what the host sends."""
    end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH", device.encode(), IFF_TAP | IFF_NO_PI))
    return end
