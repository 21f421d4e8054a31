"""Removes uploads and artifacts that no kept job can need any more. Files only; asks Redis which jobs exist.

The layout is that of `webapp/files.py`: `uploads/<id>/.jobs/<job id>` names the jobs that an upload was given to. A
folder of files belongs to one Redis, which its `.redis` names: for any other Redis all its jobs would look gone.
"""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import fsspec
import redis

from jobs import _keys
from webapp.config import Config
from webapp.files import ROOT
from webapp.redis_address import public_url

log = logging.getLogger(__name__)

#: Younger files stay, whatever Redis says: a form may still be open, and a job may be in the making.
KEEP = timedelta(hours=24)
#: Folders looked at in one sweep of uploads, and of artifacts.
FOLDERS = 1_000
OWNER_FILE = ".redis"
OWN = "own"


def _trashed(job_id: str) -> str:
    """The hash of a job that was deleted and may be put back."""
    return _keys.trash_part("job", job_id)


class FileSweep:
    """One folder of files, local or on any other fsspec store."""

    def __init__(self, config: Config, reader: redis.Redis) -> None:
        place = config.files if "://" in config.files else str(ROOT / config.files)
        self._fs, root = fsspec.url_to_fs(place, use_listings_cache=False)
        self._root = root.rstrip("/")
        self._redis = reader
        # Our own Redis may move to another port; it is still the one of this folder.
        self._owner = OWN if config.own_redis else public_url(config.redis_url or "redis://localhost:6379/0")
        self._after = {"uploads": "", "artifacts": ""}

    def sweep(self) -> int:
        """Remove what is over; returns how many folders. Raises OSError and redis.RedisError."""
        if not self._fs.isdir(self._root) or not self._is_ours():
            return 0
        oldest = datetime.now(UTC) - KEEP
        uploads = {path: self._names(f"{path}/.jobs") for path in self._folders("uploads")}
        artifacts = {path: [path.rpartition("/")[2]] for path in self._folders("artifacts")}
        removed = 0
        for path in self._without_job(uploads | artifacts):
            if self._newest(path) < oldest:
                self._fs.rm(path, recursive=True)
                removed += 1
        return removed

    def _is_ours(self) -> bool:
        path = f"{self._root}/{OWNER_FILE}"
        if not self._fs.exists(path):
            self._fs.pipe_file(path, self._owner.encode())
            return True
        return self._fs.cat_file(path).decode("utf-8", "replace") == self._owner

    def _folders(self, kind: str) -> list[str]:
        """The next FOLDERS folders of a kind, in the order of their names; from the first again after the last."""
        folder = f"{self._root}/{kind}"
        names = [name for name in self._names(folder) if name > self._after[kind]][:FOLDERS]
        self._after[kind] = names[-1] if len(names) == FOLDERS else ""
        return [f"{folder}/{name}" for name in names]

    def _names(self, folder: str) -> list[str]:
        try:
            paths = self._fs.ls(folder, detail=False)
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted(path.rstrip("/").rpartition("/")[2] for path in paths)

    def _without_job(self, jobs: dict[str, list[str]]) -> Iterable[str]:
        """The folders none of whose jobs exists. One round trip."""
        pipe = self._redis.pipeline(transaction=False)
        for ids in jobs.values():
            # EXISTS counts; without a key it would be an error.
            pipe.exists(*(key(job_id) for job_id in ids or ("",) for key in (_keys.job, _trashed)))
        counts = pipe.execute() if jobs else []
        return [path for path, count in zip(jobs, counts, strict=True) if not count]

    def _newest(self, folder: str) -> datetime:
        """When a file in the folder was last written; now, where the store does not tell."""
        times = [self._written(entry) for entry in self._fs.find(folder, withdirs=False, detail=True).values()]
        return max(times, default=datetime.min.replace(tzinfo=UTC))

    @staticmethod
    def _written(entry: dict) -> datetime:
        written = entry.get("mtime") or entry.get("LastModified") or entry.get("updated")
        if isinstance(written, int | float):
            return datetime.fromtimestamp(written, UTC)
        if isinstance(written, datetime):
            return written if written.tzinfo else written.replace(tzinfo=UTC)
        return datetime.now(UTC)
