"""What made a job fail: exception type, place and message out of a traceback, and an id for all that fail alike. Pure.

Two failures have one cause where type, place and pattern (see `failure_pattern.py`) are the same.
"""

import hashlib
import re
from dataclasses import dataclass

from webapp.failure_pattern import MESSAGE_CHARS, pattern

NAME_CHARS = 200

#: An exception, or a text that is none.
EXCEPTION, TEXT = "exception", "text"
#: What RQ itself says of a run without an exception of the job.
KILLED, ABANDONED, STUCK, UNREADABLE = "killed", "abandoned", "stuck", "unreadable"
#: Nothing is said: the job asked for retries until there were no more; or there is no results entry.
RETRIES, UNKNOWN = "retries", "unknown"

#: Raised wherever the time happened to run out: its place says nothing, the function of the job does.
TIMEOUT = "JobTimeoutException"

_SAID_BY_RQ = (
    (re.compile(r"Work-horse terminated unexpectedly; waitpid returned \S+(?: \((signal \d+)\))?"), KILLED),
    (re.compile(r"Moved to FailedJobRegistry, due to (\w+)"), ABANDONED),
    (re.compile(r"Job was stuck in intermediate queue()"), STUCK),
    (re.compile(r"The stored traceback cannot be decoded()"), UNREADABLE),
)
_CHAINED = re.compile(
    r"^(?:During handling of the above exception, another exception occurred"
    r"|The above exception was the direct cause of the following exception):$",
    re.MULTILINE,
)
_HEADER = re.compile(r"^(?: *\+ Exception Group )?Traceback \(most recent call last\):$", re.MULTILINE)
#: Lines of an exception group stand behind a bar; what is within it follows a rule.
_BAR = re.compile(r"^ *\| ?", re.MULTILINE)
_WITHIN_GROUP = re.compile(r"^ *\+-\+-+ 1 -+$", re.MULTILINE)
_FRAME = re.compile(r'^ *File "([^"\n]+)", line (\d{1,9}), in ([^\n]+)$', re.MULTILINE)
_RAISED = re.compile(r"([A-Za-z_][\w.<>]*)(:(?: (.*))?)?")
#: The last line of a text without a traceback, where it is one of an exception.
_LAST_LINE = re.compile(r"((?:[a-z_]\w*\.)*[A-Z]\w*): (.*)")
#: Python's and installed libraries' code, and what runs a job type of ours. As js/panels/job/traceback.model.js has it.
_LIBRARY = re.compile(
    r"(?:site|dist)-packages|[\\/]lib(?:64)?[\\/]python\d|[\\/]Python\d+[\\/]Lib[\\/]|^<"
    r"|[\\/]rq[\\/](?:job|timeouts|worker(?:[\\/]\w+)?)\.py$|[\\/]jobs[\\/]_(?:job_type|run|children|capture)\.py$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Cause:
    """What a failure is told by."""

    kind: str
    #: Dotted name of the exception; None where RQ ended the run without one.
    type: str | None
    #: Innermost frame in the job's own code, else the innermost of all; None without a traceback.
    file: str | None
    line: int | None
    #: Of that frame, or the function of the job where the place tells nothing.
    function: str | None
    #: First line of what was said.
    message: str
    pattern: str

    @property
    def id(self) -> str:
        """Twelve hex digits, the same for all that fail alike: line numbers and folders of releases do not count."""
        place = "/".join(re.split(r"[\\/]", self.file or "")[-2:])
        told = (self.kind, self.type, place, self.function, self.pattern)
        return hashlib.sha256("\0".join(part or "" for part in told).encode("utf-8", "replace")).hexdigest()[:12]


def cause(text: str | None, func: str | None, outcome: str = "") -> Cause:
    """The cause that the `text` of a results entry tells, for a job that calls `func`. Never raises. O(text).

    `outcome` is that of the entry, see `webapp.queries.attempts`; it counts where there is no text.
    """
    if not text or not text.strip():
        return _without_place(RETRIES if outcome == "max_retries_exceeded" else UNKNOWN, func, "")
    for said, kind in _SAID_BY_RQ:
        if found := said.match(text):
            return _without_place(kind, func, found[1] or "")
    told = _CHAINED.split(text)[-1]
    header = _HEADER.search(told)
    if header is None:
        return _plain(text, func)
    told = told[header.end() :]
    if "Group" in header[0]:
        told = _BAR.sub("", _WITHIN_GROUP.split(told)[0])
    return _traceback(told, func)


def is_own(file: str) -> bool:
    """Whether a frame of this file is the user's own code: neither Python's nor an installed library's."""
    return not _LIBRARY.search(file)


def _without_place(kind: str, func: str | None, message: str) -> Cause:
    return Cause(kind, None, None, None, func, message, message)


def _traceback(told: str, func: str | None) -> Cause:
    raised, frames = _split(told)
    found = _RAISED.fullmatch(raised.partition("\n")[0].rstrip())
    if not found:
        return _plain(raised or told, func)
    name = found[1][:NAME_CHARS]
    message = _first_line(raised[found.start(2) + 1 :]) if found[2] else ""
    shown = pattern(message, name)
    if name.rpartition(".")[2] == TIMEOUT or not frames:
        return Cause(EXCEPTION, name, None, None, func, message, shown)
    own = [frame for frame in frames if is_own(frame[0])]
    file, line, function = (own or frames)[-1]
    return Cause(EXCEPTION, name, file[-NAME_CHARS:], int(line), function[:NAME_CHARS], message, shown)


def _split(told: str) -> tuple[str, list[tuple[str, str, str]]]:
    """(what was raised, frames): frames and code are indented, the exception is the first line that is not."""
    at = 0
    for line in told.splitlines(keepends=True):
        if line.strip() and not line[0].isspace():
            return told[at:], _FRAME.findall(told[:at])
        at += len(line)
    return "", _FRAME.findall(told)


def _plain(text: str, func: str | None) -> Cause:
    """A text that is no traceback; its last line may still be `Type: message`."""
    found = _LAST_LINE.fullmatch((text.strip().splitlines() or [""])[-1])
    if found:
        message = _first_line(found[2])
        return Cause(EXCEPTION, found[1][:NAME_CHARS], None, None, func, message, pattern(message, found[1]))
    message = _first_line(text)
    return Cause(TEXT, None, None, None, func, message, pattern(message))


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")[:MESSAGE_CHARS]
