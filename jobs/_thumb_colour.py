"""Colours of any kind become the eight bits of sRGB that every browser shows. Pillow images in, Pillow images out."""

import io
import math
from typing import TYPE_CHECKING

from jobs._zip_unfit import Unfit

if TYPE_CHECKING:
    from PIL.Image import Image

#: What an ICC profile must be made for, by mode without transparency.
_SPACES = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}


def resizable(picture: "Image") -> "Image":
    """The same with values whose neighbours can be mixed: no palette, no single bits, at most eight of them.

    Raises Unfit where a value is no number.
    """
    if picture.mode in ("I", "F") or picture.mode.startswith("I;16"):
        return _eight_bits(picture)
    if picture.mode == "PA" or (picture.mode in ("1", "L", "P", "RGB") and picture.has_transparency_data):
        return picture.convert("RGBA")
    return picture.convert({"1": "L", "P": "RGB", "HSV": "RGB"}.get(picture.mode, picture.mode))


def in_srgb(picture: "Image", profile: bytes | None) -> "Image":
    """A picture from `resizable` as L, RGB or RGBA, and nothing else with it: no profile, place, date or comment.

    A profile that cannot be used counts for nothing.
    """
    if picture.mode in ("LA", "RGBA"):
        plain = _managed(picture.convert("RGB"), profile)
        plain.putalpha(picture.getchannel("A"))
    elif picture.mode == "LAB":
        plain = _from_lab(picture)
    else:
        plain = _managed(picture if picture.mode in _SPACES else picture.convert("RGB"), profile)
    if plain.mode == "RGBA" and plain.getchannel("A").getextrema() == (255, 255):
        plain = plain.convert("RGB")
    # Pillow would write some of it into the file, a comment for one.
    plain.info = {}
    return plain


def on_white(picture: "Image") -> "Image":
    """Without transparency, for formats that have none."""
    if picture.mode != "RGBA":
        return picture
    from PIL import Image

    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def _eight_bits(picture: "Image") -> "Image":
    """16 bits lose the lower eight. Others have no white of their own: theirs is the largest value that they have."""
    if picture.mode.startswith("I;16"):
        low, high = 0.0, 65_535.0
    else:
        low, high = picture.getextrema()
    if not (math.isfinite(low) and math.isfinite(high)):
        raise Unfit("decode", "its pixels are not all numbers")
    factor = 255 / (high - low) if high > low else 0.0
    # Pillow knows no way from 16 bits to fractions but by way of 32.
    values = picture if picture.mode == "F" else picture.convert("I").convert("F")
    return values.point(lambda value: value * factor - low * factor).convert("L")


def _managed(picture: "Image", profile: bytes | None) -> "Image":
    """L or RGB, by way of the profile where it is one for such a picture."""
    from PIL import ImageCms

    wanted = "L" if picture.mode == "L" else "RGB"
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if source.profile.xcolor_space.strip() == _SPACES[picture.mode]:
                srgb = ImageCms.createProfile("sRGB")
                return ImageCms.profileToProfile(picture, source, srgb, outputMode="RGB").convert(wanted)
        except (ImageCms.PyCMSError, OSError, ValueError):
            return picture.convert(wanted)
    return picture.convert(wanted)


def _from_lab(picture: "Image") -> "Image":
    from PIL import ImageCms

    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    return ImageCms.profileToProfile(picture, lab, srgb, outputMode="RGB")
