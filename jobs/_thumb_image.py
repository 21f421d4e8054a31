"""From the bytes of one image to those of its thumbnail, with Pillow. No ZIP, no job; any thread may do it.

What a stranger sent is decoded here: only the formats of `_thumb_kinds.py` are tried, and nothing is decoded before
its size was looked at.
"""

import ctypes
import io
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from jobs._thumb_colour import in_srgb, on_white, resizable
from jobs._thumb_kinds import FORMATS, KEPT, is_heif, may_be_image
from jobs._thumb_pool import Memory
from jobs._zip_unfit import Unfit

if TYPE_CHECKING:
    from PIL.Image import Image

#: Pixels of an image of any kind. The largest camera in a telephone has 200 million.
PIXELS_MAX = 250_000_000
#: Bytes of memory that decoding takes for each pixel, measured and rounded up; PIXEL_BYTES where a format is not named.
PIXEL_BYTES, FORMAT_PIXEL_BYTES = 12, {"WEBP": 20, "AVIF": 16}
#: What a progressive JPEG holds of each of its pixels until it is read to the end, however small it is wanted.
PROGRESSIVE_BYTES = 8
#: Times that a progressive JPEG may be drawn over all its pixels; editors write ten. A few bytes are enough for one.
SCANS_MAX = 200
#: The longer side of a preview: twice what the page shows, for dense screens.
PREVIEW_PIXELS, PREVIEW_QUALITY = 320, 70
#: Characters kept of what a decoder complains of.
COMPLAINT_CHARS = 160

#: Blocks of at least so many bytes are the system's own, given out and taken back whole. -3: so spelt in malloc.h.
_M_MMAP_THRESHOLD, MMAP_BYTES = -3, 8 * 1024 * 1024
_PLUGINS = ("Avif", "Bmp", "Gif", "Jpeg", "Mpo", "Png", "Tiff", "WebP")
_ORIENTATION = 0x0112
#: What begins a scan, and stands nowhere within one.
_SCAN = b"\xff\xda"
#: The turn that makes an image upright, by the number that its camera wrote.
_TURNS = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}


@dataclass(frozen=True)
class Wish:
    """What thumbnails are wanted."""

    #: Pixels of the longer side; what is smaller stays as it is.
    size: int
    #: "JPEG", "WEBP", "PNG", or None for the image's own.
    format: str | None
    #: Of JPEG and WebP, 1 to 95.
    quality: int


@dataclass(frozen=True)
class Thumbnail:
    """A finished thumbnail. Sizes are (width, height) in pixels, upright."""

    data: bytes
    #: JPEG, PNG or WEBP.
    format: str
    size: tuple[int, int]
    original: tuple[int, int]
    #: A small WebP, where one was asked for.
    preview: bytes | None


class _Plan(NamedTuple):
    """How an image will be decoded."""

    #: Bytes of memory.
    needed: int
    #: Its size before that, (width, height).
    size: tuple[int, int]
    #: Where it lies in the picture that is decoded at a fraction of its size; None where it is decoded whole.
    box: tuple[float, float, float, float] | None


@contextmanager
def pillow() -> Iterator[None]:
    """Pillow is loaded and set up within; as it was afterwards. For the whole of a run, before threads begin."""
    from PIL import Image

    _return_freed_memory()
    for name in _PLUGINS:
        import_module(f"PIL.{name}ImagePlugin")
    before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, PIXELS_MAX
    try:
        with warnings.catch_warnings():
            # Of metadata that is broken, and thrown away anyway.
            warnings.simplefilter("ignore")
            yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


def make_thumbnail(data: bytes, wish: Wish, memory: Memory, with_preview: bool = False) -> Thumbnail:
    """The thumbnail of the image in `data`, of its first frame. Within `pillow()`. Raises Unfit.

    Waits until `memory` has room for the pixels.
    """
    with _opened(data) as picture:
        plan = _plan(picture, wish.size)
        _refuse_bombs(picture, plan, data, memory.size)
        with memory.use(plan.needed):
            try:
                small, original = _smaller(picture, wish.size, plan)
            except Unfit:
                raise
            except Exception as error:
                # A decoder that is given nonsense may raise anything.
                raise _undecodable(error) from None
    kind = wish.format or KEPT.get(picture.format or "", "PNG")
    preview = _preview(small) if with_preview else None
    return Thumbnail(_written(small, kind, wish.quality), kind, small.size, original, preview)


