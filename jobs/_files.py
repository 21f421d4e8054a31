"""Files that come with a job and files that it makes: `Upload` and `Artifact`, in one folder or in an object store.

The folder is RQLIVE_FILES, by default `var/files` beside the `jobs` package, so that a worker started by hand finds
what the web process has stored. With a URL (s3://…) fsspec does it; it is imported only then, because every forked
horse would pay a tenth of a second for it. Where files lie within is said in `_keys.py`.
"""

import os
import re
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from jobs import _keys, _run

if TYPE_CHECKING:
    from jobs._run import Run

#: How an upload is stored among a job's arguments: upload:<id>/<file name>.
PREFIX = "upload:"
NAME_BYTES_MAX = 255
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ROOT = Path(__file__).resolve().parent.parent


def files_root() -> str:
    """Where files lie: an absolute path, or the URL of a store. A relative path is relative to the project."""
    where = os.environ.get("RQLIVE_FILES") or "var/files"
    return where if "://" in where else str(_ROOT / where)


def check_name(name: str) -> str:
    """A plain file name, as it is. Raises ValueError on one that could lead elsewhere or that no system takes."""
    fits = len(name.encode("utf-8", "replace")) <= NAME_BYTES_MAX and name.strip(". ") != ""
    if not fits or re.search(r"[/\\\x00-\x1f\x7f]", name):
        raise ValueError(f"{name!r} is not a file name. Use one such as report.csv, without folders.")
    return name


class Upload:
    """A file that was uploaded for a job: `name`, `size`, `path()`, `open()`.

    As a parameter's type it asks for a file. In a test: `Upload.from_path("some.csv")`.
    """

    def __init__(self, name: str, place: str, reference: str = "") -> None:
        self.name = name
        #: An absolute path, or the URL of an object.
        self._place = place
        #: What is stored with a job.
        self._reference = reference
        self._copy: str | None = None

    @classmethod
    def from_path(cls, path: str | os.PathLike[str]) -> "Upload":
        """A local file as if it had been uploaded."""
        return cls(os.path.basename(path), os.path.abspath(path))

    @classmethod
    def parse(cls, text: object) -> "Upload":
        """From what is stored with a job. Raises ValueError if that is not an upload, or the file is not there."""
        upload_id, slash, name = text.removeprefix(PREFIX).partition("/") if isinstance(text, str) else ("", "", "")
        if not slash or not text.startswith(PREFIX) or not _ID.fullmatch(upload_id):
            raise ValueError("must be an uploaded file: upload it first, and give the reference that comes back")
        upload = cls(check_name(name), _join(files_root(), _keys.upload_path(upload_id, name)), text)
        if not _exists(upload._place):
            raise ValueError(
                f"the file {name} is not in {files_root()}: it was removed, or this worker has another RQLIVE_FILES "
                "than the web process. Upload it again, or give both the same"
            )
        return upload

    def __str__(self) -> str:
        return self._reference

    def __repr__(self) -> str:
        return f"Upload({self.name!r})"

    @property
    def size(self) -> int:
        """Bytes."""
        return _size(self._place)

    def path(self) -> str:
        """A local path to read. A file in an object store is fetched for it, once; it goes when the run ends."""
        if "://" not in self._place:
            return self._place
        if self._copy is None:
            self._copy = os.path.join(tempfile.mkdtemp(prefix="rqlive-"), self.name)
            if _run.current is not None:
                _run.current.files.append(self)
            _fetch(self._place, self._copy)
        return self._copy

    def open(self, mode: str = "rb", **options: Any) -> IO[Any]:
        """The file, open for reading."""
        if set(mode) & set("wax+"):
            raise ValueError(f"an upload is only read: mode {mode!r}. Write an Artifact instead.")
        return open(self.path(), mode, **options)

    def tidy(self) -> None:
        """Remove the local copy."""
        _remove_folder_of(self._copy)
        self._copy = None


