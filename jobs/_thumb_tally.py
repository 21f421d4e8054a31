"""What became of each file of a ZIP: thumbnails go into another ZIP, the first into the page, all into a report.

One thread at a time. What is written lies with the job that made it.
"""

import csv
import logging
import zipfile
from collections.abc import Iterable
from typing import Any

from jobs import Artifact
from jobs._thumb_image import Thumbnail
from jobs._thumb_kinds import named_as
from jobs._zip_names import Names, shown
from jobs._zip_read import Entry
from jobs._zip_unfit import Unfit

log = logging.getLogger(__name__)

#: Thumbnails shown in the page, each with a file of its own for its preview; and files told of that became none.
ITEMS_MAX, SAMPLE = 60, 50

COLUMNS = (
    *("name", "outcome", "reason", "width", "height", "bytes"),
    *("thumbnail", "thumbnail_width", "thumbnail_height", "thumbnail_bytes"),
)


class Tally:
    """A context manager. `as_json` is for afterwards, when its files are complete."""

    def __init__(self, name: str) -> None:
        """`name` is that of the ZIP with the images."""
        #: Thumbnails so far.
        self.made = 0
        self.broken: dict[str, Any] = {"count": 0, "sample": []}
        self._skipped: dict[str, Any] = {"count": 0, "sample": []}
        self._items: list[dict[str, Any]] = []
        self._bytes = self._read_bytes = 0
        self._names = Names()
        self._artifacts = [Artifact("report.csv", "text/csv")]
        stem = name[: -len(".zip")] if name.lower().endswith(".zip") else name
        self._zip_name = f"{stem[:60]}-thumbnails.zip"
        self._zip: zipfile.ZipFile | None = None

    def __enter__(self) -> "Tally":
        self._report = self._artifacts[0].open("w", encoding="utf-8", errors="replace", newline="")
        self._write(COLUMNS)
        return self

    def __exit__(self, *_: object) -> None:
        self._report.close()
        if self._zip is not None:
            self._zip.close()

    def put(self, entry: Entry, outcome: Thumbnail | Unfit) -> None:
        """What became of an image."""
        if isinstance(outcome, Unfit):
            log.warning("%s: %s", shown(entry.name), outcome.reason)
            self._tell(self.broken, "broken", entry, outcome)
            return
        name = self._names.take(named_as(entry.name, outcome.format))
        self._open_zip().writestr(name, outcome.data)
        size = len(outcome.data)
        self._write((entry.name, "made", "", *outcome.original, entry.size, name, *outcome.size, size))
        self.made += 1
        self._bytes += size
        self._read_bytes += entry.size
        if len(self._items) < ITEMS_MAX and outcome.preview is not None:
            self._items.append(self._item(name, entry, outcome, outcome.preview))

    def skip(self, entry: Entry, unfit: Unfit) -> None:
        """A file that is no image."""
        self._tell(self._skipped, "skipped", entry, unfit)

    def as_json(self) -> dict[str, Any]:
        """Its part of the result."""
        return {
            "made": {"count": self.made, "bytes": self._bytes, "read_bytes": self._read_bytes},
            "items": self._items,
            "broken": self.broken,
            "skipped": self._skipped,
            "artifacts": self._artifacts,
        }

    def _open_zip(self) -> zipfile.ZipFile:
        if self._zip is None:
            self._artifacts.insert(0, Artifact(self._zip_name, "application/zip"))
            # Images do not become smaller by packing them.
            self._zip = zipfile.ZipFile(self._artifacts[0].path, "w", zipfile.ZIP_STORED)
        return self._zip

    def _write(self, row: Iterable[object]) -> None:
        csv.writer(self._report).writerow(row)

    def _tell(self, kind: dict[str, Any], outcome: str, entry: Entry, unfit: Unfit) -> None:
        kind["count"] += 1
        self._write((entry.name, outcome, unfit.reason, "", "", entry.size))
        if len(kind["sample"]) < SAMPLE:
            kind["sample"].append({"name": shown(entry.name), "code": unfit.code, "reason": unfit.reason})

    def _item(self, name: str, entry: Entry, thumbnail: Thumbnail, preview: bytes) -> dict[str, Any]:
        # Told by its name alone, a file is not among those that the page offers to take.
        file = Artifact(f"preview-{len(self._items) + 1:02}.webp", "image/webp")
        file.write(preview)
        sizes = {"width": thumbnail.size[0], "height": thumbnail.size[1], "bytes": len(thumbnail.data)}
        was = {"width": thumbnail.original[0], "height": thumbnail.original[1], "bytes": entry.size}
        return {"name": shown(name), "preview": file.name, **sizes, "was": was}
