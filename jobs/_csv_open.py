"""An uploaded file becomes chunks of text: unpacked, its encoding and newlines found. What is no text is refused.

Errors are ValueError, led by "it" (the file), and end with the next step.
"""

import codecs
import gzip
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

CHUNK = 1024 * 1024
#: Bytes looked at to tell text from anything else.
PROBE = 8 * 1024
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
#: How files begin that are taken for CSV by mistake.
_OTHERS = ((b"%PDF", "a PDF"), (b"\x89PNG", "an image"), (b"\xff\xd8\xff", "an image"), (b"PAR1", "a Parquet file"))
_OTHERS += ((b"BZh", "packed with bzip2"), (b"\xfd7zXZ", "packed with xz"), (b"(\xb5/\xfd", "packed with zstd"))
_OTHERS += ((b"\xd0\xcf\x11\xe0", "an old Excel workbook"), (b"SQLite format 3", "a database"))
_BROKEN = (gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, EOFError)


def unpacked(raw: IO[bytes]) -> IO[bytes]:
    """The file itself, or what is in it if it is packed with gzip or is a zip of one file."""
    start = raw.read(4)
    raw.seek(0)
    if start[:2] == b"\x1f\x8b":
        return gzip.open(raw)
    if start == b"PK\x03\x04":
        return _only_member(raw)
    return raw


def text_chunks(file: IO[bytes], encoding: str) -> Iterator[bytes]:
    """UTF-8 with \\n for newlines, about CHUNK at a time; with "auto", lines of another encoding come as they are."""
    first = _read(file)
    encoding, first = _encoding_of(first, encoding)
    old_mac = b"\r" in first and b"\n" not in first.replace(b"\0", b"")
    decoder = None if encoding in ("auto", "utf-8") else codecs.getincrementaldecoder(encoding)()
    carried = b""
    while first:
        following = _read(file)
        text = carried + (first if decoder is None else _decoded(decoder, first, encoding, final=not following))
        # A pair of CR and LF may lie across two chunks.
        carried = b"\r" if text.endswith(b"\r") and following and not old_mac else b""
        text = text[: len(text) - len(carried)].replace(b"\r\n", b"\n")
        yield text.replace(b"\r", b"\n") if old_mac else text
        first = following


def _only_member(raw: IO[bytes]) -> IO[bytes]:
    try:
        archive = zipfile.ZipFile(raw)
        members = [
            info for info in archive.infolist() if not info.is_dir() and not info.filename.startswith("__MACOSX")
        ]
        if any(info.filename in ("[Content_Types].xml", "mimetype") for info in members):
            raise ValueError("it is a workbook, not a CSV. Save it as CSV there, and upload that.")
        if len(members) != 1:
            raise ValueError(f"it is a zip of {len(members)} files. Upload one of them.")
        if members[0].flag_bits & 1:
            raise ValueError("it is a zip with a password. Upload the file in it.")
        return archive.open(members[0])
    except (*_BROKEN, NotImplementedError) as error:
        raise ValueError(f"it is a zip that cannot be read ({error}). Upload the file in it.") from None


def _read(file: IO[bytes]) -> bytes:
    try:
        return file.read(CHUNK)
    except _BROKEN as error:
        raise ValueError(f"it is damaged or breaks off ({error}). Pack it again, or upload it unpacked.") from None


def _encoding_of(first: bytes, asked: str) -> tuple[str, bytes]:
    """The encoding to read with, and the first chunk without its byte order mark. Refuses what is no text."""
    for mark, encoding in _BOMS:
        if first.startswith(mark):
            return encoding, first[len(mark) :]
    probe = first[:PROBE]
    for start, what in _OTHERS:
        if probe.startswith(start):
            raise ValueError(f"it is {what}, not a CSV. Upload plain text, or text packed with gzip.")
    # Text of two bytes a character has its zeros at every other place.
    even, odd = probe[::2].count(0), probe[1::2].count(0)
    if asked == "auto" and even + odd > len(probe) // 8 and max(even, odd) > 4 * min(even, odd):
        return ("utf-16-le" if odd > even else "utf-16-be"), first
    controls = sum(probe.count(byte) for byte in range(32) if byte not in b"\t\n\r\f\x1a\x1b")
    if asked not in ("utf-16", "utf-16-le", "utf-16-be") and controls > len(probe) // 50 + 4:
        raise ValueError("it is not text. Upload a CSV: plain text, or text packed with gzip.")
    return asked, first


def _decoded(decoder: codecs.IncrementalDecoder, data: bytes, encoding: str, final: bool) -> bytes:
    try:
        return decoder.decode(data, final).encode("utf-8", "replace")
    except UnicodeDecodeError as error:
        raise ValueError(f"it is not {encoding} ({error.reason}). Choose its encoding, or `auto`.") from None
