"""What may be said in the Room, and under which name: read, measured and made harmless. No I/O."""

import hashlib
import json
import re
import secrets
from dataclasses import dataclass
from typing import Any

from webapp.decode import clean
from webapp.errors import BadInput, TooLarge

#: Characters of one message: a long paragraph, and a short stack trace.
MESSAGE_CHARS = 2_000
NAME_CHARS = 40
REF_CHARS = 64
#: Messages that a client may send at once, and a second after that: faster than anyone types.
BURST, RATE = 8, 2.0

#: Control characters but for tab and newline, and what turns the direction of text that follows ("Trojan source").
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb]")
NEXT = 'Send {"message": "…"}; see docs/protocol.md.'


class TooFast(BadInput):
    """More messages than anyone reads."""

    status = 429
    code = "too_fast"
    fix = "Wait a moment, then send it again."


@dataclass(frozen=True)
class Speaker:
    """Somebody in the Room."""

    name: str
    #: Tells speakers of one name apart: the same for every tab of one browser, and not to be guessed.
    by: str
    #: The name is that of the login, and cannot be chosen.
    fixed: bool = False

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "by": self.by, "fixed": self.fixed}


def introduce(login: str, name: str, key: str) -> Speaker:
    """Who speaks: the login's user, else the name that was chosen, else a guest.

    `key` is a secret of the client's own, or "": whoever knows it is the same speaker.
    """
    who = f"login:{login}" if login else f"key:{key or secrets.token_hex(8)}"
    by = hashlib.blake2s(clean(who).encode(), digest_size=4).hexdigest()
    return Speaker(_name(login) or _name(name) or f"guest-{by[:4]}", by, fixed=bool(_name(login)))


def _name(text: str) -> str:
    """One line of printable characters: what only steers the direction or the shape of others is left out."""
    printable = "".join(char if char.isprintable() else " " for char in text[: 4 * NAME_CHARS])
    return " ".join(printable.split())[:NAME_CHARS].strip()


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


def harmless(text: str) -> str:
    """The same text for reading: no control characters, no hidden change of direction, no pages of nothing."""
    text = UNSAFE.sub("", clean(text).replace("\r\n", "\n"))
    return re.sub(r"\n[ \t]*(?:\n[ \t]*){2,}", "\n\n", text).strip()
