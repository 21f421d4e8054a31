"""Uploads and artifacts on fsspec: a folder, or s3://… for several machines. No Redis, no Flask.

    uploads/<upload id>/<file name>        what a user sent; `.jobs/<job id>` beside it: the jobs that were given it
    artifacts/<job id>/<file name>         what a job made

Under gevent every touch of a file happens in a native thread: a disk that is slow holds one request, not the hub.
"""

import errno
import logging
import mimetypes
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import fsspec

from jobs import _keys
from webapp.config import Config
from webapp.decode import Undecodable, inflate
from webapp.errors import BadInput, DashboardError, NoRoom, NotFound, TooLarge
from webapp.offload import offload

log = logging.getLogger(__name__)

#: Where a folder that is not absolute starts: the root of the project, wherever the process was started.
ROOT = Path(__file__).resolve().parent.parent
#: No room, or none left of what this user may have.
FULL = (errno.ENOSPC, errno.EDQUOT)
#: Bytes read or written at once: small enough that no thread switch is late, large enough for a disk.
CHUNK = 256 * 1024
#: Bytes of a file name that every file system takes.
NAME_BYTES = 200
#: Artifacts of one job that are listed.
ARTIFACTS_MAX = 200
#: Decompressed bytes of a payload in which uploads are looked for: the largest that our own API can have written.
PAYLOAD_BYTES = 64 * 1024 * 1024

UPLOAD = re.compile(r"upload:([0-9a-f]{32})/([^/]+)")
_UPLOAD_IN_BYTES = re.compile(rb"upload:([0-9a-f]{32})/")
_JOB_ID = re.compile(r"[A-Za-z0-9_-]{1,200}")
#: What a job may call a file: anything that is one name within its folder.
_PLAIN_NAME = re.compile(r"(?!\.{1,2}\Z)[^/\\\x00-\x1f\x7f]+")


@dataclass(frozen=True)
class Upload:
    """A file that a user sent."""

    id: str
    name: str
    size: int

    @property
    def reference(self) -> str:
        """What stands for it in the arguments of a job."""
        return f"upload:{self.id}/{self.name}"


@dataclass(frozen=True)
class Artifact:
    """A file that a job made."""

    name: str
    size: int
    media_type: str


@cache
def store(config: Config) -> "Store":
    """The files of these settings. Opens nothing yet."""
    return Store(config.files)


def safe_name(name: str) -> str:
    """`name` as a plain file name: no folders, no control or direction characters, no leading dot, ≤ NAME_BYTES."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    # Direction marks can make "exe.csv" of "csv.exe"; surrogates cannot be written.
    visible = "".join(char for char in last if unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp"))
    visible = re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", visible).lstrip(". ").rstrip(". ")
    stem, dot, suffix = visible.rpartition(".")
    if not dot or len(suffix.encode()) > 20:
        stem, dot, suffix = visible, "", ""
    room = NAME_BYTES - len((dot + suffix).encode())
    return stem.encode()[:room].decode(errors="ignore") + dot + suffix or "file"


def uploads_in(data: bytes | None) -> set[str]:
    """Ids of the uploads that a job's payload names. Found as bytes: nothing is unpickled."""
    try:
        raw = offload(inflate, data or b"", PAYLOAD_BYTES)
    except Undecodable:
        return set()
    return {found.decode() for found in _UPLOAD_IN_BYTES.findall(raw)}


