"""RQ's time limit within asyncio, which would only log an alarm that strikes in a callback, and let the job run on."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rq.timeouts import BaseTimeoutException


@contextmanager
def heeding_the_alarm() -> Iterator[None]:
    """While it is open, an alarm ends the task that opened it, wherever in the loop it strikes."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    struck: list[BaseException] = []

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if isinstance(error := context.get("exception"), BaseTimeoutException):
            struck.append(error)
            task.cancel()
        else:
            loop.default_exception_handler(context)

    before = loop.get_exception_handler()
    loop.set_exception_handler(handle)
    try:
        yield
    except asyncio.CancelledError:
        if struck:
            raise struck[0] from None
        raise
    finally:
        loop.set_exception_handler(before)
