"""Threads that work through a list, and the memory that they share. Knows nothing of images or files."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

#: For each thread so many items are begun or done before the one whose turn it is to come out.
AHEAD = 4


def in_order(work: Callable[[T], R], items: Iterable[T], threads: int) -> Iterator[R]:
    """`work(item)` of each item, done by threads, given out in the order of the items.

    No item is taken before there is room for it: at most AHEAD times `threads` are under way or waiting to be given
    out. What `work` raises is raised here. Whoever leaves early waits for the items that are being worked on.
    """
    pool = ThreadPoolExecutor(threads, thread_name_prefix="thumbnails")
    waiting: deque[Future[R]] = deque()
    try:
        for item in items:
            if len(waiting) == AHEAD * threads:
                yield waiting.popleft().result()
            waiting.append(pool.submit(work, item))
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


class Memory:
    """So many bytes that threads may use together. Who wants more than is left waits for the others."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._free = size
        self._changed = threading.Condition()

    @contextmanager
    def use(self, size: int) -> Iterator[None]:
        """Holds `size` bytes, at most all that there are. A thread must not ask for more while it holds some."""
        size = min(size, self.size)
        with self._changed:
            self._changed.wait_for(lambda: size <= self._free)
            self._free -= size
        try:
            yield
        finally:
            with self._changed:
                self._free += size
                self._changed.notify_all()