def _return_freed_memory() -> None:
    """What is freed goes back to the system at once: glibc would keep up to 64 MB for each thread, as if in use."""
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, MMAP_BYTES)


@contextmanager
def _opened(data: bytes) -> Iterator["Image"]:
    from PIL import Image

    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError:
        raise Unfit("memory", f"it has more than {PIXELS_MAX:,} pixels") from None
    except Exception:
        if is_heif(data):
            raise Unfit("heic", "it is a HEIC image, which cannot be read; export it as JPEG") from None
        if may_be_image(data):
            raise Unfit("decode", "its beginning is that of an image, and what follows is not") from None
        raise Unfit("unknown", "what is in it is no image that can be read") from None
    # Leaving a picture closes its file; only closing it frees its pixels.
    with closing(picture):
        yield picture


def _plan(picture: "Image", longest: int) -> _Plan:
    """Decides how to decode: a JPEG at an eighth, a fourth or a half of its size, where that is enough."""
    size, box, needed = picture.size, None, 0
    if picture.format in ("JPEG", "MPO"):
        # Twice what is wanted: from there on one does not see the difference.
        drafted = picture.draft(None, (2 * longest, 2 * longest))
        box = drafted and drafted[1]
        needed = PROGRESSIVE_BYTES * size[0] * size[1] if picture.info.get("progressive") else 0
    needed += picture.width * picture.height * FORMAT_PIXEL_BYTES.get(picture.format or "", PIXEL_BYTES)
    return _Plan(needed, size, box)


def _refuse_bombs(picture: "Image", plan: _Plan, data: bytes, limit: int) -> None:
    """Raises Unfit for an image that would take too much memory, or too much time for its size."""
    width, height = plan.size
    if plan.needed > limit or width * height > PIXELS_MAX:
        raise Unfit("memory", f"its {width:,} x {height:,} pixels would take {plan.needed / 1e9:.1f} GB of memory")
    if picture.info.get("progressive") and (scans := data.count(_SCAN)) > SCANS_MAX:
        raise Unfit("scans", f"it is drawn over itself {scans:,} times, as bombs are")


def _smaller(picture: "Image", longest: int, plan: _Plan) -> tuple["Image", tuple[int, int]]:
    """(the image at the wanted size, in sRGB, upright; its first size, upright)."""
    from PIL.Image import Resampling

    picture.load()
    # A TIFF is upright by now, and its sides may have changed places.
    (width, height), box = (plan.size, plan.box) if plan.box else (picture.size, None)
    factor = min(1.0, longest / max(width, height))
    target = max(1, round(width * factor)), max(1, round(height * factor))
    small = resizable(picture).resize(target, Resampling.LANCZOS, box, reducing_gap=2.0)
    small = in_srgb(small, picture.info.get("icc_profile"))
    turn = _turn(picture)
    if turn is None:
        return small, (width, height)
    is_sideways = turn.name in ("TRANSPOSE", "TRANSVERSE", "ROTATE_90", "ROTATE_270")
    return small.transpose(turn), (height, width) if is_sideways else (width, height)


def _turn(picture: "Image") -> Any:
    """Pillow's word for the turn that makes it upright; None where it is, or where nobody can tell."""
    from PIL.Image import Transpose

    try:
        name = _TURNS.get(picture.getexif().get(_ORIENTATION, 1))
    except Exception:
        # What cameras and editors write there is often broken; the picture is none the worse.
        return None
    return Transpose[name] if name else None


def _written(picture: "Image", kind: str, quality: int) -> bytes:
    out = io.BytesIO()
    if kind == "JPEG":
        on_white(picture).save(out, "JPEG", quality=quality, optimize=True)
    elif kind == "WEBP":
        picture.save(out, "WEBP", quality=quality)
    else:
        picture.save(out, "PNG")
    return out.getvalue()


def _preview(picture: "Image") -> bytes:
    small = picture.copy()
    small.thumbnail((PREVIEW_PIXELS, PREVIEW_PIXELS))
    return _written(small, "WEBP", PREVIEW_QUALITY)


def _undecodable(error: Exception) -> Unfit:
    said = " ".join(str(error).split())[:COMPLAINT_CHARS] or type(error).__name__
    if "truncated" in said or isinstance(error, EOFError):
        return Unfit("truncated", "it ends before its picture does")
    return Unfit("decode", f"it cannot be decoded ({said})")
