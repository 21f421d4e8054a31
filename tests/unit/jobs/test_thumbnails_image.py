import io
import warnings
from functools import cache
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from jobs import _thumb_image
from jobs._thumb_image import Thumbnail, Wish, make_thumbnail, pillow
from jobs._thumb_kinds import may_be_image, named_as
from jobs._thumb_pool import Memory
from jobs._zip_unfit import Unfit
from tests.pictures import ORIENTATION, encoded, halves, png_of_size, swapped_profile, turned

RED, BLUE = (200, 30, 30), (30, 30, 200)
GIGABYTE = 1024**3


def make(data: bytes, size: int = 64, kind: str | None = None, memory: int = GIGABYTE, **options: Any) -> Thumbnail:
    with pillow():
        return make_thumbnail(data, Wish(size, kind, 82), Memory(memory), **options)


def opened(thumbnail: Thumbnail) -> Image.Image:
    picture = Image.open(io.BytesIO(thumbnail.data))
    assert (picture.format, picture.size) == (thumbnail.format, thumbnail.size)
    return picture


def looks(picture: Image.Image, x: float, y: float, wanted: tuple[int, ...], by: int = 14) -> bool:
    """Whether it has this colour there, seen on white; x and y from 0 to 1."""
    seen = Image.new("RGBA", picture.size, "white")
    seen.alpha_composite(picture.convert("RGBA"))
    found = seen.convert("RGB").getpixel((int(x * picture.width), int(y * picture.height)))
    return all(abs(one - other) <= by for one, other in zip(found, wanted, strict=True))


def outcome(data: bytes) -> Unfit | None:
    """Why it is not an image, if it is none."""
    try:
        make(data)
    except Unfit as unfit:
        return unfit
    return None


def code_of(data: bytes, **options: Any) -> str:
    with pytest.raises(Unfit) as unfit:
        make(data, **options)
    return unfit.value.code


@cache
def pictures() -> dict[str, bytes]:
    """One red and blue picture in every way to store one."""
    rgb = halves()

    def many(kind: str, **options: Any) -> bytes:
        return encoded(rgb, kind, save_all=True, append_images=[Image.new("RGB", rgb.size, "lime")], **options)

    return {
        "JPEG": encoded(rgb),
        "JPEG progressive": encoded(rgb, progressive=True),
        "JPEG CMYK": encoded(rgb.convert("CMYK")),
        "JPEG YCCK": encoded(rgb.convert("CMYK"), subsampling=2),
        "MPO": many("MPO"),
        "PNG": encoded(rgb, "PNG"),
        "PNG palette": encoded(rgb.quantize(4), "PNG"),
        "APNG": many("PNG"),
        "GIF": encoded(rgb, "GIF"),
        "GIF animated": many("GIF"),
        "WebP": encoded(rgb, "WEBP", quality=90),
        "WebP lossless": encoded(rgb, "WEBP", lossless=True),
        "WebP animated": many("WEBP", quality=90),
        "BMP": encoded(rgb, "BMP"),
        "TIFF": encoded(rgb, "TIFF"),
        "TIFF LZW": encoded(rgb, "TIFF", compression="tiff_lzw"),
        "TIFF CMYK": encoded(rgb.convert("CMYK"), "TIFF"),
        "TIFF pages": many("TIFF"),
        "AVIF": encoded(rgb, "AVIF", quality=90),
    }


