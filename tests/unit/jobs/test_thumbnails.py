import csv
import io
import json
import subprocess
import sys
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from jobs import Upload, _thumb_tally
from jobs import thumbnails as module
from jobs.thumbnails import thumbnails
from tests.pictures import encoded, halves, png_of_size, write_zip
from tests.support import ROOT, clean_env


@pytest.fixture(autouse=True)
def _files(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Artifacts lie in the test's folder."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def run(tmp_path: Path, files: dict[str, bytes] | list[tuple[Any, bytes]], **options: Any) -> dict[str, Any]:
    """The result for a ZIP of these files."""
    result = thumbnails(Upload.from_path(write_zip(tmp_path / "photos.zip", files)), **options)
    json.dumps(result | {"artifacts": []}, allow_nan=False)
    return result


def artifact(result: dict[str, Any], name: str) -> Any:
    return next(one for one in result["artifacts"] if one.name == name)


def thumbnails_of(result: dict[str, Any]) -> dict[str, Image.Image]:
    """name -> picture, of the ZIP that came out, which is whole"""
    with zipfile.ZipFile(artifact(result, "photos-thumbnails.zip").path) as out:
        assert out.testzip() is None
        return {name: Image.open(io.BytesIO(out.read(name))) for name in out.namelist()}


def report_of(result: dict[str, Any]) -> list[dict[str, str]]:
    with artifact(result, "report.csv").open("r", encoding="utf-8", newline="") as report:
        return list(csv.DictReader(report))


def left(result: dict[str, Any], kind: str) -> dict[str, str]:
    """name -> code, of those that are told"""
    assert result[kind]["count"] == len(result[kind]["sample"])
    return {entry["name"]: entry["code"] for entry in result[kind]["sample"]}


def test_a_zip_of_images_becomes_a_zip_of_thumbnails(tmp_path) -> None:
    jpeg, png = encoded(halves((1200, 800))), encoded(halves((300, 400)), "PNG")
    result = run(tmp_path, {"Jeju/sea.JPG": jpeg, "logo.png": png}, size=100, threads=2)
    made = thumbnails_of(result)
    assert {name: (one.format, one.size) for name, one in made.items()} == {
        "Jeju/sea.JPG": ("JPEG", (100, 67)),
        "logo.png": ("PNG", (75, 100)),
    }
    assert (result["view"], result["name"], result["size"], result["format"]) == (
        "thumbnails",
        "photos.zip",
        100,
        "keep",
    )
    assert result["threads"] == 2
    assert result["made"]["count"] == 2
    assert result["made"]["read_bytes"] == len(jpeg) + len(png)
    assert (result["broken"], result["skipped"]) == ({"count": 0, "sample": []},) * 2
    first = result["items"][0]
    assert first | {"bytes": 0} == {
        "name": "Jeju/sea.JPG",
        "preview": "preview-01.webp",
        "width": 100,
        "height": 67,
        "bytes": 0,
        "was": {"width": 1200, "height": 800, "bytes": len(jpeg)},
    }
    assert [one.name for one in result["artifacts"]] == ["photos-thumbnails.zip", "report.csv"]
    assert sum(item["bytes"] for item in result["items"]) == result["made"]["bytes"]


def test_each_thumbnail_that_is_shown_has_its_own_preview(tmp_path) -> None:
    colours = [(20 * n, 255 - 20 * n, 100) for n in range(12)]
    files = {f"{n:02}.png": encoded(Image.new("RGB", (64, 64), colour), "PNG") for n, colour in enumerate(colours)}
    result = run(tmp_path, files, size=512, threads=4)
    assert [item["name"] for item in result["items"]] == list(files)
    for item, colour in zip(result["items"], colours, strict=True):
        [path] = tmp_path.rglob(item["preview"])
        shown = Image.open(path).convert("RGB").getpixel((30, 30))
        assert all(abs(one - other) < 8 for one, other in zip(shown, colour, strict=True))


def test_the_page_gets_the_first_sixty_and_the_zip_and_the_report_have_all(tmp_path) -> None:
    data = encoded(Image.new("RGB", (8, 8)), "PNG")
    files = {f"{n:03}.png": data for n in range(80)} | {f"x{n}.jpg": b"no" for n in range(70)}
    files = dict(sorted(files.items(), key=lambda file: file[0][-6:]))
    result = run(tmp_path, files, threads=3)
    good = [name for name in files if name.endswith("png")]
    assert [item["name"] for item in result["items"]] == good[:60]
    assert len(list(tmp_path.rglob("preview-*.webp"))) == 60
    assert list(thumbnails_of(result)) == good
    assert (result["made"]["count"], result["broken"]["count"], len(result["broken"]["sample"])) == (80, 70, 50)
    rows = report_of(result)
    assert [row["name"] for row in rows] == list(files)
    assert [row["outcome"] for row in rows].count("broken") == 70


def test_a_broken_image_is_told_and_stops_nothing(tmp_path, caplog) -> None:
    jpeg = encoded(halves())
    files = {
        "good.jpg": jpeg,
        "short.jpg": jpeg[: len(jpeg) // 2],
        "liar.png": b"hello",
        "bomb.png": png_of_size(15_000, 15_000),
        "../../evil.jpg": jpeg,
        "iphone.heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
        "last.jpg": jpeg,
    }
    result = run(tmp_path, files)
    assert list(thumbnails_of(result)) == ["good.jpg", "last.jpg"]
    assert left(result, "broken") == {
        "../../evil.jpg": "name",
        "short.jpg": "truncated",
        "liar.png": "unknown",
        "bomb.png": "memory",
        "iphone.heic": "heic",
    }
    warned = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert "short.jpg: it ends before its picture does" in warned
    assert "bomb.png: its 15,000 x 15,000 pixels would take 2.7 GB of memory" in warned
    assert len(warned) == 5


def test_a_damaged_place_in_the_zip_costs_one_image(tmp_path) -> None:
    jpeg = encoded(halves())
    path = write_zip(tmp_path / "photos.zip", {"a.jpg": jpeg, "b.jpg": jpeg}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[200] ^= 0xFF
    path.write_bytes(data)
    result = thumbnails(Upload.from_path(path))
    assert left(result, "broken") == {"a.jpg": "damaged"}
    assert list(thumbnails_of(result)) == ["b.jpg"]


def test_what_is_no_image_is_passed_over(tmp_path) -> None:
    files = {
        "a.png": encoded(halves(), "PNG"),
        "readme.txt": b"hello",
        "empty": b"",
        "inner.zip": b"PK\x03\x04",
        "__MACOSX/._a.png": b"\0\5\x16\7",
        "d/.DS_Store": b"",
        "d/Thumbs.db": b"",
        "picture.svg": b"<svg/>",
    }
    result = run(tmp_path, files)
    assert result["made"]["count"] == 1
    assert left(result, "skipped") == {
        "readme.txt": "other",
        "empty": "other",
        "inner.zip": "nested",
        "__MACOSX/._a.png": "system",
        "d/.DS_Store": "system",
        "d/Thumbs.db": "system",
        "picture.svg": "other",
    }


def test_an_image_without_an_ending_is_seen_by_its_content(tmp_path) -> None:
    assert list(thumbnails_of(run(tmp_path, {"DSC 1": encoded(halves()), "x.dat": encoded(halves(), "AVIF")}))) == [
        "DSC 1.jpg",
        "x.dat.webp",
    ]


def test_thumbnails_of_one_name_are_kept_apart(tmp_path) -> None:
    files = {name: encoded(halves(), kind) for name, kind in (("a.png", "PNG"), ("a.tif", "TIFF"), ("A.bmp", "BMP"))}
    assert list(thumbnails_of(run(tmp_path, files))) == ["a.png", "a (2).png", "A (3).png"]


@pytest.mark.parametrize(("asked", "given"), [("JPEG", "JPEG"), ("WebP", "WEBP"), ("PNG", "PNG")])
def test_all_thumbnails_have_the_format_that_is_asked_for(tmp_path, asked: str, given: str) -> None:
    files = {"a.png": encoded(halves(), "PNG"), "b.jpg": encoded(halves()), "c.gif": encoded(halves(), "GIF")}
    made = thumbnails_of(run(tmp_path, files, format=asked))
    assert {one.format for one in made.values()} == {given}
    assert {Path(name).stem for name in made} == {"a", "b", "c"}


def test_quality_makes_files_smaller(tmp_path) -> None:
    noise = encoded(Image.effect_noise((400, 400), 80).convert("RGB"))
    sizes = [run(tmp_path, {"a.jpg": noise}, quality=quality)["made"]["bytes"] for quality in (20, 90)]
    assert sizes[0] < sizes[1] / 2


def test_the_report_says_what_became_of_each_file(tmp_path) -> None:
    png = encoded(halves(), "PNG")
    result = run(tmp_path, {"d/a.tif": encoded(halves(), "TIFF"), "b.png": b"no", "c.txt": b"", "e.png": png})
    made = {row["name"]: row for row in report_of(result)}
    assert {name: row["outcome"] for name, row in made.items()} == {
        "c.txt": "skipped",
        "d/a.tif": "made",
        "b.png": "broken",
        "e.png": "made",
    }
    row = made["d/a.tif"]
    assert (row["width"], row["height"], row["thumbnail"]) == ("400", "300", "d/a.png")
    assert (row["thumbnail_width"], row["thumbnail_height"]) == ("256", "192")
    assert made["b.png"]["reason"] == "what is in it is no image that can be read"


def test_images_that_are_all_broken_are_a_result_without_a_zip(tmp_path) -> None:
    result = run(tmp_path, {"a.jpg": b"no"})
    assert (result["made"]["count"], result["broken"]["count"], result["items"]) == (0, 1, [])
    assert [one.name for one in result["artifacts"]] == ["report.csv"]


@pytest.mark.parametrize("files", [{}, {"readme.txt": b"hello"}, {"inner.zip": b"PK\x03\x04"}])
def test_a_zip_without_images_fails_with_what_to_do(tmp_path, files) -> None:
    with pytest.raises(
        ValueError, match=r"No thumbnails of photos.zip: there is no image in it. Put JPEG, .* into the ZIP"
    ):
        run(tmp_path, files)
    assert not list(tmp_path.rglob("report.csv"))


def test_what_is_no_zip_fails_with_what_to_do(tmp_path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(encoded(halves()))
    with pytest.raises(ValueError, match=r"No thumbnails of photo.jpg: it is no ZIP .* Pack the files into a ZIP anew"):
        thumbnails(Upload.from_path(path))


def test_images_that_unpack_to_too_much_are_refused_together(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(module, "TOTAL_BYTES_MAX", 300_000)
    bmp = encoded(halves((200, 200)), "BMP")
    assert run(tmp_path, {"1.bmp": bmp, "2.bmp": bmp, "t.txt": bytes(300_000)})["made"]["count"] == 2
    with pytest.raises(
        ValueError, match=r"its images unpack to 360,\d\d\d bytes; 300,000 are taken. Pack several ZIPs"
    ):
        run(tmp_path, {"1.bmp": bmp, "2.bmp": bmp, "3.bmp": bmp})


def test_as_many_threads_work_as_were_asked_for_and_none_is_left(tmp_path, monkeypatch) -> None:
    real, seen, together = module.make_thumbnail, set(), threading.Barrier(3, timeout=10)

    def make(*args: Any) -> Any:
        seen.add(threading.current_thread().name)
        together.wait()
        return real(*args)

    monkeypatch.setattr(module, "make_thumbnail", make)
    run(tmp_path, {f"{n}.jpg": encoded(halves()) for n in range(6)}, threads=3)
    assert len(seen) == 3
    assert not any(thread.name in seen for thread in threading.enumerate())


def test_a_file_name_of_any_length_gives_a_zip_of_that_name(tmp_path) -> None:
    path = write_zip(tmp_path / ("가" * 80 + ".ZIP"), {"a.jpg": encoded(halves())})
    assert thumbnails(Upload.from_path(path))["artifacts"][0].name == "가" * 60 + "-thumbnails.zip"


def test_the_largest_result_is_small(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(_thumb_tally, "SAMPLE", 50)
    data = encoded(Image.new("RGB", (8, 8)), "PNG")
    deep = "d" * 200 + "/"
    files = {f"{deep}{n:0100}.png": data for n in range(70)}
    files |= {f"{deep}{n:0100}.jpg": b"" for n in range(70)} | {f"{deep}{n:0100}.txt": b"" for n in range(70)}
    told = json.dumps(run(tmp_path, files) | {"artifacts": []})
    assert len(told) < 50_000
    assert told.count(":") < 1_500


def test_memory_stays_bounded_whatever_the_number_of_threads(tmp_path) -> None:
    """12 images of 36 MB each once decoded, 12 threads, 128 MB for all: in a process of its own, to be measured."""
    picture = encoded(Image.new("RGB", (3000, 3000), (1, 2, 3)), "PNG")
    path = write_zip(tmp_path / "photos.zip", {f"{n}.png": picture for n in range(12)})
    code = f"""
from jobs import Upload, thumbnails as module
module.MEMORY_BYTES = 128 * 1024**2
module.thumbnails(Upload.from_path({str(path)!r}), threads=12)
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
    env = clean_env({"TMPDIR": tmp_path})
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True)
    assert int(said.stdout) // 1024 < 128 + 72, said.stderr


def test_pillow_is_loaded_by_those_who_need_it_only() -> None:
    code = "import sys, jobs.thumbnails; print('PIL' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=clean_env(), capture_output=True, text=True)
    assert said.stdout == "False\n", said.stderr
