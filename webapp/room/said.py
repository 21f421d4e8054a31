"""What may be said in the Room: read, measured and made harmless. No I/O."""

import json
from typing import Any

from webapp.decode import clean
from webapp.errors import BadInput, TooLarge
from webapp.speaker import harmless

#: Characters of one message: a long paragraph, and a short stack trace.
MESSAGE_CHARS = 2_000
REF_CHARS = 64
#: Messages that a client may send at once, and a second after that: faster than anyone types.
BURST, RATE = 8, 2.0

NEXT = 'Send {"message": "…"}; see docs/protocol.md.'


class TooFast(BadInput):
    """More messages than anyone reads."""

    status = 429
    code = "too_fast"
    fix = "Wait a moment, then send it again."


def read(text_data: str | bytes) -> dict[str, Any]:
    """The JSON object that a client sent. Raises BadInput."""
    try:
        asked = json.loads(text_data)
    except (ValueError, RecursionError):
        raise BadInput("The message is not JSON.", fix=NEXT, code="bad_json") from None
    if not isinstance(asked, dict):
        raise BadInput("A message is a JSON object.", fix=NEXT)
    return asked


def ref_of(asked: dict[str, Any]) -> str | None:
    """What the client calls its message, where that is usable."""
    ref = asked.get("ref")
    return clean(ref) if isinstance(ref, str) and 0 < len(ref) <= REF_CHARS else None


def text_of(asked: dict[str, Any]) -> str:
    """The text of the message, harmless. Raises BadInput where there is none, TooLarge."""
    text = asked.get("message")
    if not isinstance(text, str):
        raise BadInput('The message has no text under "message".', fix=NEXT)
    text = harmless(text)
    if not text:
        raise BadInput("The message is empty.", fix=NEXT, code="empty")
    if len(text) > MESSAGE_CHARS:
        raise TooLarge(f"The message has {len(text)} characters.", fix=f"Send at most {MESSAGE_CHARS} in one message.")
    return text


def as_heard(message_id: str, at: int, name: str, by: str, text: str, ref: str | None) -> dict[str, Any]:
    """A message as all clients are told it; `at` in epoch ms. Ids are `<ms>-<number>`, and rise."""
    message = {"message": text, "name": name, "by": by, "at": at, "id": message_id}
    return message | ({"ref": ref} if ref else {})
