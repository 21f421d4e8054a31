"""From blocks of text to the numbered lines of a log: split, cut, cleaned, bounded. Pure: no clock, no I/O."""

import re
from collections import deque
from typing import NamedTuple

from jobs import _keys
from jobs._capture import last_state

#: A line costs Redis about this much beyond its text; counted, so that a million empty lines end too.
LINE_BYTES = 32
#: A block longer than a whole log: only its end can stay.
BLOCK_CHARS_MAX = _keys.LOG_BYTES
#: Colours and cursor movements, which only a terminal understands.
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


class Line(NamedTuple):
    """One line of a log."""

    #: Epoch milliseconds.
    at: int
    level: str
    text: str
    #: Its number among all lines of its run, those included that were dropped.
    number: int


class Tail:
    """The newest lines of a run that are not delivered yet, at most a log's worth: the oldest go first."""

    def __init__(self) -> None:
        self._lines: deque[Line] = deque()
        self._size = 0
        self._number = 0
        self._taken = 0
        self._delivered = 0

    def __len__(self) -> int:
        return len(self._lines)

    def take(self, mailbox: deque[tuple[int, float, str, str]]) -> None:
        """Move what is in the mailbox now into the tail. A mailbox that overflowed has dropped its oldest blocks."""
        full = len(mailbox) == mailbox.maxlen
        for _ in range(len(mailbox)):
            block, at, level, text = mailbox.popleft()
            if full and block > self._taken:
                self._number += block - self._taken
            self._taken = max(self._taken, block + 1)
            for line in text[-BLOCK_CHARS_MAX:].split("\n"):
                self._append(int(at * 1000), level, line)

    def lines(self) -> list[Line]:
        """What to deliver next; where lines are missing before it, a line says how many."""
        missing = self._lines[0].number - self._delivered - 1 if self._lines else 0
        return ([self._gap(missing)] if missing else []) + list(self._lines)

    def delivered(self) -> int:
        """Forget the lines; returns their size in bytes."""
        if self._lines:
            self._delivered = self._lines[-1].number
        size, self._size = self._size, 0
        self._lines.clear()
        return size

    def _append(self, at: int, level: str, text: str) -> None:
        self._number += 1
        self._lines.append(Line(at, level, clean(text), self._number))
        self._size += _size(self._lines[-1])
        while self._size > _keys.LOG_BYTES:
            self._size -= _size(self._lines.popleft())

    def _gap(self, missing: int) -> Line:
        first = self._lines[0]
        text = f"Lines missing here: {missing:,}. They came faster than a log can take."
        return Line(first.at, "WARNING", text, first.number - 1)


def clean(text: str) -> str:
    """A line as it is kept: no colours, a bar's last state only, cut to LOG_LINE_CHARS."""
    if "\r" in text:
        text = last_state(text)
    if "\x1b" in text:
        text = _ESCAPES.sub("", text)
    if len(text) > _keys.LOG_LINE_CHARS:
        mark = f" … ({len(text):,} characters)"
        text = text[: _keys.LOG_LINE_CHARS - len(mark)] + mark
    return text


def _size(line: Line) -> int:
    return len(line.text) + LINE_BYTES
