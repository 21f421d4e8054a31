"""What a query is made of: terms, and their combinations. Also the one error of the language. Pure values."""

from dataclasses import dataclass


class BadQuery(ValueError):
    """The query cannot be understood. `at` is the position (characters from 0) where it goes wrong."""

    def __init__(self, message: str, fix: str, at: int) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.at = at


@dataclass(frozen=True)
class Term:
    """One thing that a job must be. `field` is "" for a word; `value` is in lower case."""

    field: str
    value: str
    #: "<" or ">" of a comparison, whose `seconds` are compared; "" otherwise
    op: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Not:
    part: "Node"


@dataclass(frozen=True)
class And:
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Or:
    parts: tuple["Node", ...]


Node = Term | Not | And | Or

#: Fields that take a value: `status:failed`. The value is an example of it.
FIELDS = {
    "status": "status:failed",
    "queue": "queue:default",
    "func": "func:billing.charge",
    "type": "type:csv_profile",
    "arg": "arg:customer-42",
    "error": 'error:"timed out"',
    "worker": "worker:web-1*",
    "by": "by:kim",
    "id": "id:6f0c*",
}
#: Fields that are compared with a length of time: `age>2h`.
TIMES = {"age": "age>2h", "wait": "wait>30s", "run": "run>5m"}


def terms(node: Node) -> list[Term]:
    """Every term of a query, in the order in which they were written."""
    if isinstance(node, Term):
        return [node]
    if isinstance(node, Not):
        return terms(node.part)
    return [term for part in node.parts for term in terms(part)]
