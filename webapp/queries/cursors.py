"""Where a page of a list begins: opaque to clients, versioned, and sure of its list. No I/O."""

import base64
import binascii
import json
from dataclasses import dataclass

from webapp.errors import BadInput

VERSION = 1
MAX_CHARS = 8_000
#: RQ's own ids have 36, and 32 more for a run.
ANCHOR_CHARS = 500


@dataclass(frozen=True)
class Cursor:
    """The page begins at `rank`, right after the job `anchor` where there is one."""

    list: str
    rank: int
    anchor: str | None = None

    def encode(self) -> str:
        # An id too long for a cursor is done without: the page then begins by rank.
        anchor = self.anchor if self.anchor and len(self.anchor) <= ANCHOR_CHARS else None
        raw = json.dumps([VERSION, self.list, self.rank, anchor], separators=(",", ":"), ensure_ascii=False)
        return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def decode(text: str, list_name: str) -> Cursor:
    """The cursor that `text` holds. Raises BadInput where it is not one of ours, or of another list."""
    try:
        if len(text) > MAX_CHARS:
            raise ValueError
        version, name, rank, anchor = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise _bad("This cursor is not one of ours.") from None
    if version != VERSION:
        raise _bad("This cursor is of another version of the dashboard.")
    if name != list_name:
        raise _bad(f"This cursor belongs to the list {str(name)[:80]!r}, not to {list_name!r}.")
    sound = isinstance(rank, int) and not isinstance(rank, bool) and 0 <= rank < 1 << 40
    if not sound or not isinstance(anchor, str | None):
        raise _bad("This cursor is not one of ours.")
    return Cursor(name, rank, anchor)


def _bad(message: str) -> BadInput:
    return BadInput(message, fix="Ask for the first page, without a cursor.", code="bad_cursor")
