"""A query's text to tokens: parentheses, and pieces that may be quoted in part (`error:"timed out"`). Pure."""

from dataclasses import dataclass

from webapp.search.syntax import BadQuery

OPEN, CLOSE, MINUS, PIECE = "(", ")", "-", "piece"
QUOTES = '"“”„'


@dataclass(frozen=True)
class Token:
    """One token: `text` has its quotes taken off."""

    kind: str
    text: str
    at: int
    #: Where in `text` the first quoted character stands; its length where nothing was quoted. What comes before may
    #: be a field and its colon.
    bare: int = 0

    @property
    def is_quoted(self) -> bool:
        return self.bare < len(self.text) or (self.kind == PIECE and not self.text)


def tokens(text: str) -> list[Token]:
    """The tokens of a query. Raises BadQuery where a quotation mark is never closed. O(characters)."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        char = text[at]
        if char.isspace():
            at += 1
        elif char in "()":
            found.append(Token(char, char, at))
            at += 1
        elif char == "-" and at + 1 < len(text) and not text[at + 1].isspace() and text[at + 1] != ")":
            found.append(Token(MINUS, "-", at))
            at += 1
        else:
            token, at = _piece(text, at)
            found.append(token)
    return found


def _piece(text: str, start: int) -> tuple[Token, int]:
    """One piece up to a space or parenthesis outside of quotes, and where it ends."""
    shown: list[str] = []
    bare: int | None = None
    at = start
    while at < len(text) and not text[at].isspace() and text[at] not in "()":
        if text[at] in QUOTES:
            bare = len(shown) if bare is None else bare
            quoted, at = _quoted(text, at)
            shown += quoted
        else:
            shown.append(text[at])
            at += 1
    return Token(PIECE, "".join(shown), start, len(shown) if bare is None else bare), at


def _quoted(text: str, start: int) -> tuple[list[str], int]:
    """The characters between the quotation mark at `start` and the next one, and where to go on."""
    shown: list[str] = []
    at = start + 1
    while at < len(text):
        if text[at] in QUOTES:
            return shown, at + 1
        if text[at] == "\\" and text[at + 1 : at + 2] in ('"', "\\"):
            at += 1
        shown.append(text[at])
        at += 1
    raise BadQuery(
        "A quotation mark is never closed.",
        fix='Add the second ", or write \\" where the character itself is meant.',
        at=start,
    )
