"""Names of files in a ZIP: read in whatever encoding they were written, refused where they are a trick, else made safe.

A name is a relative path with slashes. Text in, text out: no file system, no ZIP is touched here.
"""

import re
import unicodedata
from contextlib import suppress

from jobs._zip_unfit import Unfit

#: Bytes of a whole path and of one part of it, in UTF-8. A part leaves room for " (2)" and another ending.
PATH_BYTES_MAX, PART_BYTES_MAX = 1_000, 240
SHOWN_CHARS = 120

#: What Windows cannot have in a name, and what it takes for a device.
_NOT_ON_WINDOWS = re.compile(r'[<>:"|?*]')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|\Z)", re.IGNORECASE)
_DRIVE = re.compile(r"[A-Za-z]:")
#: They can make "gnp.exe" of "exe.png".
_DIRECTION_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def decoded(name: str, is_utf8: bool) -> str:
    """The name as it was meant, given what `zipfile` made of it.

    Where a ZIP does not say UTF-8, zipfile reads the PC alphabet of 1981. Macs wrote UTF-8 without saying so, Korean
    Windows wrote EUC-KR; both are told by bytes that are nothing else. Other names stay as zipfile read them.
    """
    if is_utf8 or name.isascii():
        return name
    raw = name.encode("cp437")
    with suppress(UnicodeDecodeError):
        return raw.decode("utf-8")
    with suppress(UnicodeDecodeError):
        korean = raw.decode("euc_kr")
        if re.search("[가-힣]", korean):
            return korean
    return name


def safe_path(name: str) -> str:
    """`name` as a path that any system can unpack below any folder. Raises Unfit where it looks like a trick.

    Letters that come in parts (한 as ㅎ, ㅏ and ㄴ, as Macs write them) are put together.
    """
    _refuse_tricks(name)
    parts = [_safe_part(part) for part in name.split("/") if part not in ("", ".")]
    if not parts:
        raise Unfit("name", "it has no name")
    if any(len(part.encode()) > PART_BYTES_MAX for part in parts):
        raise Unfit("name", f"a part of its name is longer than {PART_BYTES_MAX} bytes")
    return "/".join(parts)


def shown(name: str) -> str:
    """Any name as a log or a page can show it: one line, no directions, at most SHOWN_CHARS characters."""
    text = _DIRECTION_MARKS.sub("", unicodedata.normalize("NFC", name[: SHOWN_CHARS * 4]))
    text = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return text if len(text) <= SHOWN_CHARS else text[: SHOWN_CHARS - 1] + "…"


def key(path: str) -> str:
    """Equal for two paths that are one file on some system: letters large and small are the same there."""
    return unicodedata.normalize("NFC", path).casefold()


class Names:
    """The paths that are taken in a ZIP that is being written."""

    def __init__(self) -> None:
        #: Keys of them, each with the last number that was tried beside it.
        self._taken: dict[str, int] = {}

    def take(self, path: str) -> str:
        """`path`, with a number before its ending where it is taken already."""
        stem, dot, ending = path.rpartition(".")
        if not dot or "/" in ending:
            stem, dot, ending = path, "", ""
        free, number = path, self._taken.get(key(path), 1)
        while key(free) in self._taken:
            number += 1
            free = f"{stem} ({number}){dot}{ending}"
        self._taken[key(path)] = number
        self._taken.setdefault(key(free), 1)
        return free


def _refuse_tricks(name: str) -> None:
    if "\0" in name:
        raise Unfit("name", "its name has a NUL in it")
    if len(name.encode("utf-8", "replace")) > PATH_BYTES_MAX:
        raise Unfit("name", f"its name is longer than {PATH_BYTES_MAX:,} bytes")
    if "\\" in name:
        raise Unfit("name", "its name has a backslash, which is a folder on some systems only")
    if name.startswith("/") or _DRIVE.match(name):
        raise Unfit("name", "its name begins at the root of a disk")
    if ".." in name.split("/"):
        raise Unfit("name", "its name leads out of its folder")


def _safe_part(part: str) -> str:
    text = _DIRECTION_MARKS.sub("", unicodedata.normalize("NFC", part))
    text = "".join(char for char in text if unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp"))
    text = _NOT_ON_WINDOWS.sub("_", text).strip(" ").rstrip(". ")
    return f"_{text}" if _DEVICE.match(text) or not text else text
