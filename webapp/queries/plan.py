"""One round trip of many parts: each part is asked under a name, and its replies are found under that name again."""

import time
from collections.abc import Callable
from typing import Any, Protocol

import redis


class Replies(Protocol):
    """What was answered under each name."""

    def __getitem__(self, name: str) -> list[Any]: ...


class Plan:
    """A non-transactional pipeline whose replies are taken apart by name. A refused command is a reply, not a raise."""

    def __init__(self, reader: redis.Redis) -> None:
        self.pipe = reader.pipeline(transaction=False)
        self._ranges: dict[str, tuple[int, int]] = {}
        self._replies: list[Any] = []
        #: Seconds that Redis was waited for, without what this thread did meanwhile, be it for others.
        self.waited = 0.0

    def ask(self, name: str, ask: Callable[..., Any], *args: Any) -> None:
        """Let `ask(pipe, *args)` put commands into the pipeline, and call their replies `name`."""
        start = len(self.pipe)
        ask(self.pipe, *args)
        self._ranges[name] = (start, len(self.pipe))

    def execute(self) -> "Plan":
        """Send all at once, unless there is nothing to send. Raises redis.ConnectionError or TimeoutError."""
        if len(self.pipe):
            started, busy = time.monotonic(), time.thread_time()
            try:
                self._replies = self.pipe.execute(raise_on_error=False)
            finally:
                self.waited = max(0.0, time.monotonic() - started - (time.thread_time() - busy))
        return self

    def __contains__(self, name: str) -> bool:
        return name in self._ranges

    def __len__(self) -> int:
        return len(self.pipe)

    def __getitem__(self, name: str) -> list[Any]:
        start, end = self._ranges[name]
        return self._replies[start:end]
