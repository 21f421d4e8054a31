"""Job type: thumbnails of the images in a ZIP, made by threads. What cannot be one is told, and stops nothing.

Threads suit this work although they share one interpreter: Pillow lets go of it (the GIL) while it decodes, resizes and
encodes, which is nearly all of the time, so as many cores work as there are threads. Processes gained nothing
to speak of, and every image has to be sent to them and back. What was measured is in docs/decisions/thumbnails.md.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Annotated, Any, Literal, NamedTuple

from jobs import Param, Upload, job_type, track
from jobs._thumb_image import Thumbnail, Wish, make_thumbnail, pillow
from jobs._thumb_kinds import BEGIN_BYTES, is_named_as_image, may_be_image
from jobs._thumb_pool import Memory, in_order
from jobs._thumb_tally import ITEMS_MAX, Tally
from jobs._zip_read import Archive, Entry, open_archive
from jobs._zip_unfit import Unfit

log = logging.getLogger(__name__)

#: Bytes of memory that images may take at once while they are decoded, and so the largest that one may take.
MEMORY_BYTES = 1024**3
#: Bytes that all images of a ZIP together may unpack to.
TOTAL_BYTES_MAX = 10 * 1024**3

FORMATS = {"keep": None, "JPEG": "JPEG", "WebP": "WEBP", "PNG": "PNG"}


@job_type(title="Make thumbnails", timeout=3600, result_ttl=24 * 3600)
def thumbnails(
    file: Annotated[Upload, Param(title="ZIP of images", help="JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF.", accept=".zip")],
    size: Annotated[int, Param(title="Longer side", help="In pixels. No image is enlarged.", ge=16, le=2048)] = 256,
    format: Annotated[
        Literal["keep", "JPEG", "WebP", "PNG"],
        Param(help="With keep, JPEG, PNG and WebP stay what they are, AVIF becomes WebP, all others PNG."),
    ] = "keep",
    quality: Annotated[int, Param(help="Of JPEG and WebP.", ge=1, le=95)] = 82,
    threads: Annotated[int | None, Param(help="How many work at once. Empty: one for each core.", ge=1, le=32)] = None,
) -> dict[str, Any]:
    """Make thumbnails of all images in a ZIP, with several threads: a ZIP comes out, and a look at the first of them.

    Names and folders stay. Images are turned upright, colours become sRGB, and what else a camera wrote, such as the
    place, is left out. Files that are broken, or look like a trick, are told with the reason.
    """
    from jobs._pool import cores

    started, count = time.monotonic(), threads or cores()
    wish = Wish(size, FORMATS[format], quality)
    with ExitStack() as stack:
        try:
            archive = stack.enter_context(open_archive(file.path()))
            found = _sorted(archive)
        except ValueError as error:
            raise ValueError(f"No thumbnails of {file.name}: {error}") from None
        log.info("Images: %s; threads: %d", f"{len(found.images):,}", count)
        tally = stack.enter_context(Tally(file.name))
        for entry, unfit in found.broken:
            tally.put(entry, unfit)
        for entry, unfit in found.skipped:
            tally.skip(entry, unfit)
        outcomes = stack.enter_context(closing(_made(archive, found.images, wish, count, tally)))
        for entry, outcome in track(outcomes, "Making thumbnails", total=len(found.images), unit="images"):
            tally.put(entry, outcome)
    seconds = round(time.monotonic() - started, 2)
    log.info("Thumbnails: %s; broken: %s; seconds: %s", f"{tally.made:,}", f"{tally.broken['count']:,}", seconds)
    told = {"view": "thumbnails", "name": file.name, "size": size, "format": format, "threads": count}
    return told | {"seconds": seconds} | tally.as_json()


class _Found(NamedTuple):
    """The files of a ZIP, each in one of three lists, in the ZIP's order."""

    images: list[Entry]
    #: Files that must not be read, images or not: of an encrypted one nobody can tell.
    broken: list[tuple[Entry, Unfit]]
    #: Files that are no images.
    skipped: list[tuple[Entry, Unfit]]


def _sorted(archive: Archive) -> _Found:
    """Looks at names, and at the first bytes where a name says nothing. Raises ValueError where no image is left."""
    found = _Found([], [], [])
    for entry in track(archive.entries, "Looking into the ZIP", unit="files"):
        foreign = _foreign(entry.name)
        if foreign is not None:
            found.skipped.append((entry, foreign))
        elif entry.unfit is not None:
            found.broken.append((entry, entry.unfit))
        elif is_named_as_image(entry.name) or may_be_image(archive.begin(entry, BEGIN_BYTES)):
            found.images.append(entry)
        else:
            found.skipped.append((entry, Unfit("other", "it is no image of a kind that is read")))
    if not found.images and not found.broken:
        raise ValueError("there is no image in it. Put JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF files into the ZIP.")
    total = sum(entry.size for entry in found.images)
    if total > TOTAL_BYTES_MAX:
        raise ValueError(f"its images unpack to {total:,} bytes; {TOTAL_BYTES_MAX:,} are taken. Pack several ZIPs.")
    return found


def _foreign(path: str) -> Unfit | None:
    """Why a file of this name is passed over without a look."""
    *folders, name = path.split("/")
    if "__MACOSX" in folders or name.startswith("._") or name in (".DS_Store", "Thumbs.db", "desktop.ini"):
        return Unfit("system", "it is what a Mac or Windows adds for itself")
    if name.lower().endswith(".zip"):
        return Unfit("nested", "it is a ZIP within the ZIP, which is not opened")
    return None


def _made(
    archive: Archive, images: list[Entry], wish: Wish, threads: int, tally: Tally
) -> Iterator[tuple[Entry, Thumbnail | Unfit]]:
    """Each image with its thumbnail, or with the reason why it has none, in the order of the images."""
    memory = Memory(MEMORY_BYTES)

    def make(entry: Entry) -> tuple[Entry, Thumbnail | Unfit]:
        # Whatever will be among the first that are shown was begun before so many were done.
        wants_preview = tally.made < ITEMS_MAX
        try:
            return entry, make_thumbnail(archive.read(entry), wish, memory, wants_preview)
        except Unfit as unfit:
            return entry, unfit

    with pillow():
        yield from in_order(make, images, threads)
