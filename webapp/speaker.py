"""Who somebody is where people meet (in the Room, in a note, before an open job), and their words made harmless.

No I/O.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Any

from webapp.decode import clean

NAME_CHARS = 40
#: Who is told neither by a login nor by a key of their own: all of them are one.
ANYONE = "anyone"

#: Control characters but for tab and newline, and what turns the direction of text that follows ("Trojan source").
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb]")


@dataclass(frozen=True)
class Speaker:
    """Somebody, as the others see them."""

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


def author(login: str, name: str, key: str) -> Speaker:
    """The same for what stays and may be taken back: a program without a key is known again as ANYONE."""
    return introduce(login, name or ("" if key else ANYONE), key or ANYONE)


def harmless(text: str) -> str:
    """The same text for reading: no control characters, no hidden change of direction, no pages of nothing."""
    text = UNSAFE.sub("", clean(text).replace("\r\n", "\n"))
    return re.sub(r"\n[ \t]*(?:\n[ \t]*){2,}", "\n\n", text).strip()


def _name(text: str) -> str:
    """One line of printable characters: what only steers the direction or the shape of others is left out."""
    printable = "".join(char if char.isprintable() else " " for char in text[: 4 * NAME_CHARS])
    return " ".join(printable.split())[:NAME_CHARS].strip()
