"""Open tabs, as far as a server can tell, and how late they heard of what. The tabs themselves are in `_tab.py`.

Latencies are from just before the write to just after the tab's read, by the machine's monotonic clock.
"""

import contextlib
import json
import subprocess
import sys
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from tests.support import ROOT, clean_env


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
        command = [sys.executable, "-m", "bench._tab"]
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
