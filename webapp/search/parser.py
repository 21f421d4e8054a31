"""A query's text to a tree of `syntax`, or to one error that says where it went wrong and what to do. Pure.

any   = all {"or" all}        all  = each {["and"] each}
each  = ("not" | "-") each | "(" any ")" | term
"""

import difflib
import re
from collections.abc import Callable

from webapp.models import STATUSES
from webapp.search import durations
from webapp.search.syntax import FIELDS, TIMES, And, BadQuery, Node, Not, Or, Term
from webapp.search.tokens import CLOSE, MINUS, OPEN, Token, tokens

QUERY_MAX = 500
TERMS_MAX = 30
DEPTH_MAX = 20
KEYWORDS = frozenset({"and", "or", "not"})
_FIELD = re.compile(r"([A-Za-z_]+)(:|<=?|>=?)")
CLOSES_NOTHING = "Take it away. Put the text in quotes to look for it as it is."
NOT_CLOSED = "Add the ). Put the text in quotes to look for it as it is."


def parse(text: str) -> Node:
    """The tree of a query. Raises BadQuery."""
    if len(text) > QUERY_MAX:
        raise BadQuery(f"The search has more than {QUERY_MAX} characters.", fix="Make it shorter.", at=QUERY_MAX)
    return _Parser(text).parse()


class _Parser:
    """Reads the tokens once, from left to right."""

    def __init__(self, text: str) -> None:
        self._tokens = tokens(text)
        self._next = 0
        self._end = len(text)
        self._depth = 0
        self._terms = 0

    def parse(self) -> Node:
        if not self._tokens:
            raise BadQuery("The search is empty.", fix="Write a word, or a field such as status:failed.", at=0)
        tree = self._any()
        left = self._peek()
        if left is not None:
            raise BadQuery("This ) closes nothing.", fix=CLOSES_NOTHING, at=left.at)
        return tree

    def _peek(self) -> Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _take(self, keyword: str) -> bool:
        """Whether the next token is this keyword; it is used up then."""
        if _keyword(self._peek()) != keyword:
            return False
        self._next += 1
        return True

    def _any(self) -> Node:
        parts = [self._all()]
        while self._take("or"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self) -> Node:
        parts = [self._each()]
        while True:
            explicit = self._take("and")
            token = self._peek()
            if not explicit and (token is None or token.kind == CLOSE or _keyword(token) == "or"):
                return parts[0] if len(parts) == 1 else And(tuple(parts))
            parts.append(self._each())

    def _each(self) -> Node:
        token = self._peek()
        if token is None or token.kind == CLOSE or _keyword(token) in ("and", "or"):
            raise self._nothing_here(token)
        self._next += 1
        if token.kind == MINUS or _keyword(token) == "not":
            return Not(self._deeper(token, self._each))
        if token.kind == OPEN:
            return self._group(token)
        self._terms += 1
        if self._terms > TERMS_MAX:
            message = f"The search has more than {TERMS_MAX} words and fields."
            raise BadQuery(message, fix="Leave some of them out.", at=token.at)
        return _term(token)

    def _group(self, opened: Token) -> Node:
        tree = self._deeper(opened, self._any)
        closing = self._peek()
        if closing is None:
            raise BadQuery("A parenthesis is never closed.", fix=NOT_CLOSED, at=opened.at)
        self._next += 1
        return tree

    def _deeper(self, token: Token, rule: Callable[[], Node]) -> Node:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            message = f"The search has more than {DEPTH_MAX} levels."
            raise BadQuery(message, fix="Take away some parentheses.", at=token.at)
        tree = rule()
        self._depth -= 1
        return tree

    def _nothing_here(self, token: Token | None) -> BadQuery:
        """Something was expected before `token`, or before the end."""
        fix = "Write a word or a field there; put and, or, not in quotes where the words themselves are meant."
        if self._next and self._tokens[self._next - 1].kind == OPEN:
            return BadQuery("There is nothing after this (.", fix=fix, at=self._tokens[self._next - 1].at)
        if token is not None and token.kind == CLOSE and not self._next:
            return BadQuery("This ) closes nothing.", fix=CLOSES_NOTHING, at=token.at)
        if token is not None and token.kind != CLOSE:
            return BadQuery(f"There is nothing before this “{token.text}”.", fix=fix, at=token.at)
        last = self._tokens[self._next - 1]
        return BadQuery(f"There is nothing after this “{last.text}”.", fix=fix, at=last.at)


def _keyword(token: Token | None) -> str | None:
    """and, or, not; None for any other token, and where the word is quoted."""
    if token is None or token.is_quoted or token.text.lower() not in KEYWORDS:
        return None
    return token.text.lower()


def _term(token: Token) -> Term:
    found = _FIELD.match(token.text)
    if found is None or found.end() > token.bare or _is_address(token, found):
        if token.text[:1] in ("<", ">") and token.bare:
            raise BadQuery("A comparison is written without spaces.", fix="Write it like age>2h.", at=token.at)
        return Term("", _value("", token, 0))
    name, op = found[1].lower(), found[2][0]
    if name not in FIELDS and name not in TIMES:
        raise _no_such_field(token, found[1])
    if (op == ":") != (name in FIELDS):
        raise _wrong_sign(name, token.at)
    value = _value(name, token, found.end())
    if name in TIMES:
        return Term(name, value, op, _seconds(value, token.at + found.end()))
    if name == "status":
        _check_status(value, token.at + found.end())
    return Term(name, value)


def _is_address(token: Token, found: re.Match) -> bool:
    """Whether what looks like a field is the head of `https://…`."""
    return found[2] == ":" and token.text.startswith("//", found.end()) and found[1].lower() not in FIELDS


def _value(name: str, token: Token, start: int) -> str:
    value = token.text[start:].lower()
    if value.strip():
        return value
    if not name:
        raise BadQuery("There is nothing between these quotes.", fix="Write a word there.", at=token.at)
    raise BadQuery(
        f"There is nothing after {name}.",
        fix=f"Write it without a space, like {FIELDS.get(name) or TIMES[name]}.",
        at=token.at + start,
    )


def _wrong_sign(name: str, at: int) -> BadQuery:
    if name in FIELDS:
        return BadQuery(f"{name} cannot be compared.", fix=f"Write it like {FIELDS[name]}.", at=at)
    return BadQuery(f"{name} is compared with < or >.", fix=f"Write it like {TIMES[name]}.", at=at)


def _no_such_field(token: Token, name: str) -> BadQuery:
    known = [*FIELDS, *TIMES]
    close = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    fix = f"Use one of: {', '.join(known)}. Put the text in quotes to look for it as it is."
    if close:
        fix = f"Did you mean {close[0]}? Put the text in quotes to look for it as it is."
    return BadQuery(f"There is no field “{name[:40]}”.", fix=fix, at=token.at)


def _seconds(value: str, at: int) -> float:
    found = durations.seconds(value)
    if found is None:
        message = f"“{value[:40]}” is no length of time."
        raise BadQuery(message, fix="Write a number and its unit, like 30s, 5m, 2h or 3d.", at=at)
    return found


def _check_status(value: str, at: int) -> None:
    if "*" not in value and value not in STATUSES:
        raise BadQuery(f"There is no status {value[:40]!r}.", fix=f"Use one of: {', '.join(STATUSES)}.", at=at)
