"""Hosts for tests: Linux network namespaces with a name and an address each, on one cable. Needs root. No fixtures.

The files are shared, as they are between real hosts only where somebody sees to it.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar

from tests.processes import Process
from tests.support import eventually

P = ParamSpec("P")
T = TypeVar("T")

CLONE_NEWNET = 0x40000000
READY = "hostname {name} && ip link set lo up && echo ready && exec sleep 3600"


def why_not() -> str | None:
    """Why there can be no such hosts here, with the next step; None where there can."""
    if sys.platform != "linux":
        return "Network namespaces are Linux's own."
    if not shutil.which("ip"):
        return "There is no `ip`. Install it: apt install iproute2."
    tried = subprocess.run(["unshare", "--net", "--uts", "true"], capture_output=True, text=True, check=False)
    return f"No network namespace may be made here ({tried.stderr.strip()}). Run as root." if tried.returncode else None


class Host:
    """One of them. What is started on it ends with the test, as every Process does."""

    def __init__(self, name: str, address: str, folder: Path) -> None:
        self.name = name
        self.address = address
        self._folder = folder
        self._anchor = Process(["unshare", "--net", "--uts", "sh", "-c", READY.format(name=name)], folder)
        self._thread = ThreadPoolExecutor(1, initializer=self._move_in)

    @property
    def pid(self) -> int:
        """A process that lives there."""
        return self._anchor.pid

    def wait_ready(self) -> None:
        eventually(lambda: "ready" in self._anchor.output, message=f"{self.name}: {self._anchor.output}")

    def run(self, *command: str) -> None:
        """Run to its end there. Raises CalledProcessError."""
        subprocess.run([*self._enter(), *command], check=True, capture_output=True, text=True)

    def start(self, command: Sequence[str], env: dict) -> Process:
        """Start a process there."""
        return Process([*self._enter(), *command], self._folder, env)

    def does(self, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call it in a thread that lives there; sockets that it makes stay there, whoever uses them."""
        return self._thread.submit(act, *args, **kwargs).result(timeout=60)

    def close(self) -> None:
        self._thread.shutdown()
        self._anchor.close()

    def _enter(self) -> list[str]:
        return ["nsenter", "--target", str(self.pid), "--net", "--uts", "--"]

    def _move_in(self) -> None:
        """The namespace of a thread is its own in Linux."""
        libc = ctypes.CDLL(None, use_errno=True)
        with open(f"/proc/{self.pid}/ns/net") as space:
            if libc.setns(space.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


@contextmanager
def two_hosts(folder: Path) -> Iterator[tuple[Host, Host]]:
    """web-a and web-b, who reach each other and nobody else."""
    with ExitStack() as closing:
        first, second = (Host(f"web-{letter}", f"10.77.0.{n}", folder) for n, letter in ((1, "a"), (2, "b")))
        for host in (first, second):
            closing.callback(host.close)
            host.wait_ready()
        first.run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", str(second.pid))
        for host in (first, second):
            host.run("ip", "address", "add", f"{host.address}/24", "dev", "eth0")
            host.run("ip", "link", "set", "eth0", "up")
        yield first, second
