"""Which lists a query is confined to: the statuses and queues that every job must have that matches it. Pure."""

import re
from dataclasses import dataclass
from functools import lru_cache

from webapp.models import STATUSES
from webapp.search.syntax import Node, Not, Or, Term


@dataclass(frozen=True)
class Demands:
    """None: any."""

    statuses: frozenset[str] | None = None
    #: Patterns in lower case, of which a queue's name fits at least one.
    queues: frozenset[str] | None = None


def demands(node: Node) -> Demands:
    """What the query asks of every job that matches it. Errs on the side of "any"."""
    return Demands(_of(node, "status"), _of(node, "queue"))


def fits(pattern: str, text: str) -> bool:
    """Whether the whole of `text` is `pattern`, in which * stands for anything. Both in lower case."""
    if "*" not in pattern:
        return pattern == text
    return glob(pattern).fullmatch(text) is not None


@lru_cache(1_000)
def glob(pattern: str) -> re.Pattern:
    """The expression for a pattern with *: lazy, and of at most that many branches, so it cannot run away."""
    parts = [re.escape(part) for part in re.split(r"\*+", pattern)]
    # Each part is taken where it first occurs and never given back: no pattern takes more than linear time a part.
    middle = "".join(f"(?>.*?{part})" for part in parts[1:-1])
    return re.compile(f"{parts[0]}{middle}.*{parts[-1]}" if len(parts) > 1 else parts[0], re.DOTALL)


def _of(node: Node, field: str) -> frozenset[str] | None:
    if isinstance(node, Term):
        if node.field != field:
            return None
        return _statuses(node.value) if field == "status" else frozenset({node.value})
    if isinstance(node, Not):
        inner = node.part
        if field == "status" and isinstance(inner, Term) and inner.field == field:
            return frozenset(STATUSES) - _statuses(inner.value)
        return None
    found = [_of(part, field) for part in node.parts]
    if isinstance(node, Or):
        return None if None in found else frozenset().union(*found)
    known = [one for one in found if one is not None]
    if field == "status":
        return frozenset.intersection(*known) if known else None
    # Patterns cannot be intersected: the one with fewest is the narrowest.
    return min(known, key=len) if known else None


def _statuses(pattern: str) -> frozenset[str]:
    return frozenset(status for status in STATUSES if fits(pattern, status))
