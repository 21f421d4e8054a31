import os
import stat
import struct
import threading
import tracemalloc
import unicodedata
import zipfile
from pathlib import Path

import pytest

from jobs import _zip_read
from jobs._zip_names import Names, decoded, safe_path, shown
from jobs._zip_read import Archive, open_archive
from jobs._zip_unfit import Unfit
from tests.pictures import patched, write_zip


def verdicts(path: Path) -> dict[str, str | None]:
    """name -> code of what is wrong with it"""
    with open_archive(str(path)) as archive:
        return {entry.name: entry.unfit and entry.unfit.code for entry in archive.entries}


def read_all(path: Path) -> dict[str, bytes | str]:
    """name -> its content, or the code of what is wrong with it"""
    with open_archive(str(path)) as archive:
        return {entry.name: content(archive, entry) for entry in archive.entries}


def content(archive: Archive, entry: _zip_read.Entry) -> bytes | str:
    try:
        return archive.read(entry)
    except Unfit as unfit:
        return unfit.code


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a.jpg", "a.jpg"),
        ("2024/Jeju Island/a.jpg", "2024/Jeju Island/a.jpg"),
        ("./a//b.jpg", "a/b.jpg"),
        (unicodedata.normalize("NFD", "제주도/한라산.jpg"), "제주도/한라산.jpg"),
        ("what? 10:30 <a|b>*.jpg", "what_ 10_30 _a_b__.jpg"),
        ("con/NUL.jpg", "_con/_NUL.jpg"),
        ("console/null.jpg", "console/null.jpg"),
        ("folder./ a.jpg ", "folder/a.jpg"),
        ("gepj\u202egnp.exe", "gepjgnp.exe"),
        ("a\x07b\nc.jpg", "abc.jpg"),
        ("...", "_"),
        ("👩\u200d🚀.jpg", "👩\u200d🚀.jpg"),
    ],
)
def test_a_name_becomes_one_that_every_system_can_unpack(name: str, safe: str) -> None:
    assert safe_path(name) == safe


@pytest.mark.parametrize(
    "name",
    [
        *("../a.jpg", "a/../../b.jpg", "a/..", "/etc/a.jpg", "//server/a.jpg", "C:/a.jpg", "c:a.jpg"),
        *("..\\a.jpg", "a\\b.jpg", "a\0.jpg", "", "./", "x" * 241 + ".jpg", "é" * 130, "d/" * 500 + "a.jpg"),
    ],
)
def test_a_name_that_looks_like_a_trick_is_refused(name: str) -> None:
    with pytest.raises(Unfit) as refused:
        safe_path(name)
    assert refused.value.code == "name"


def test_names_of_older_systems_are_read_as_they_were_meant() -> None:
    def as_zipfile_reads(name: str, encoding: str) -> str:
        return name.encode(encoding).decode("cp437")

    assert decoded(as_zipfile_reads("한라산.jpg", "euc_kr"), False) == "한라산.jpg"
    assert decoded(as_zipfile_reads("한라산.jpg", "utf-8"), False) == "한라산.jpg"
    assert decoded(as_zipfile_reads("über café.jpg", "cp437"), False) == "über café.jpg"
    assert decoded("한라산.jpg", True) == "한라산.jpg"
    assert decoded("plain.jpg", False) == "plain.jpg"


def test_any_name_can_be_shown() -> None:
    assert shown("a\x1b[31m\0b\nc\u202e.jpg") == "a�[31m�b�c.jpg"
    assert shown("x" * 70_000) == "x" * 119 + "…"


def test_thumbnails_that_would_have_one_name_are_numbered() -> None:
    names = Names()
    taken = [
        names.take(name)
        for name in ("a.png", "A.PNG", "b/a.png", "a (2).png", "a.png", "noend", "noend", "v1.2/x", "v1.2/x")
    ]
    assert taken == [
        "a.png",
        "A (2).PNG",
        "b/a.png",
        "a (2) (2).png",
        "a (3).png",
        "noend",
        "noend (2)",
        "v1.2/x",
        "v1.2/x (2)",
    ]