class Artifact:
    """A file that a job makes. Write it, and return it (alone, or within a dict or list): the page offers it.

    `path` is where to write; `write()` and `open()` do it for you. In a job it is stored with the job; outside of one
    it lies in `folder`, or in a temporary one. Raises ValueError for a name that is not a plain file name.
    """

    def __init__(self, name: str, media_type: str | None = None, folder: str | os.PathLike[str] | None = None) -> None:
        self.name = check_name(name)
        self.media_type = media_type or _guess_media_type(name)
        run = _run.current
        self._job_id = run.job_id if run is not None and folder is None else None
        self._place = None if self._job_id is None else _join(files_root(), _keys.artifact_path(self._job_id, name))
        if run is not None and self._job_id is not None:
            run.files.append(self)
        self._folder = os.fspath(folder) if folder is not None else self._make_folder()
        #: The local path to write.
        self.path = os.path.join(self._folder, name)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Made in a child process and handed to its parent: the parent stores it."""
        self.__dict__.update(state)
        if _run.current is not None:
            _run.current.files.append(self)

    def write(self, data: bytes | str) -> None:
        """The file's whole content; text as UTF-8."""
        with self.open("wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)

    def open(self, mode: str = "wb", **options: Any) -> IO[Any]:
        """The file, open to be written, or to be read again."""
        return open(self.path, mode, **options)

    @property
    def size(self) -> int:
        """Bytes written so far."""
        with suppress(FileNotFoundError):
            return os.path.getsize(self.path)
        return 0

    def as_json(self) -> dict[str, Any]:
        """How it stands in a job's result."""
        told = {"name": self.name, "size": self.size, "media_type": self.media_type}
        return told if self._job_id is None else {"artifact": f"{self._job_id}/{self.name}"} | told

    def store(self) -> None:
        """Bring it to where the files of jobs lie, if it was not written there."""
        if self._place is not None and "://" in self._place and os.path.exists(self.path):
            _send(self.path, self._place)

    def tidy(self) -> None:
        """Remove the local copy of a file that is stored elsewhere."""
        if self._place is not None and "://" in self._place:
            _remove_folder_of(self.path)

    def _make_folder(self) -> str:
        if self._place is None or "://" in self._place:
            return tempfile.mkdtemp(prefix="rqlive-")
        folder = os.path.dirname(self._place)
        os.makedirs(folder, exist_ok=True)
        return folder


def store_artifacts(run: "Run", value: Any) -> Any:
    """A job's result with its artifacts as JSON, all artifacts of the run stored."""
    for file in run.files:
        if isinstance(file, Artifact):
            file.store()
    return _told(value)


def _told(value: Any) -> Any:
    if isinstance(value, Artifact):
        return value.as_json()
    if type(value) is dict:
        return {key: _told(item) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_told(item) for item in value)
    return value


def _guess_media_type(name: str) -> str:
    import mimetypes

    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _join(root: str, relative: str) -> str:
    return f"{root.rstrip('/')}/{relative}" if "://" in root else os.path.join(root, relative)


def _exists(place: str) -> bool:
    if "://" not in place:
        return os.path.isfile(place)
    store, path = _store(place)
    return store.isfile(path)


def _size(place: str) -> int:
    if "://" not in place:
        return os.path.getsize(place)
    store, path = _store(place)
    return store.size(path)


def _fetch(place: str, path: str) -> None:
    store, remote = _store(place)
    store.get_file(remote, path)


def _send(path: str, place: str) -> None:
    store, remote = _store(place)
    store.makedirs(os.path.dirname(remote), exist_ok=True)
    store.put_file(path, remote)


def _store(place: str) -> tuple[Any, str]:
    try:
        import fsspec

        return fsspec.core.url_to_fs(place)
    except ImportError as error:
        raise RuntimeError(
            f"files lie at {files_root()}, and a library to reach it is missing ({error}). Install it with pip."
        ) from error


def _remove_folder_of(path: str | None) -> None:
    if path is not None:
        shutil.rmtree(os.path.dirname(path), ignore_errors=True)
