"""What of a text must stand in a payload's raw bytes if one of its arguments is to match: cheap, and never too strict.

Payloads are compared in lower case (bytes.lower() knows ASCII only). A pickle holds texts as UTF-8, but numbers, dates
and UUIDs in binary; JSON escapes what is not ASCII. Whatever may be hidden so has a needle of its own, or no needle.
"""

import re
import struct
import uuid
from contextlib import suppress

_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,15})?")
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
#: Values that a pickle writes as one byte.
WORDS = {"true": True, "false": False, "none": None, "null": None}
#: How texts and JSON, pickles, and pickles of protocols 0 and 1 write them. That of None stands in every payload.
_FORMS = {"true": (b"true", b"\x88", b"i01"), "false": (b"false", b"\x89", b"i00")}


def number(text: str) -> int | float | None:
    """The number that `text` writes, or None."""
    if not _NUMBER.fullmatch(text):
        return None
    return float(text) if "." in text else int(text)


def needles(text: str) -> tuple[bytes, ...] | None:
    """Byte strings, one of which stands in the lower-cased payload wherever an argument matches `text` (lower case).

    None: every payload must be decoded.
    """
    if text in WORDS:
        return _FORMS.get(text)
    runs = _runs(text)
    if not runs:
        return None
    longest = max(runs, key=len)
    escaped = () if longest.isascii() else (b"\\u",)
    return (longest.encode("utf-8", "replace"), *escaped, *_hidden(text))


def _runs(text: str) -> list[str]:
    """The parts of a text that lie in a payload as they are.

    Between them stand what JSON escapes, and letters of other alphabets that have a case.
    """
    kept = (char if _lies_plain(char) else "\0" for char in text)
    return [run for run in "".join(kept).split("\0") if run]


def _lies_plain(char: str) -> bool:
    # A path is pickled in parts: / separates.
    return " " <= char < "\x7f" and char not in '"\\/' if char.isascii() else char.upper() == char == char.lower()


def _hidden(text: str) -> tuple[bytes, ...]:
    """The same, as a pickle writes what is no text."""
    found: list[bytes] = []
    value = number(text)
    if value is not None:
        found += _pickled_numbers(value)
    if date := _DATE.match(text):
        year, month, day = (int(part) for part in date.groups())
        if month <= 12 and day <= 31:
            found.append(struct.pack(">H", year) + bytes([month, day]))
    with suppress(ValueError):
        found.append(_long(uuid.UUID(text).int))
    return tuple(form.lower() for form in found)


def _pickled_numbers(value: int | float) -> list[bytes]:
    found = [struct.pack(">cd", b"G", value), repr(float(value)).encode()] if abs(value) < 1e300 else []
    if value != int(value):
        return found
    whole = int(value)
    found.append(str(whole).encode())
    if 0 <= whole <= 0xFF:
        found.append(struct.pack("<cB", b"K", whole))
    elif 0 <= whole <= 0xFFFF:
        found.append(struct.pack("<cH", b"M", whole))
    elif -0x8000_0000 <= whole <= 0x7FFF_FFFF:
        found.append(struct.pack("<ci", b"J", whole))
    else:
        found.append(_long(whole))
    return found


def _long(value: int) -> bytes:
    """The digits of LONG1: little-endian two's complement, as short as may be."""
    return value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
