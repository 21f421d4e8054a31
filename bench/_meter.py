"""What work takes of processors, where the machine's other work does not count: CPU seconds of Redis and of helpers."""

import contextlib
import subprocess
import sys
from typing import Any, Self

import redis

from tests.support import ROOT, clean_env

CPU = ("used_cpu_sys_main_thread", "used_cpu_user_main_thread")


def redis_cpu(client: redis.Redis) -> float:
    """CPU seconds of the thread that serves commands, so far. One round trip."""
    found = client.info("cpu")
    return sum(found[name] for name in CPU)


class Helper:
    """A module of `bench` in a process of its own that says "ready", then answers each line with one. A context."""

    def __init__(self, module: str, *arguments: object) -> None:
        self._command = [sys.executable, "-m", f"bench.{module}", *map(str, arguments)]

    def __enter__(self) -> Self:
        pipe = subprocess.PIPE
        self._process: Any = subprocess.Popen(
            self._command, cwd=ROOT, env=clean_env(), stdin=pipe, stdout=pipe, text=True
        )
        if self._process.stdout.readline() != "ready\n":
            raise RuntimeError(f"{self._command} did not begin; what it met is printed above.")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        for end in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                end.close()

    def ask(self) -> str:
        """Its next line."""
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()