def test_ten_thousand_files_of_one_name_are_numbered_in_no_time() -> None:
    names = Names()
    taken = {names.take("a.png") for _ in range(10_000)}
    assert len(taken) == 10_000
    assert "a (10000).png" in taken


def test_files_are_read_whole_and_folders_are_none(tmp_path) -> None:
    files = {"a.txt": b"one", "d/": b"", "d/b.txt": b"two" * 10_000, "empty": b""}
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        assert read_all(write_zip(tmp_path / "a.zip", files, method)) == {n: d for n, d in files.items() if n != "d/"}


def test_the_beginning_of_a_file_costs_no_more_than_that(tmp_path) -> None:
    path = write_zip(tmp_path / "a.zip", {"a": os.urandom(20_000_000)})
    with open_archive(str(path)) as archive:
        tracemalloc.start()
        assert len(archive.begin(archive.entries[0], 16)) == 16
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
        tracemalloc.stop()


def test_two_files_of_one_name_are_a_trick(tmp_path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = write_zip(tmp_path / "a.zip", [("a", b"1"), ("a", b"2"), ("A", b"3")])
    with open_archive(str(path)) as archive:
        assert [(e.name, e.unfit and e.unfit.code) for e in archive.entries] == [
            ("a", None),
            ("a", "duplicate"),
            ("A", None),
        ]


def test_one_name_cannot_be_a_file_and_a_folder(tmp_path) -> None:
    files = {"a": b"", "a/b": b"", "c/d": b"", "c": b"", "C/e": b""}
    found = verdicts(write_zip(tmp_path / "a.zip", files))
    assert found == {"a": None, "a/b": "duplicate", "c/d": None, "c": "duplicate", "C/e": None}


@pytest.mark.parametrize(("kind", "code"), [(stat.S_IFLNK, "link"), (stat.S_IFIFO, "link"), (stat.S_IFREG, None)])
def test_a_link_is_not_followed(tmp_path, kind: int, code: str | None) -> None:
    info = zipfile.ZipInfo("a.jpg")
    info.external_attr = (kind | 0o777) << 16
    assert verdicts(write_zip(tmp_path / "a.zip", [(info, b"/etc/passwd")])) == {"a.jpg": code}


def test_a_name_with_a_nul_is_not_cut_short(tmp_path) -> None:
    path = patched(write_zip(tmp_path / "a.zip", {"a.jpgX.exe": b""}), b"a.jpgX.exe", b"a.jpg\0.exe")
    assert verdicts(path) == {"a.jpg�.exe": "name"}


def test_a_korean_zip_of_windows_has_its_names(tmp_path) -> None:
    path = write_zip(tmp_path / "a.zip", {"xxxx.jpg": b""})
    assert verdicts(patched(path, b"xxxx.jpg", "제주.jpg".encode("cp949"))) == {"제주.jpg": None}


def flagged(path: Path, flag: int) -> Path:
    """Sets a flag of all files, in the list and in the headers before the files."""
    data = bytearray(path.read_bytes())
    for sign, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = data.find(sign)
        while place >= 0:
            (flags,) = struct.unpack_from("<H", data, place + at)
            struct.pack_into("<H", data, place + at, flags | flag)
            place = data.find(sign, place + 4)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("flag", [0x1, 0x41])
def test_an_encrypted_file_is_told(tmp_path, flag: int) -> None:
    assert verdicts(flagged(write_zip(tmp_path / "a.zip", {"a.jpg": b"x"}), flag)) == {"a.jpg": "encrypted"}


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_cannot_be_unpacked_in_bounded_steps_is_not_unpacked(tmp_path, method: int) -> None:
    assert verdicts(write_zip(tmp_path / "a.zip", {"a.jpg": b"x" * 100}, method)) == {"a.jpg": "method"}


def test_a_bomb_is_seen_by_its_ratio_and_by_its_size(tmp_path, monkeypatch) -> None:
    path = write_zip(tmp_path / "a.zip", {"small": bytes(2_000_000), "bomb": bytes(34_000_000)})
    assert verdicts(path) == {"small": None, "bomb": "ratio"}
    monkeypatch.setattr(_zip_read, "FILE_BYTES_MAX", 1_000_000)
    assert verdicts(path) == {"small": "size", "bomb": "size"}


def test_a_file_that_is_larger_than_it_says_is_not_read_on(tmp_path) -> None:
    path = write_zip(tmp_path / "a.zip", {"a": bytes(30_000_000)})
    patched(path, struct.pack("<I", 30_000_000), struct.pack("<I", 1_000))
    with open_archive(str(path)) as archive:
        tracemalloc.start()
        assert content(archive, archive.entries[0]) == "damaged"
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
        tracemalloc.stop()


def test_files_that_share_their_bytes_are_read_once(tmp_path) -> None:
    """As in a bomb that quotes one kernel a thousand times: the list has many files, and all lie in one place."""
    path = write_zip(tmp_path / "a.zip", {f"f{n}": b"x" * 50 for n in range(4)}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    place = data.find(b"PK\x01\x02")
    for _ in range(3):
        struct.pack_into("<I", data, place + 42, 0)
        place = data.find(b"PK\x01\x02", place + 4)
    path.write_bytes(data)
    found = verdicts(path)
    assert list(found.values()).count("overlap") == 3
    assert found["f3"] is None


def test_a_damaged_file_is_told_and_the_others_are_read(tmp_path) -> None:
    files = {"a": b"A" * 1000, "b": b"B" * 1000, "c": b"C" * 1000}
    path = write_zip(tmp_path / "a.zip", files, zipfile.ZIP_STORED)
    assert read_all(patched(path, b"B" * 10, b"BBBBBxBBBB")) == files | {"b": "damaged"}
    write_zip(path, files, zipfile.ZIP_STORED)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"PK\x03\x04", b"PK??", 1))
    assert read_all(path) == files | {"a": "damaged"}


