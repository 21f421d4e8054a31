"""Kinds of images: by how a file begins, by how its name ends, and what each is written as. Pillow is not needed."""

#: What Pillow may try, JPEG with several pictures (MPO) among it. No others: strangers' bytes run through each.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "DIB", "TIFF", "AVIF")
#: What an image is written as where it is to stay what it is; all others become PNG.
KEPT = {"JPEG": "JPEG", "MPO": "JPEG", "WEBP": "WEBP", "AVIF": "WEBP"}
#: Endings that a written format may have; the first is given where none of them stands there.
ENDINGS = {"JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"), "PNG": (".png", ".apng"), "WEBP": (".webp",)}
#: What the name of a file that is meant to be an image ends with.
IMAGE_ENDINGS = (
    *(ending for endings in ENDINGS.values() for ending in endings),
    *(".mpo", ".gif", ".bmp", ".dib", ".tif", ".tiff", ".avif", ".heic", ".heif"),
)
#: Bytes that `may_be_image` looks at.
BEGIN_BYTES = 16

_BEGINS = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"II*\0", b"MM\0*")
_AVIF_BRANDS = (b"avif", b"avis")
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")


def is_named_as_image(path: str) -> bool:
    """Whether the name says that it is an image of a kind that is read, or of one that telephones make."""
    return path.lower().endswith(IMAGE_ENDINGS)


def may_be_image(begin: bytes) -> bool:
    """Whether a file that begins so may be an image of a kind that is read."""
    return (
        begin.startswith(_BEGINS)
        or (begin[:4] == b"RIFF" and begin[8:12] == b"WEBP")
        or (begin[:2] == b"BM" and begin[6:10] == bytes(4))
        or (begin[4:8] == b"ftyp" and begin[8:12] in _AVIF_BRANDS)
        or is_heif(begin)
    )


def is_heif(begin: bytes) -> bool:
    """Whether it begins as what telephones of one maker take, which Pillow cannot read. Some AVIF begins so too."""
    return begin[4:8] == b"ftyp" and begin[8:12] in _HEIF_BRANDS


def named_as(path: str, kind: str) -> str:
    """The name of a thumbnail of this format: that of its image, with another ending where it must be."""
    stem, dot, ending = path.rpartition(".")
    ending = f".{ending}".lower()
    if dot and ending in ENDINGS[kind]:
        return path
    return (stem if dot and ending in IMAGE_ENDINGS else path) + ENDINGS[kind][0]
