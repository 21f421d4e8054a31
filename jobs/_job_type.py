"""`@job_type`: a plain function becomes a job type, and stays a plain function.

The wrapper keeps the function's name, so the function and its dotted path both enqueue, and both run under a stock
`rq worker`. What happens in a job is in `_run.py`; outside of one nothing is imported and nothing happens.

Each forked horse imports this anew: a dataclass and evaluated annotations would cost it more than all that is here.
"""

from __future__ import annotations

import inspect
import sys
from functools import wraps
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from jobs._run import Run

#: The attribute of a wrapper that holds its JobType.
MARK = "__job_type__"


class JobType:
    """What the decorator was told. Whoever submits reads it from the catalog; None leaves it to RQ."""

    def __init__(
        self,
        func: Callable[..., Any],
        *,
        title: str | None = None,
        queue: str | None = None,
        timeout: int | None = None,
        result_ttl: int | None = None,
    ) -> None:
        self.func = func
        #: Shown to users; the function's name in words without it.
        self.title = title
        #: The queue that it is for.
        self.queue = queue
        #: Seconds that a run may take; -1: no limit.
        self.timeout = timeout
        #: Seconds that its result is kept; -1: for ever, 0: not at all.
        self.result_ttl = result_ttl


def job_type(func: Callable[..., Any] | None = None, **options: Any) -> Callable[..., Any]:
    """Make a function a job type: with a form, checked arguments, progress and a live log.

    Bare, or with `title`, `queue`, `timeout` (s, -1: no limit) and `result_ttl` (s, -1: for ever). Called outside an
    RQ job it is the function itself. Raises ValueError where an option cannot be.
    """
    if func is None:
        return lambda decorated: job_type(decorated, **options)
    kind = JobType(func, **options)
    _check(kind)
    wrapper = _async_wrapper(func) if inspect.iscoroutinefunction(func) else _wrapper(func)
    setattr(wrapper, MARK, kind)
    return wrapper


def _check(kind: JobType) -> None:
    if kind.timeout is not None and (type(kind.timeout) is not int or kind.timeout < -1 or kind.timeout == 0):
        raise ValueError(f"timeout={kind.timeout!r} is not a number of seconds. Use one from 1, or -1 for no limit.")
    if kind.result_ttl is not None and (type(kind.result_ttl) is not int or kind.result_ttl < -1):
        raise ValueError(f"result_ttl={kind.result_ttl!r} is not a number of seconds. Use one from 0, or -1 for ever.")


def _wrapper(func: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        run = _open_run()
        if run is None:
            return func(*args, **kwargs)
        with run:
            args, kwargs = run.arguments(func, args, kwargs)
            return run.result(func(*args, **kwargs))

    return wrapper


def _async_wrapper(func: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(func)
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        run = _open_run()
        if run is None:
            return await func(*args, **kwargs)
        from jobs._alarm import heeding_the_alarm

        with run, heeding_the_alarm():
            args, kwargs = run.arguments(func, args, kwargs)
            return run.result(await func(*args, **kwargs))

    return wrapper


def _open_run() -> Run | None:
    """The run to enter, or None outside a job. RQ is not imported: where it is not loaded there is no job."""
    if "rq.job" not in sys.modules:
        return None
    from jobs._run import open_run

    return open_run()
