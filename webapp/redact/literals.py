"""Known secrets in plain text: the very values, however they are quoted, also where a long one is cut. Pure."""

import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from webapp.redact.patterns import MASK

#: A shorter value is looked for nowhere; one shorter than WHOLE only as a word of its own.
LEAST, WHOLE = 4, 6
#: Digits of a number that is looked for.
DIGITS = 6
#: Values of one job that are looked for, and characters of each.
VALUES_MAX, VALUE_CHARS = 500, 100_000
#: Of a longer value the beginning is enough: texts are cut.
START = 24
#: Lines of a longer value, each for itself.
LINE_LEAST = 8
_ORDINARY = frozenset({"none", "null", "true", "false", "self", "none)", "undefined"})
#: What stands behind a text that was cut, also where the log of a job says how long it was.
_CUT = re.compile(r"(?: … \([\d,]{1,20} characters\))?[….'\") \n]{0,20}\Z")
#: Before the secret of a header.
_SCHEME = re.compile(r"\A(?:Bearer|Basic|Token|Digest) +", re.IGNORECASE)
#: Characters at the end of a text among which that is.
_END = 80


class Literals:
    """The secrets of one job."""

    __slots__ = ("_forms", "numbers", "values")

    def __init__(self, values: Iterable[str], numbers: Iterable[int | float] = ()) -> None:
        values = [part for value in values for part in (value, _SCHEME.sub("", value))]
        kept = {value[:VALUE_CHARS] for value in values if len(value) >= LEAST and value.lower() not in _ORDINARY}
        self.values = tuple(sorted((value for value in kept if MASK not in value), key=len, reverse=True)[:VALUES_MAX])
        self.numbers = frozenset(number for number in numbers if len(str(number)) >= DIGITS)
        forms = {form for value in self.values for form in _forms(value)} | {str(number) for number in self.numbers}
        self._forms = tuple(sorted(forms, key=lambda form: (-len(form), form)))

    def __bool__(self) -> bool:
        return bool(self._forms)

    def masked(self, text: str) -> str:
        """`text` with MASK for each of them. O(text) for each value."""
        for form in self._forms:
            start = form[:START]
            if start in text:
                text = _without(text, form, start)
        return self._without_tail(text) if self._forms else text

    def _without_tail(self, text: str) -> str:
        """What is left of one at the end of a text that was cut there."""
        end = _CUT.search(text, max(0, len(text) - _END))
        kept = text[: end.start()] if end else text
        tail = kept[-START:]
        for value in self.values:
            for length in range(min(len(value) - 1, len(tail)), WHOLE - 1, -1):
                if tail.endswith(value[:length]):
                    return f"{kept[: len(kept) - length]}{MASK}{text[len(kept) :]}"
        return text


def _forms(value: str) -> Iterable[str]:
    """The value as it is, and as Python, JSON and addresses write it; of several lines each."""
    yield from (value, repr(value)[1:-1], quote(value, safe=""), quote_plus(value))
    yield from (json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1])
    if "\n" in value:
        yield from (line.strip() for line in value.splitlines() if len(line.strip()) >= LINE_LEAST)


def _without(text: str, form: str, start: str) -> str:
    made, end, at = [], 0, text.find(start)
    while at >= 0:
        stop = _stop(text, form, at)
        if len(form) >= WHOLE or _stands_alone(text, at, stop):
            made += [text[end:at], MASK]
            end = stop
        at = text.find(start, stop)
    return "".join([*made, text[end:]])


def _stop(text: str, form: str, at: int) -> int:
    """How far text from `at` on is as `form`, of which START characters are."""
    if text.startswith(form, at):
        return at + len(form)
    low, high = min(START, len(form)), min(len(form), len(text) - at)
    while low < high:
        middle = (low + high + 1) // 2
        if text.startswith(form[:middle], at):
            low = middle
        else:
            high = middle - 1
    return at + low


def _stands_alone(text: str, start: int, stop: int) -> bool:
    before, after = text[start - 1 : start], text[stop : stop + 1]
    return not (before.isalnum() or after.isalnum())
