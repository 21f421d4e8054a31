"""What the job prints and logs, on its way to the run. Nothing is kept back: the worker's terminal shows it all.

`sys.stdout` and `sys.stderr` get stand-ins that write through; records are seen where `logging` makes them, so that no
handler is added (one would silence `basicConfig` and the handler of last resort). Why not file descriptors is in
`docs/decisions/job-log-capture.md`. Code here runs inside every `print`: no locks, nothing raised of its own. What
leads in here is `_doors.py`.
"""

from __future__ import annotations

import io
import logging
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from jobs import _run

if TYPE_CHECKING:
    from jobs._run import Run

#: A line that does not end (a row of dots) is passed on after so many characters.
BEGUN_LINE_CHARS = 8_192
#: Whoever writes from in here is a handler showing a record, and the record has been seen already.
_LOGGING = vars(logging)
_LEVELS = ((50, "CRITICAL"), (40, "ERROR"), (30, "WARNING"), (20, "INFO"), (0, "DEBUG"))


class Tee(io.BufferedIOBase):
    """The lower half of a stand-in: passes bytes on to the stream, and gives whole lines to the open run.

    The upper half is Python's own TextIOWrapper, which gathers what a `print` writes in pieces, in C.
    """

    def __init__(self, stream: Any, level: str) -> None:
        #: What the stand-in stands in for; None where the process has no such stream.
        self.stream = stream
        self._level = level
        self._encoding = getattr(stream, "encoding", None) or "utf-8"
        self._begun = ""
        # Our upper half flushes each line. Where the stream itself would not, only a flush that was asked for counts.
        self._lines_only = not getattr(stream, "line_buffering", True)
        self._wrote_line = False

    def stand_in(self) -> io.TextIOWrapper:
        """A text stream to put in place of the stream."""
        errors = getattr(self.stream, "errors", None) or "replace"
        return io.TextIOWrapper(self, self._encoding, errors, newline="\n", line_buffering=True)

    def write(self, data: Any) -> int:
        """As the stream does it; what the stream raises is raised."""
        self._pass_on(data)
        self._wrote_line = b"\n" in data or b"\r" in data
        run = _run.current
        if run is not None and sys._getframe(1).f_globals is not _LOGGING:
            self._take(run, str(data, self._encoding, "replace"))
        return len(data)

    def flush(self) -> None:
        """Flush the stream, unless this is only the end of a line and the stream itself would not."""
        if self._wrote_line and self._lines_only:
            self._wrote_line = False
        elif self.stream is not None:
            self.stream.flush()

    def finish(self, run: Run | None) -> None:
        """Forget the begun line; give it to `run` if there is one."""
        begun, self._begun = self._begun, ""
        if run is not None and begun:
            run.note(self._level, begun)

    def close(self) -> None:
        """The stream is not ours to close."""

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self.stream.fileno()

    def isatty(self) -> bool:
        return self.stream is not None and self.stream.isatty()

    @property
    def name(self) -> Any:
        return self.stream.name

    def _pass_on(self, data: Any) -> None:
        out = getattr(self.stream, "buffer", None)
        if out is not None:
            out.write(data)
        elif self.stream is not None:
            self.stream.write(str(data, self._encoding, "replace"))

    def _take(self, run: Run, text: str) -> None:
        lines, newline, begun = text.rpartition("\n")
        if newline:
            run.note(self._level, self._begun + lines)
        else:
            begun = self._begun + begun
        if "\r" in begun:
            begun = last_state(begun) + "\r" * begun.endswith("\r")
        if len(begun) > BEGUN_LINE_CHARS:
            run.note(self._level, begun)
            begun = ""
        self._begun = begun


def last_state(line: str) -> str:
    """What a terminal shows of a line that was drawn over itself: a progress bar's last state."""
    return line.rstrip("\r").rpartition("\r")[2]


def stand_in(stream: Any, level: str) -> io.TextIOWrapper:
    """A text stream to put in place of `stream`."""
    with suppress(Exception):
        stream.flush()
    return Tee(stream, level).stand_in()


def note_record(run: Run, record: logging.LogRecord) -> None:
    """Put a record into the log, if it is the job's."""
    if _is_of_the_job(run, record):
        run.note(next(level for number, level in _LEVELS if record.levelno >= number), _text(record))


def _is_of_the_job(run: Run, record: logging.LogRecord) -> bool:
    """RQ's own records are the worker's; those of our courier would call for the courier again."""
    name = record.name
    return bool(name) and name != "rq" and not name.startswith("rq.") and record.thread != run.courier_thread


def _text(record: logging.LogRecord) -> str:
    try:
        text = record.getMessage()
    except Exception:
        text = f"{record.msg} {record.args}"
    if record.exc_info and record.exc_info[0] is not None:
        text += "\n" + logging.Formatter().formatException(record.exc_info)
    return text
