"""Secrets in plain text, by what stands around them: `password='x'`, `"token": "x"`, `scheme://user:pass@host`. Pure.

Linear in the text, whatever it is: hints are found by plain search, a name is read once, and a value is read over once.
"""

import re
from collections.abc import Iterator

from webapp.redact.names import NAME_CHARS, Names, counts

#: What stands for a secret: as long for every one.
MASK = "••••••"

_RUN = re.compile(r"[\w.-]++")
#: What may stand between a name and its value.
_SIGN = re.compile(r"(\\{0,8}[\"'`])?\]?[ \t]{0,16}(=>|:=|[!=]=|=|:)[ \t]{0,16}")
_OPTION = re.compile(r"[ \t]{1,16}(?=[^\s-])")
_SCHEME = re.compile(r"[A-Za-z0-9._~+/=-]{8,}+")
_BETWEEN_TAGS = re.compile(r">[^<\n]*+")
_USER = re.compile(r"([^\s/?#'\"<>\\:@]{0,500}+)(?::([^\s/?#'\"<>\\]{0,500}))?@")
_KEY_BLOCK = re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?s:.*?)(?:-----END [A-Z ]{0,40}KEY-----|\Z)")
#: A whole quoted text, with its prefix; where its end is missing, the line.
_QUOTED = re.compile(
    r"[bBrRuUfF]{0,2}(\"\"\"(?s:.*?)(?:\"\"\"|\Z)|'''(?s:.*?)(?:'''|\Z)"
    r"|\"(?:[^\"\\\n]|\\.)*+\"?|'(?:[^'\\\n]|\\.)*+'?|`[^`\n]*+`?)"
)
_ESCAPED = re.compile(r"(\\{1,8}[\"'])((?:(?!\1)[^\n])*+)(?:\1)?")
_PIECE = re.compile(
    r"[bBrRuUfF]{0,2}\"(?:[^\"\\\n]|\\.)*+\"?|[bBrRuUfF]{0,2}'(?:[^'\\\n]|\\.)*+'?"
    r"|[(\[{]|[)\]}]|[ \t]++|[,;&<>\n\r]|\\[\s\S]|[^\s\"'(){}\[\],;&<>\\]++|[\s\S]"
)
_GOES_ON = re.compile(r"(?:\+|%|or|and|if|else)(?=[ \t(\"'])")
_WORD_SIGN = re.compile(r"\b(?:or|and|if|else)\Z")
#: What begins a line of a pretty-printed value.
_INNER_LINE = re.compile(r"[ \t)\]}]")
_LINE = re.compile(r"[^\n\r]*+")
_LINE_HEAD = re.compile(r"[ \t]*(?:export[ \t]+|set[ \t]+|[-*][ \t]+)?\Z")
_OPENING, _CLOSING = "([{", ")]}"


def may_hold(names: Names, low: str) -> bool:
    """Whether a text, in lower case, may hold a secret. A microsecond for a row."""
    if names.hints is None or ("://" in low and "@" in low):
        return True
    return any(hint in low for hint in names.hints)


def masked(text: str, names: Names, found: list[str] | None = None) -> str:
    """`text` with MASK for what is secret by its surroundings; `found` takes what was masked. O(text)."""
    low = text.lower()
    if not may_hold(names, low):
        return text
    if len(low) != len(text):
        # One letter of Turkish becomes two.
        low = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    made, end = [], 0
    for start, stop, shown in _places(text, low, names):
        if start >= end:
            made += [text[end:start], shown]
            if found is not None:
                found.append(text[start:stop])
            end = stop
    return "".join([*made, text[end:]]) if made else text


def _places(text: str, low: str, names: Names) -> Iterator[tuple[int, int, str]]:
    """(start, end, what is shown) of what is secret, in order of their starts."""
    at, places = 0, _hinted(low, names)
    for start, is_address in places:
        if start < at:
            continue
        if is_address:
            place = _in_address(text, start)
            at = max(at, place[1] if place else 0)
        elif low.startswith("-----begin", start):
            block = _KEY_BLOCK.match(text, start)
            place = (start, block.end(), MASK) if block else None
            at = max(at, place[1] if place else 0)
        else:
            run = _RUN.match(text, start)
            end = run.end() if run else start + 1
            head = _head(text, start, at)
            place = _named(text, head, end, names)
            at = max(end, place[1] if place else 0)
        if place:
            yield place


def _hinted(low: str, names: Names) -> list[tuple[int, bool]]:
    """Where something may begin, in order; True for an address."""
    spots: list[tuple[int, bool]] = [(found, True) for found in _each(low, "://")]
    spots += [(found, False) for found in _each(low, "-----begin")]
    hints = names.hints
    if hints is None:
        spots += [(run.start(), False) for run in _RUN.finditer(low)]
    else:
        for hint in (*hints, "basic "):
            spots += [(found, False) for found in _each(low, hint)]
    return sorted(spots)


