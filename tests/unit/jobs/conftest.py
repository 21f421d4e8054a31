"""An open run that tells a list what it would tell Redis: for what happens in a process before anything is written."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from jobs import _run
from jobs._log import Line
from tests.support import clean_env


class ListPost:
    """Keeps what a courier delivers."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.progress: list[list[dict[str, Any]]] = []
        self.lifetimes: list[int | None] = []

    def deliver(self, lines: list[Line], stages: list[dict[str, Any]] | None, lifetime: int | None) -> bool:
        self.lines += lines
        self.progress += [] if stages is None else [stages]
        self.lifetimes.append(lifetime)
        return True

    def close(self) -> None:
        pass

    def texts(self) -> list[tuple[str, str]]:
        """(level, text) of each line."""
        return [(line.level, line.text) for line in self.lines]


@pytest.fixture
def post() -> ListPost:
    return ListPost()


@pytest.fixture
def run(post: ListPost) -> Iterator[_run.Run]:
    """A run to enter with `with run:`; what it tells is in `post` once it is left."""
    job = SimpleNamespace(failure_ttl=None, result_ttl=None, repeats_left=None)
    yield _run.Run("job-1", "0123abcd", lambda: post, job)
    assert _run.current is None


@pytest.fixture
def loaded_after() -> Callable[[str], set[str]]:
    """The modules that a fresh Python has loaded when it has run some code."""

    def run_it(code: str) -> set[str]:
        command = [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"]
        return set(subprocess.run(command, env=clean_env(), check=True, capture_output=True, text=True).stdout.split())

    return run_it