@pytest.mark.parametrize("stored", pictures())
def test_every_kind_of_image_becomes_a_thumbnail_of_its_first_frame(stored: str) -> None:
    thumbnail = make(pictures()[stored])
    picture = opened(thumbnail)
    assert (picture.size, thumbnail.original, picture.mode) == ((64, 48), (400, 300), "RGB")
    assert looks(picture, 0.2, 0.5, RED)
    assert looks(picture, 0.8, 0.5, BLUE)
    kept = {"JPEG": "JPEG", "MPO": "JPEG", "WebP": "WEBP", "AVIF": "WEBP"}
    assert thumbnail.format == kept.get(stored.split()[0], "PNG")
    assert may_be_image(pictures()[stored][:16])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_format_that_is_asked_for_is_given(kind: str) -> None:
    for stored in ("JPEG CMYK", "GIF animated", "WebP", "TIFF CMYK"):
        assert opened(make(pictures()[stored], kind=kind)).format == kind


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_image_is_turned_upright(orientation: int, kind: str) -> None:
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    held = halves().transpose(Image.Transpose(undo[orientation])) if orientation in undo else halves()
    thumbnail = make(encoded(held, kind, exif=turned(orientation)), kind="PNG")
    picture = opened(thumbnail)
    assert (picture.size, thumbnail.original) == ((64, 48), (400, 300))
    assert looks(picture, 0.2, 0.5, RED)
    assert looks(picture, 0.8, 0.5, BLUE)
    assert ORIENTATION not in picture.getexif()


@pytest.mark.parametrize("exif", [b"Exif\0\0", b"Exif\0\0MM\0*\0\0\xff\xff", b"Exif\0\0" + b"\xff" * 300])
def test_broken_metadata_does_not_break_an_image(exif: bytes) -> None:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        assert make(encoded(halves(), exif=exif)).size == (64, 48)
    assert not heard