def test_several_threads_read_one_zip(tmp_path) -> None:
    files = {f"{n}": os.urandom(3_000) * 20 for n in range(60)}
    path = write_zip(tmp_path / "a.zip", files)
    wrong: list[str] = []
    with open_archive(str(path)) as archive:

        def read() -> None:
            wrong.extend(entry.name for entry in archive.entries if content(archive, entry) != files[entry.name])

        workers = [threading.Thread(target=read) for _ in range(8)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert not wrong


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x05\x06" + bytes(17), b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_zip_says_what_to_do(tmp_path, data: bytes) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"it is no ZIP that can be read.*Pack the files into a ZIP anew"):
        verdicts(path)


def test_a_zip_that_ends_early_is_refused(tmp_path) -> None:
    path = write_zip(tmp_path / "a.zip", {"a": b"x" * 1000})
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ValueError, match="it is no ZIP that can be read"):
        verdicts(path)


def test_too_many_files_are_refused(tmp_path) -> None:
    path = write_zip(tmp_path / "a.zip", {str(n): b"" for n in range(10_001)}, zipfile.ZIP_STORED)
    with pytest.raises(ValueError, match=r"it has 10,001 files; at most 10,000 are taken"):
        verdicts(path)


def test_a_list_of_files_that_is_too_long_is_not_even_read(tmp_path) -> None:
    path = write_zip(tmp_path / "a.zip", {f"{n:060000}": b"" for n in range(80)}, zipfile.ZIP_STORED)
    tracemalloc.start()
    with pytest.raises(ValueError, match="its list of files is larger than 4 MB"):
        verdicts(path)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


def test_a_name_that_is_not_the_utf_8_that_it_claims_is_refused(tmp_path) -> None:
    path = write_zip(tmp_path / "a.zip", {"é.jpg": b""})
    with pytest.raises(ValueError, match="UTF-8"):
        verdicts(patched(path, "é.jpg".encode(), b"\xff\xff.jpg"))
