"""The run of one job in this process: what is open while its function runs, and the only way out of it.

Light, because each forked horse imports it anew: threads, sockets and the rooms that need them come with the first
line or stage. `note` and `changed` may be called from any thread, from a signal handler and from a finalizer: so they
take no lock.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING, Any

from jobs import _doors

if TYPE_CHECKING:
    from rq.job import Job

    from jobs._children import Desk
    from jobs._courier import Courier, Post
    from jobs._progress import Stage

#: Blocks of text that wait for the courier. A full log of short lines; beyond it the oldest go, and are counted.
MAILBOX_MAX = 8_192
#: Seconds that the end of a run may wait for the last lines to be written.
FLUSH_SECONDS = 0.5

#: The run that is open in this process. One at a time: what is printed cannot be told apart.
current: Run | None = None


class Run:
    """One run of one job, in the process that runs it or in a child of that process. A context manager."""

    def __init__(
        self,
        job_id: str,
        run_id: str,
        make_post: Callable[[], Post],
        job: Job | None = None,
        address: str | None = None,
    ) -> None:
        self.job_id = job_id
        self.id = run_id
        #: (number, epoch seconds, level, text), drained by the courier.
        self.mailbox: deque[tuple[int, float, str, str]] = deque(maxlen=MAILBOX_MAX)
        #: Open stages in the order in which they were opened, and the one to show when none is.
        self.stages: list[Stage] = []
        self.final: Stage | None = None
        #: The stages of child processes, by the connection that told of them.
        self.guests: dict[int, list[dict[str, Any]]] = {}
        #: Differs after each change of the stages.
        self.version = 0
        #: True once nobody wants to hear: the job was deleted.
        self.muted = False
        #: The courier's own thread, whose log records are not the job's.
        self.courier_thread: int | None = None
        #: Where children of this process deliver; opened by the first child.
        self.desk: Desk | None = None
        #: Files to store and folders to remove at the end.
        self.files: list[Any] = []
        #: None in a child process, which has no say in how the run ends.
        self._job = job
        self._address = address
        self._result: Any = None
        self._make_post = make_post
        self._courier: Courier | None = None
        self._numbers, self._versions = count(), count(1)
        self._ticket = [True]

    def __enter__(self) -> Run:
        global current
        current = self
        _doors.put_up()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Restores what was captured, writes what waits, gives the log its time to live. At most FLUSH_SECONDS.

        A timeout of RQ that strikes in here is ignored: the function has ended already.
        """
        global current
        with suppress(Exception):
            _doors.take_down(self)
        current = None
        with suppress(Exception):
            if self.desk is not None:
                self.desk.close()
        with suppress(Exception):
            self._finish(kind is None)

    def note(self, level: str, text: str) -> None:
        """Put a block of lines into the log. Never raises, never waits."""
        self.deposit(time.time(), level, text)

    def deposit(self, at: float, level: str, text: str) -> None:
        """As `note`, for a block from elsewhere, made at `at` (epoch seconds)."""
        if not self.muted:
            self.mailbox.append((next(self._numbers), at, level, text))
            self._wake()

    def changed(self) -> None:
        """The stages have changed. Never raises, never waits."""
        self.version = next(self._versions)
        self._wake()

    def address(self) -> str | None:
        """Where a child of this process delivers: the desk of the process of the job. None if it cannot be opened."""
        if self._address is None and self.desk is None:
            from jobs._children import Desk

            with suppress(OSError, RuntimeError):
                self.desk = Desk(self)
                self._address = self.desk.path
        return self._address

    def arguments(self, func: Callable[..., Any], args: tuple, kwargs: dict) -> tuple[tuple, dict]:
        """The stored arguments as the function wants them. Raises ValueError that lists every wrong one."""
        code = getattr(func, "__code__", None)
        if code and not (args or kwargs or code.co_argcount or code.co_kwonlyargcount):
            return args, kwargs
        from jobs._convert import convert_arguments

        return convert_arguments(func, args, kwargs)

    def result(self, value: Any) -> Any:
        """What the job returns: `value`, its artifacts stored and told by their place."""
        if self.files:
            from jobs._files import store_artifacts

            value = store_artifacts(self, value)
        self._result = value
        return value

    def flush(self) -> None:
        """Write what waits and end the courier. For the end of a child process; at most FLUSH_SECONDS."""
        if self._courier is not None:
            self._courier.close(FLUSH_SECONDS)

    def _wake(self) -> None:
        courier = self._courier
        if courier is not None:
            if courier.idle:
                courier.wake()
        elif self._ticket:
            self._start()

    def _start(self) -> None:
        """The one thread that takes the ticket starts the courier; it finds what the others have put meanwhile."""
        with suppress(IndexError, RuntimeError):
            self._ticket.pop()
            from jobs._courier import Courier

            self._courier = Courier(self, self._make_post)

    def _finish(self, succeeded: bool) -> None:
        for file in self.files:
            with suppress(OSError):
                file.tidy()
        if self._courier is not None:
            from jobs._post import lifetime

            self._courier.close(FLUSH_SECONDS, lifetime(self._job, succeeded, self._result))


def open_run() -> Run | None:
    """A new run of the job that this process works on; None outside a job, and within an open run.

    Where the job may have run before, its progress is removed: one round trip on the job's own connection, which RQ
    has used a moment ago and uses next. It is the only time that this connection is used.
    """
    from rq import get_current_job

    job = get_current_job()
    if job is None or current is not None:
        return None
    if may_have_run(job):
        from jobs import _keys

        with suppress(Exception):
            job.connection.hdel(_keys.job(job.id), _keys.PROGRESS_FIELD)

    def make_post() -> Post:
        from jobs._post import RedisPost

        return RedisPost(job, run.id)

    run = Run(job.id, os.urandom(4).hex(), make_post, job)
    return run


def may_have_run(job: Job) -> bool:
    """False for a job that was put into its queue as it was made: within a millisecond nothing runs and comes back.

    Whatever runs a job again, puts it into a queue again, and RQ and we write down when.
    """
    made, queued = job.created_at, job.enqueued_at
    return made is None or queued is None or abs((queued - made).total_seconds()) > 0.001