class Store:
    """One place where files lie. Errors of the file system become DashboardError with the next step."""

    def __init__(self, url: str) -> None:
        place = url if "://" in url else str(ROOT / url)
        # A listing that fsspec remembers would hide what workers on other machines have written since.
        self._fs, self._root = fsspec.url_to_fs(place, use_listings_cache=False)
        self._place = place

    def save_upload(self, read: Callable[[int], bytes], name: str, limit: int, expected: int | None) -> Upload:
        """Store what `read(bytes)` gives until it gives nothing. `expected`: its length where the client said it.

        Raises TooLarge beyond `limit` bytes, BadInput where the client broke off; nothing is left behind then.
        """
        upload_id, name = secrets.token_hex(16), safe_name(name)
        folder = self._path(f"uploads/{upload_id}")
        out = self._do(self._create, self._path(_keys.upload_path(upload_id, name)))
        try:
            size = self._copy(read, out, limit)
            if expected is not None and size != expected:
                message = f"The upload broke off after {size:,} of {expected:,} bytes."
                raise BadInput(message, fix="Send it again.", code="broke_off")
            self._do(out.close)
        except BaseException:
            # Also for a greenlet that is killed: half a file must not look like one.
            offload(self._discard, out, folder)
            raise
        return Upload(upload_id, name, size)

    def upload_exists(self, reference: str) -> bool:
        """Whether the upload that `upload:<id>/<name>` stands for is there."""
        found = UPLOAD.fullmatch(reference)
        if not found or found[2] != safe_name(found[2]):
            return False
        return self._do(self._fs.isfile, self._path(_keys.upload_path(found[1], found[2])))

    def claim(self, upload_ids: Iterable[str], job_id: str) -> None:
        """Note that the job uses these uploads; an upload that is gone is left gone."""
        for upload_id in upload_ids:
            self._do(self._mark, upload_id, job_id)

    def forget_job(self, job_id: str, upload_ids: Iterable[str]) -> None:
        """Remove the job's artifacts, and those of its uploads that no other job was given. Never raises."""
        if not _JOB_ID.fullmatch(job_id):
            return
        try:
            offload(self._remove, self._path(f"artifacts/{job_id}"))
            for upload_id in upload_ids:
                offload(self._unmark, upload_id, job_id)
        except Exception:
            log.warning("files of job %r were not removed", job_id, exc_info=True)

    def jobs_with_artifacts(self) -> frozenset[str]:
        """Ids of the jobs that made files. O(such jobs)."""
        with suppress(NotFound):
            names = self._do(self._fs.ls, self._path("artifacts"), False)
            return frozenset(name.rstrip("/").rpartition("/")[2] for name in names)
        return frozenset()

    def artifacts(self, job_id: str) -> list[Artifact]:
        """The files that the job made, by name; at most ARTIFACTS_MAX."""
        if not _JOB_ID.fullmatch(job_id):
            return []
        with suppress(NotFound):
            found = self._do(self._list, self._path(f"artifacts/{job_id}"))
            return sorted(found, key=lambda artifact: artifact.name)[:ARTIFACTS_MAX]
        return []

    def open_artifact(self, job_id: str, name: str) -> tuple[Artifact, Iterator[bytes]]:
        """An artifact and its bytes, in chunks. Raises NotFound."""
        if not _JOB_ID.fullmatch(job_id) or not _PLAIN_NAME.fullmatch(name):
            raise NotFound(f"The job has no file {name[:100]!r}.", fix="Choose one that the job's page lists.")
        path = self._path(_keys.artifact_path(job_id, name))
        info = self._do(self._fs.info, path)
        if info["type"] != "file":
            raise NotFound(f"{name!r} is not a file.", fix="Choose one that the job's page lists.")
        return _artifact(name, info["size"]), self._chunks(path)

    def _chunks(self, path: str) -> Iterator[bytes]:
        file = self._do(self._fs.open, path, "rb")
        try:
            while chunk := self._do(file.read, CHUNK):
                yield chunk
        finally:
            offload(file.close)

    def _copy(self, read: Callable[[int], bytes], out: Any, limit: int) -> int:
        size = 0
        while chunk := read(CHUNK):
            size += len(chunk)
            if size > limit:
                raise too_large(limit)
            self._do(out.write, chunk)
        return size

    def _path(self, relative: str) -> str:
        return f"{self._root.rstrip('/')}/{relative}"

    def _do(self, function: Callable[..., Any], *args: Any) -> Any:
        """`function(*args)` beside the hub, with the file system's errors in our words."""
        try:
            return offload(function, *args)
        except FileNotFoundError as error:
            raise NotFound("The file is not there (any more).", fix="Upload it again, or run the job again.") from error
        except OSError as error:
            log.error("files at %s: %s", self._place, error)
            kind, code = (NoRoom, "") if error.errno in FULL else (DashboardError, "files")
            raise kind(
                f"The files folder cannot be used: {error.strerror or error}.",
                fix="Give it room and rights, or set RQLIVE_FILES to another place.",
                code=code,
            ) from error

    def _create(self, path: str) -> Any:
        self._fs.makedirs(path.rpartition("/")[0], exist_ok=True)
        return self._fs.open(path, "wb")

    def _discard(self, out: Any, folder: str) -> None:
        with suppress(Exception):
            out.close()
        with suppress(Exception):
            self._remove(folder)

    def _remove(self, folder: str) -> None:
        with suppress(FileNotFoundError):
            self._fs.rm(folder, recursive=True)

    def _mark(self, upload_id: str, job_id: str) -> None:
        folder = self._path(f"uploads/{upload_id}")
        if self._fs.exists(folder):
            self._fs.makedirs(f"{folder}/.jobs", exist_ok=True)
            self._fs.pipe_file(f"{folder}/.jobs/{job_id}", b"")

    def _unmark(self, upload_id: str, job_id: str) -> None:
        folder = self._path(f"uploads/{upload_id}")
        with suppress(FileNotFoundError):
            self._fs.rm_file(f"{folder}/.jobs/{job_id}")
            if not self._fs.ls(f"{folder}/.jobs", detail=False):
                self._remove(folder)

    def _list(self, folder: str) -> list[Artifact]:
        entries = self._fs.ls(folder, detail=True)
        found = [(entry["name"].rpartition("/")[2], entry) for entry in entries if entry["type"] == "file"]
        return [_artifact(name, entry["size"]) for name, entry in found if _PLAIN_NAME.fullmatch(name)]


def too_large(limit: int) -> TooLarge:
    """A file beyond the setting."""
    message = f"The file is larger than {limit // (1024 * 1024):,} MB."
    return TooLarge(message, fix="Send a smaller one, or raise RQLIVE_UPLOAD_MAX_MB.")


def _artifact(name: str, size: int | None) -> Artifact:
    return Artifact(name, size or 0, mimetypes.guess_type(name)[0] or "application/octet-stream")
