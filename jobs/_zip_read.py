"""Reads a ZIP that nobody vouches for: what is in it is looked over before anything is unpacked.

Nothing is written to disk, so no name can lead anywhere. What may be read at all is decided from the list of files
that a ZIP ends with; that list itself is bounded before it is read. What the files contain is no concern of this room.
"""

import io
import stat
import struct
import threading
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import IO

from jobs._zip_names import decoded, key, safe_path, shown
from jobs._zip_unfit import Unfit

#: Files in a ZIP, and bytes of the list of them, which is in memory as a whole (about four times as much).
ENTRIES_MAX, LIST_BYTES_MAX = 10_000, 4 * 1024 * 1024
#: Bytes that one file may unpack to.
FILE_BYTES_MAX = 256 * 1024 * 1024
#: How many times its packed size a file may unpack to, beyond RATIO_FROM_BYTES: a blank scan is 1,000 times smaller.
RATIO_MAX, RATIO_FROM_BYTES = 100, 32 * 1024 * 1024
#: Deflate is unpacked in bounded steps. bzip2 and LZMA are not: 4 KB of them can be gigabytes before anyone can look.
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

_UTF8, _ENCRYPTED = 0x800, 0x1 | 0x40 | 0x2000
#: Bytes before a file's data, besides its name.
_HEADER_BYTES = 30


@dataclass(frozen=True)
class Entry:
    """One file in the ZIP. Folders are not files."""

    #: A safe relative path where it is fit, else only to be shown.
    name: str
    #: Bytes unpacked, as the ZIP's list says; reading gives no more.
    size: int
    #: Why it must not be read.
    unfit: Unfit | None
    info: zipfile.ZipInfo


class Archive:
    """An open ZIP. Files of it may be read by several threads at once."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        self._packed = packed
        # zipfile counts its open files, and not in a way that threads may share.
        self._counting = threading.Lock()
        #: The files in the order of the ZIP's list.
        self.entries = list(_looked_over(packed))

    def read(self, entry: Entry) -> bytes:
        """All of a file. Raises Unfit where its bytes are not what they should be."""
        return self._read(entry, entry.size)

    def begin(self, entry: Entry, count: int) -> bytes:
        """The first `count` bytes of a file; nothing where they cannot be read."""
        try:
            return self._read(entry, count)
        except Unfit:
            return b""

    def _read(self, entry: Entry, count: int) -> bytes:
        if entry.unfit is not None:
            raise entry.unfit
        try:
            with self._opened(entry) as file:
                data = file.read(count)
        except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, ValueError, OSError) as error:
            raise Unfit("damaged", f"the ZIP is damaged where it lies ({error})") from None
        if len(data) < min(count, entry.size):
            raise Unfit("damaged", f"the ZIP has {len(data):,} of its {entry.size:,} bytes")
        return data

    @contextmanager
    def _opened(self, entry: Entry) -> Iterator[IO[bytes]]:
        with self._counting:
            file = self._packed.open(entry.info)
        try:
            yield file
        finally:
            with self._counting:
                file.close()


@contextmanager
def open_archive(path: str) -> Iterator[Archive]:
    """An Archive. Raises ValueError where the file is no ZIP, or one with too much in it."""
    with _Source(io.FileIO(path)) as source:
        try:
            packed = zipfile.ZipFile(source)
        except _TooLong:
            raise ValueError(
                f"its list of files is larger than {LIST_BYTES_MAX // 1024 // 1024} MB. Pack several ZIPs."
            ) from None
        except UnicodeDecodeError:
            raise ValueError("a name in it is not the UTF-8 that it claims to be. Pack it anew.") from None
        except (zipfile.BadZipFile, struct.error, NotImplementedError, ValueError, OSError) as error:
            raise ValueError(f"it is no ZIP that can be read ({error}). Pack the files into a ZIP anew.") from None
        source.limit = None
        with packed:
            if len(packed.infolist()) > ENTRIES_MAX:
                raise ValueError(
                    f"it has {len(packed.infolist()):,} files; at most {ENTRIES_MAX:,} are taken. Pack several ZIPs."
                )
            yield Archive(packed)


class _TooLong(Exception):
    """The list of files is."""


class _Source(io.BufferedReader):
    """The file. While `limit` stands, no more than that is read at once: zipfile reads the whole list in one go."""

    limit: int | None = LIST_BYTES_MAX

    def read(self, size: int | None = -1) -> bytes:
        if self.limit is not None and size is not None and size > self.limit:
            raise _TooLong
        return super().read(size)


def _looked_over(packed: zipfile.ZipFile) -> Iterator[Entry]:
    """Every file, with what is wrong with it."""
    overlapping = _overlapping(packed)
    seen: set[str] = set()
    files: set[str] = set()
    folders: set[str] = set()
    for info in packed.infolist():
        name = decoded(info.orig_filename, bool(info.flag_bits & _UTF8))
        if info.is_dir():
            continue
        try:
            path = safe_path(name)
            if name in seen:
                raise Unfit("duplicate", "a file before it has the same name")
            _refuse_conflict(path, files, folders)
            _refuse_kind(info)
            if info.header_offset in overlapping:
                raise Unfit("overlap", "it shares bytes with another file of the ZIP")
            _refuse_size(info)
        except Unfit as unfit:
            yield Entry(shown(name), info.file_size, unfit, info)
        else:
            yield Entry(path, info.file_size, None, info)
        seen.add(name)


def _refuse_conflict(path: str, files: set[str], folders: set[str]) -> None:
    """One name cannot be a file and a folder. Adds the path to those that are known."""
    parts = key(path).split("/")
    above = {"/".join(parts[:depth]) for depth in range(1, len(parts))}
    if key(path) in folders or above & files:
        raise Unfit("duplicate", "its name is a file's and a folder's at once")
    files.add(key(path))
    folders |= above


def _refuse_kind(info: zipfile.ZipInfo) -> None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise Unfit("link", "it is a link" if kind == stat.S_IFLNK else "it is no ordinary file")
    if info.flag_bits & _ENCRYPTED:
        raise Unfit("encrypted", "it is encrypted")
    if info.compress_type not in METHODS:
        method = zipfile.compressor_names.get(info.compress_type, f"method {info.compress_type}")
        raise Unfit("method", f"it is packed by {method}; only stored and deflated files are read")


def _refuse_size(info: zipfile.ZipInfo) -> None:
    if info.file_size > FILE_BYTES_MAX:
        raise Unfit("size", f"it unpacks to {info.file_size:,} bytes; at most {FILE_BYTES_MAX:,} are read")
    if info.file_size > RATIO_FROM_BYTES and info.file_size > RATIO_MAX * info.compress_size:
        times = info.file_size // max(1, info.compress_size)
        raise Unfit("ratio", f"it unpacks to {times:,} times its size, as bombs do")


def _overlapping(packed: zipfile.ZipFile) -> set[int]:
    """Where files begin that reach into the next one: few bytes would be unpacked over and over."""
    places = sorted((info.header_offset, info.compress_size) for info in packed.infolist())
    places.append((packed.start_dir, 0))
    return {start for (start, size), (following, _) in pairwise(places) if start + _HEADER_BYTES + size > following}