@pytest.mark.parametrize(
    ("size", "thumbnail"),
    [
        ((300, 400), (48, 64)),
        ((64, 64), (64, 64)),
        ((20, 10), (20, 10)),
        ((1, 1), (1, 1)),
        ((3000, 1), (64, 1)),
        ((1, 3000), (1, 64)),
        ((1001, 999), (64, 64)),
        ((4001, 2251), (64, 36)),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_the_longer_side_has_the_wanted_size_and_nothing_is_enlarged(size, thumbnail, kind) -> None:
    made = make(encoded(Image.new("RGB", size), kind))
    assert (made.size, made.original) == (thumbnail, size)


def test_a_jpeg_decoded_at_a_fraction_looks_like_one_decoded_whole() -> None:
    """The edge stands at the same place: the odd sizes of the fraction do not move the picture."""
    size = (1013, 761)
    whole, fraction = (opened(make(encoded(halves(size), kind), 63, "PNG")) for kind in ("PNG", "JPEG"))
    assert whole.size == fraction.size == (63, 47)
    row = [(whole.getpixel((x, 20)), fraction.getpixel((x, 20))) for x in range(63)]
    assert all(abs(one - other) < 12 for a, b in row for one, other in zip(a, b, strict=True))


def see_through() -> Image.Image:
    """Red on the left, nothing on the right."""
    picture = halves().convert("RGBA")
    picture.paste((30, 30, 200, 0), (200, 0, 400, 300))
    return picture


@cache
def transparent() -> dict[str, bytes]:
    """The same in every way to store it."""
    index = Image.new("P", (400, 300), 1)
    index.paste(0, (200, 0, 400, 300))
    index.putpalette([*BLUE, *RED])
    key = halves()
    return {
        "PNG": encoded(see_through(), "PNG"),
        "PNG grey": encoded(see_through().convert("LA"), "PNG"),
        "PNG palette": encoded(index, "PNG", transparency=0),
        "PNG key": encoded(key, "PNG", transparency=BLUE),
        "GIF": encoded(index, "GIF", transparency=0),
        "WebP": encoded(see_through(), "WEBP", quality=90),
        "TIFF": encoded(see_through(), "TIFF"),
        "AVIF": encoded(see_through(), "AVIF", quality=90),
    }


@pytest.mark.parametrize("stored", transparent())
def test_what_is_transparent_stays_so_and_becomes_white_in_a_jpeg(stored: str) -> None:
    data = transparent()[stored]
    left = (79, 79, 79) if stored == "PNG grey" else RED
    for kind in ("PNG", "WEBP"):
        picture = opened(make(data, kind=kind))
        assert picture.mode == "RGBA"
        assert [picture.getpixel((x, 24))[3] for x in (10, 54)] == [255, 0]
        assert looks(picture, 0.2, 0.5, left)
    jpeg = opened(make(data, kind="JPEG"))
    assert looks(jpeg, 0.2, 0.5, left)
    assert looks(jpeg, 0.9, 0.5, (255, 255, 255), by=3)


def test_the_colour_of_what_is_transparent_does_not_shine_through() -> None:
    picture = opened(make(encoded(see_through(), "PNG"), size=63))
    edge = [picture.getpixel((x, 20)) for x in range(63)]
    assert all(blue < 60 for _, _, blue, alpha in edge if alpha > 30)


def test_a_picture_that_is_nowhere_transparent_needs_no_alpha() -> None:
    assert opened(make(encoded(halves().convert("RGBA"), "PNG"))).mode == "RGB"


@pytest.mark.parametrize(
    ("mode", "kind", "dark", "light"),
    [
        ("1", "PNG", 0, 255),
        ("L", "PNG", 51, 204),
        ("I;16", "PNG", 0x3333, 0xCCCC),
        ("I;16", "TIFF", 0x3333, 0xCCCC),
        ("I;16B", "TIFF", 0x3333, 0xCCCC),
        ("I", "TIFF", -1000, 70_000),
        ("F", "TIFF", -0.5, 0.25),
    ],
)
def test_values_of_any_width_become_eight_bits(mode: str, kind: str, dark: float, light: float) -> None:
    picture = Image.new(mode, (400, 300), dark)
    picture.paste(light, (200, 0, 400, 300))
    made = opened(make(encoded(picture, kind), kind="PNG"))
    assert made.mode == "L"
    ends = (51, 204) if mode in ("L", "I;16", "I;16B") else (0, 255)
    assert [made.getpixel((x, 24)) for x in (10, 54)] == [pytest.approx(end, abs=1) for end in ends]


def test_a_picture_of_one_value_or_of_none_is_no_accident() -> None:
    assert opened(make(encoded(Image.new("F", (9, 9), 3.5), "TIFF"))).getextrema() == (0, 0)
    assert code_of(encoded(Image.new("F", (9, 9), float("nan")), "TIFF")) == "decode"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_colours_are_those_that_the_profile_means(kind: str) -> None:
    picture = opened(make(encoded(halves(), kind, icc_profile=swapped_profile()), kind="PNG"))
    assert looks(picture, 0.2, 0.5, BLUE, by=20)
    assert looks(picture, 0.8, 0.5, RED, by=20)


@pytest.mark.parametrize("profile", [b"no profile", swapped_profile()[:200], b""])
def test_a_profile_that_cannot_be_used_counts_for_nothing(profile: bytes) -> None:
    assert looks(opened(make(encoded(halves(), "PNG", icc_profile=profile))), 0.2, 0.5, RED)


def test_a_profile_for_other_colours_counts_for_nothing() -> None:
    profile = swapped_profile()
    for picture in (halves().convert("CMYK"), halves().convert("L")):
        with_profile, without = (make(encoded(picture, icc_profile=icc), kind="PNG") for icc in (profile, None))
        assert with_profile.data == without.data


def test_a_profile_and_transparency_go_together() -> None:
    picture = opened(make(encoded(see_through(), "PNG", icc_profile=swapped_profile())))
    assert looks(picture, 0.2, 0.5, BLUE, by=20)
    assert picture.getpixel((54, 24))[3] == 0


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_of_what_a_camera_wrote_is_left(kind: str) -> None:
    exif = turned(1)
    exif[0x010F] = "A camera of Ada"
    exif.get_ifd(0x8825)[2] = (37.0, 33.0, 0.0)
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "Ada")
    files = (
        encoded(halves(), exif=exif, comment=b"Ada", xmp=b"<Ada/>", icc_profile=swapped_profile(), dpi=(300, 300)),
        encoded(halves(), "PNG", exif=exif, pnginfo=text, icc_profile=swapped_profile()),
        encoded(halves(), "WEBP", exif=exif, xmp=b"<Ada/>", icc_profile=swapped_profile()),
    )
    for data in files:
        thumbnail = make(data, kind=kind, with_preview=True)
        for made in (thumbnail.data, thumbnail.preview):
            picture = Image.open(io.BytesIO(made))
            picture.load()
            assert not {"exif", "comment", "xmp", "icc_profile", "Comment", "dpi"} & set(picture.info)
            assert not picture.getexif()
            assert b"Ada" not in made


def test_a_preview_is_a_small_webp() -> None:
    thumbnail = make(encoded(halves((3000, 2000))), size=1024, with_preview=True)
    preview = Image.open(io.BytesIO(thumbnail.preview))
    assert (preview.format, preview.size) == ("WEBP", (320, 213))
    assert make(encoded(halves())).preview is None


@pytest.mark.parametrize("stored", sorted(pictures().keys() - {"MPO", "APNG", "GIF animated", "TIFF pages"}))
def test_an_image_that_ends_early_is_told(stored: str) -> None:
    data = pictures()[stored]
    assert code_of(data[: len(data) * 2 // 3]) in ("truncated", "decode")


@pytest.mark.parametrize("stored", pictures())
def test_an_image_with_any_byte_wrong_is_an_image_or_is_told(stored: str) -> None:
    data = pictures()[stored]
    for place in range(0, len(data), max(1, len(data) // 60)):
        broken = bytearray(data)
        broken[place] ^= 0xFF
        told = outcome(bytes(broken))
        assert told is None or told.code in ("truncated", "decode", "unknown", "memory")
        assert "object at 0x" not in str(told)


def test_what_is_no_image_is_told_by_what_it_is() -> None:
    assert code_of(b"") == "unknown"
    assert code_of(b"<svg/>") == "unknown"
    assert code_of(b"\xff\xd8\xff" + b"x" * 50) == "decode"
    assert code_of(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic") == "heic"
    assert code_of(b"%!PS-Adobe-3.0\n%%BoundingBox: 0 0 9 9\n") == "unknown"


def test_pixels_are_counted_before_they_are_decoded() -> None:
    assert code_of(png_of_size(20_000, 20_000)) == "memory"
    assert code_of(png_of_size(60_000, 60_000)) == "memory"
    assert code_of(png_of_size(2**31 - 1, 2**31 - 1)) in ("memory", "decode")


def test_a_jpeg_that_is_drawn_over_itself_again_and_again_is_not_drawn() -> None:
    data = encoded(halves(), progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    assert make(data[:-2] + last * 100 + data[-2:]).size == (64, 48)
    assert code_of(data[:-2] + last * 300 + data[-2:]) == "scans"


def test_memory_is_asked_for_by_what_decoding_takes() -> None:
    small, whole = encoded(halves((1600, 1200))), encoded(halves((1600, 1200)), "PNG")
    # A JPEG is decoded at an eighth; a progressive one is held whole at first.
    assert make(small, memory=1_000_000).size == (64, 48)
    assert code_of(encoded(halves((1600, 1200)), progressive=True), memory=1_000_000) == "memory"
    assert code_of(whole, memory=1_000_000) == "memory"
    assert make(whole, memory=12 * 1600 * 1200).size == (64, 48)


def test_pillow_is_left_as_it_was() -> None:
    before = Image.MAX_IMAGE_PIXELS, list(warnings.filters)
    with pillow():
        assert Image.MAX_IMAGE_PIXELS == _thumb_image.PIXELS_MAX
    assert (Image.MAX_IMAGE_PIXELS, warnings.filters) == before


def test_a_thumbnail_is_named_as_its_image() -> None:
    assert named_as("a/IMG.JPG", "JPEG") == "a/IMG.JPG"
    assert named_as("a.jpeg", "JPEG") == "a.jpeg"
    assert named_as("a.tiff", "PNG") == "a.png"
    assert named_as("a.JPG", "WEBP") == "a.webp"
    assert named_as("scan", "PNG") == "scan.png"
    assert named_as("v1.2/scan", "PNG") == "v1.2/scan.png"
    assert named_as("at 10.30", "JPEG") == "at 10.30.jpg"


@pytest.mark.parametrize(
    "begin", [b"", b"BM", b"BMW is a car, not it", b"RIFF\0\0\0\0WAVEfmt ", b"hello", b"PK\x03\x04"]
)
def test_what_begins_otherwise_is_no_image(begin: bytes) -> None:
    assert not may_be_image(begin)