def _each(low: str, part: str) -> Iterator[int]:
    at = low.find(part)
    while at >= 0:
        yield at
        at = low.find(part, at + len(part))


def _head(text: str, start: int, least: int) -> int:
    """Where the name begins that `start` lies in, at most NAME_CHARS before it."""
    least = max(least, start - NAME_CHARS)
    while start > least and _RUN.match(text[start - 1]):
        start -= 1
    return start


def _in_address(text: str, start: int) -> tuple[int, int, str] | None:
    found = _USER.match(text, start + 3)
    if not found:
        return None
    user, password = found[1], found[2]
    if password is not None:
        return (found.start(2), found.end(2), MASK) if password else None
    # A key stands in the place of the user where the web is asked; elsewhere a name alone is none.
    is_web = text[max(0, start - 5) : start].lower().endswith(("http", "https"))
    return (found.start(1), found.end(1), MASK) if user and is_web else None


def _named(text: str, head: int, end: int, names: Names) -> tuple[int, int, str] | None:
    """What stands under the name text[head:end], where that name is secret."""
    name = text[max(head, end - NAME_CHARS) : end]
    if name.lower() in ("bearer", "basic"):
        token = _SCHEME.match(text, end + 1) if text[end : end + 1] == " " else None
        if token and not token[0][1:].islower():
            return token.start(), token.end(), MASK
    if not names.is_secret(name):
        return None
    sign = _SIGN.match(text, end)
    if sign:
        to_end = not sign[1] and (sign[2] == ":" or _is_alone(text, head, sign))
        before = text[head - 1 : head]
        is_within = not sign[1] and before in ("'", '"')
        return _valued(text, sign.end(), to_end, name, before if is_within else "")
    if text.startswith("--", head) and (gap := _OPTION.match(text, end)):
        return _valued(text, gap.end(), False, name)
    if head and text[head - 1] == "<" and (inner := _BETWEEN_TAGS.match(text, end)) and len(inner[0]) > 1:
        return inner.start() + 1, inner.end(), MASK
    return None


def _is_alone(text: str, head: int, sign: re.Match[str]) -> bool:
    """Whether all of the line is the value: `PASSWORD=two words`, and not `token=x, n=3`."""
    line = text.rfind("\n", max(0, head - 40), head) + 1
    if sign[2] != "=" or not _LINE_HEAD.match(text, line, head):
        return False
    end = scan(text, sign.end())
    return text[end : end + 1] in (" ", "\t", "")


def _valued(text: str, start: int, to_end: bool, name: str, around: str = "") -> tuple[int, int, str] | None:
    escaped = _ESCAPED.match(text, start)
    if escaped:
        return (escaped.start(2), escaped.end(2), MASK) if escaped[2] else None
    quoted = _QUOTED.match(text, start)
    if quoted:
        end = scan(text, start)
        if end <= quoted.end():
            return _within(quoted)
        return start, end, MASK
    is_line = to_end and text[start : start + 1] not in _OPENING
    end = _LINE.match(text, start).end() if is_line else scan(text, start)
    if around and (closed := text.find(around, start, end)) >= 0:
        # The quotes are around name and value: `"Authorization: Bearer x"`.
        end = closed
    end = start + len(text[start:end].rstrip())
    value = text[start:end]
    if not value or value in ("None", "null", "True", "False", "true", "false"):
        return None
    if counts(name) and value.replace(".", "", 1).isdigit():
        return None
    return start, end, MASK


def _within(quoted: re.Match[str]) -> tuple[int, int, str] | None:
    """What stands between the quotes, which stay."""
    text, start, end = quoted[1], quoted.start(1), quoted.end(1)
    width = 3 if text.startswith(('"""', "'''")) else 1
    closes = len(text) >= 2 * width and text.endswith(text[:width])
    end -= width if closes else 0
    return (start + width, end, MASK) if end > start + width else None


def scan(text: str, start: int) -> int:
    """Where the value ends that begins at `start`: at what divides it from the next, outside of its own brackets."""
    depth, at = 0, start
    while piece := _PIECE.match(text, at):
        first = piece[0][0]
        if first in _OPENING:
            depth += 1
        elif first in _CLOSING:
            if depth == 0:
                return at
            depth -= 1
        elif first in " \t":
            if depth == 0 and not (at > start and _GOES_ON.match(text, piece.end())) and not _after_sign(text, at):
                return at
        elif first in "\n\r":
            if depth == 0 or not _INNER_LINE.match(text, piece.end()):
                return at
        elif first in ",;&<>" and depth == 0:
            return at
        at = piece.end()
    return at


def _after_sign(text: str, at: int) -> bool:
    """Whether an operator stands before: its other side belongs to the value."""
    return text[max(0, at - 1) : at] in ("+", "%") or _WORD_SIGN.search(text[max(0, at - 5) : at]) is not None
