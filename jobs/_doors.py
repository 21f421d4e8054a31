"""The doors through which a job's words and children come to its run: streams, log records, new processes.

They are put up at the start of every run, so they are small: the rooms behind them (`_capture.py`, `_children.py`) cost
a forked horse a millisecond, and are imported when somebody comes through.
"""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress
from multiprocessing import context, reduction
from typing import TYPE_CHECKING

from jobs import _run

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from jobs._run import Run


class StreamDoor:
    """In place of a text stream until somebody uses it; then a stand-in of `_capture.py` takes its place."""

    def __init__(self, name: str, level: str, real: Any) -> None:
        self._name, self._level = name, level
        self._real = self._behind = real
        self._made: dict[str, Any] = {}

    def __getattr__(self, attribute: str) -> Any:
        if self._behind is self._real and _run.current is not None:
            from jobs._capture import stand_in

            # Of two threads that come at once, the second takes what the first has made.
            self._behind = self._made.setdefault(self._name, stand_in(self._real, self._level))
            if getattr(sys, self._name) is self:
                setattr(sys, self._name, self._behind)
        return getattr(self._behind, attribute)


class RecordFactory:
    """Makes log records as the factory before it does, and shows them to the open run."""

    def __init__(self, previous: Callable[..., logging.LogRecord]) -> None:
        self.previous = previous

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record = self.previous(*args, **kwargs)
        run = _run.current
        # A job may have wrapped it in a factory of its own: there it lives on, and is not to speak in the next run.
        if run is not None and self is _factory:
            from jobs._capture import note_record

            note_record(run, record)
        return record


_streams: tuple[StreamDoor, ...] = ()
_factory: RecordFactory | None = None
_lowered = False
_hooked = False


def put_up() -> None:
    """Whatever is printed, logged and started in this process finds the open run from now on.

    A root logger at its default, WARNING, is set to INFO: a job's `info` lines are what its log is for.
    """
    global _streams, _factory, _lowered, _hooked
    _streams = (StreamDoor("stdout", "OUT", sys.stdout), StreamDoor("stderr", "ERR", sys.stderr))
    sys.stdout, sys.stderr = _streams
    _factory = RecordFactory(logging.getLogRecordFactory())
    logging.setLogRecordFactory(_factory)
    _lowered = logging.root.level == logging.WARNING
    if _lowered:
        logging.root.setLevel(logging.INFO)
    if not _hooked:
        _hooked = True
        os.register_at_fork(before=_before_fork, after_in_child=_after_fork)
        for process in (context.SpawnProcess, context.ForkServerProcess):
            reduction.ForkingPickler.register(process, _pickle_process)


def take_down(run: Run) -> None:
    """Everything as before `put_up`, but for what the job itself has changed since. Begun lines go to `run`."""
    for door in _streams:
        if getattr(sys, door._name) in (door, door._behind):
            setattr(sys, door._name, door._real)
    finish_lines(run)
    if _factory is not None and logging.getLogRecordFactory() is _factory:
        logging.setLogRecordFactory(_factory.previous)
    if _lowered and logging.root.level == logging.INFO:
        logging.root.setLevel(logging.WARNING)


def finish_lines(run: Run | None) -> None:
    """Give the lines that are begun to `run`; without one (in a forked child they are the parent's) forget them."""
    for door in _streams:
        if door._behind is not door._real:
            if run is not None:
                with suppress(Exception):
                    door._behind.flush()
            door._behind.buffer.finish(run)


def _before_fork() -> None:
    if _run.current is not None:
        _run.current.address()


def _after_fork() -> None:
    if _run.current is not None:
        from jobs._children import become_child

        become_child(_run.current)


def _pickle_process(process: Any) -> tuple:
    """How a child that is not forked hears of the run: it comes with the process object that the child unpickles."""
    reduced = process.__reduce_ex__(2)
    run = _run.current
    address = run.address() if run is not None else None
    if run is None or address is None:
        return reduced
    from jobs._children import arrive

    return (arrive, (run.job_id, run.id, address, *reduced[:2]), *reduced[2:])
