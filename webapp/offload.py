"""Work that would hold gevent's hub, done in a native thread when there is a hub. Plain call elsewhere."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")

#: Seconds: long enough that a thread which waits has woken up; and of work between two breaths.
BREATH, WORK = 0.0002, 0.0015
#: Keys and their like, each a microsecond of work.
PORTION = 1_000
#: What takes some 0.5 ms to check, pickle and compress: as much as to hand it to another thread and back.
SMALL_NODES, SMALL_CHARS = 50, 4_000


def under_gevent() -> bool:
    """Whether greenlets take the place of threads in this process."""
    monkey = sys.modules.get("gevent.monkey")
    return monkey is not None and monkey.is_module_patched("threading")


def offload(function: Callable[..., Any], *args: Any) -> Any:
    """`function(*args)`, in gevent's thread pool under the gevent worker. Blocks this greenlet only.

    The function must not touch Redis clients or sockets of this process: they belong to the hub's thread.
    """
    if not under_gevent():
        return function(*args)
    import gevent

    value, error = gevent.get_hub().threadpool.apply(_outcome, (function, args))
    if error is not None:
        raise error
    return value


def is_small(value: Any) -> bool:
    """Whether a value of JSON is quickly worked through: not worth another thread. Looks at SMALL_NODES at most."""
    level, nodes, room = [value], 0, SMALL_CHARS
    while level:
        part = level.pop()
        nodes += 1
        if isinstance(part, str):
            room -= len(part)
        elif isinstance(part, dict):
            level += part.values()
            room -= sum(map(len, part))
        elif isinstance(part, list):
            level += part
        if nodes + len(level) > SMALL_NODES or room < 0:
            return False
    return True


class Breather:
    """Lets the hub's thread have the interpreter, in a long loop of work that was offloaded: once every ms or two.

    Python itself would hand it over only after 5 ms, and again for each step of a request.
    """

    def __init__(self) -> None:
        self._sleep = self._its_sleep() if under_gevent() else None
        self._due = time.perf_counter() + WORK

    def breathe(self) -> None:
        """For every turn of the loop: returns at once where it is not time."""
        if self._sleep and time.perf_counter() >= self._due:
            self._sleep(BREATH)
            self._due = time.perf_counter() + WORK

    def _its_sleep(self) -> Callable[[float], None]:
        return sys.modules["gevent.monkey"].get_original("time", "sleep")


class HubBreather(Breather):
    """The same for work in the hub's thread: other greenlets have their turn."""

    def _its_sleep(self) -> Callable[[float], None]:
        return time.sleep

    def each(self, items: Iterable[T]) -> Iterator[T]:
        """The items, with a breath between two of them where it is time."""
        for item in items:
            self.breathe()
            yield item

    def portions(self, items: Sequence[T]) -> Iterator[Sequence[T]]:
        """The items, PORTION at a time, with such breaths: where each is less work than to look at the clock."""
        return self.each(items[start : start + PORTION] for start in range(0, len(items), PORTION))


@contextmanager
def in_time(seconds: float, error: Exception) -> Iterator[None]:
    """Raise `error` within the block when it waits for longer than `seconds`. Without gevent nothing ends it."""
    if not under_gevent():
        yield
        return
    import gevent

    with gevent.Timeout(seconds, error):
        yield


def _outcome(function: Callable[..., Any], args: tuple) -> tuple[Any, Exception | None]:
    """What was returned or raised: gevent prints whatever its pool raises, also what is only a 400."""
    try:
        return function(*args), None
    except Exception as error:
        return None, error
