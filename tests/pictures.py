"""Images and ZIPs for tests, made in memory: honest ones, and what nobody should send."""

import io
import struct
import zipfile
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms

ORIENTATION = 0x0112


def encoded(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """The bytes of a file of this kind."""
    out = io.BytesIO()
    # A copy, because Pillow leaves notes of one way to save in the picture, and stumbles over them in the next.
    picture.copy().save(out, kind, **options)
    return out.getvalue()


def halves(size: tuple[int, int] = (400, 300), left: Any = (200, 30, 30), right: Any = (30, 30, 200)) -> Image.Image:
    """Red on the left and blue on the right, unless told otherwise."""
    picture = Image.new("RGB", size, left)
    picture.paste(right, (size[0] // 2, 0, *size))
    return picture


def turned(orientation: int) -> Image.Exif:
    """What a camera writes that was held so."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return exif


def swapped_profile() -> bytes:
    """An ICC profile for a screen whose red is blue, and whose blue is red."""
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return data.replace(b"rXYZ", b"????", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"????", b"bXYZ", 1)


def png_of_size(width: int, height: int) -> bytes:
    """A PNG that says that it is so large, and has next to nothing in it."""
    data = bytearray(encoded(Image.new("L", (1, 1)), "PNG"))
    data[16:24] = struct.pack(">II", width, height)
    data[29:33] = struct.pack(">I", zipfile.crc32(data[12:29]))
    return bytes(data)


def write_zip(
    path: Path, files: dict[str, bytes] | list[tuple[Any, bytes]], method: int = zipfile.ZIP_DEFLATED
) -> Path:
    """A ZIP with these files; a name may be a ZipInfo."""
    with zipfile.ZipFile(path, "w", method) as out:
        for name, data in files.items() if isinstance(files, dict) else files:
            out.writestr(name, data, compress_type=method)
    return path


def patched(path: Path, old: bytes, new: bytes) -> Path:
    """The file with some of its bytes exchanged for as many others, wherever they stand."""
    data = path.read_bytes()
    assert old in data
    assert len(old) == len(new)
    path.write_bytes(data.replace(old, new))
    return path
