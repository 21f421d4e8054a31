"""Uploads and artifacts in a folder, and in a store that is none."""

import io
import os
from pathlib import Path

import pytest

from webapp import files
from webapp.errors import BadInput, DashboardError, NotFound, TooLarge
from webapp.files import Store, safe_name

KB = 1024


@pytest.fixture(params=["folder", "memory"])
def store(request, tmp_path):
    if request.param == "folder":
        return Store(str(tmp_path))
    return Store(f"memory://{tmp_path}")


def save(store, data, name="sales.csv", limit=KB * KB, expected=None):
    return store.save_upload(io.BytesIO(data).read, name, limit, expected)


def left(store):
    return [path for path in store._fs.find(store._root) if "/uploads/" in path]


def read(store, upload):
    return store._fs.cat_file(store._path(f"uploads/{upload.id}/{upload.name}"))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("sales.csv", "sales.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\sales.csv", "sales.csv"),
        ("매출 2026.csv", "매출 2026.csv"),
        (".ssh", "ssh"),
        ("..", "file"),
        ("", "file"),
        ("a\x00b\nc.csv", "abc.csv"),
        ("gpj.\u202evsc.exe", "gpj.vsc.exe"),
        ("\ud800.csv", "csv"),
        ("name. ", "name"),
        ("uploads/", "file"),
    ],
)
def test_a_name_is_made_safe_and_stays_readable(given, kept):
    assert safe_name(given) == kept
    assert safe_name(kept) == kept


def test_a_long_name_is_cut_at_bytes_and_keeps_its_ending():
    name = safe_name("매" * 300 + ".csv")
    assert name.endswith("매.csv")
    assert 190 < len(name.encode()) <= files.NAME_BYTES
    assert len(safe_name("x" * 500).encode()) <= files.NAME_BYTES
    assert len(safe_name("x." + "y" * 500).encode()) <= files.NAME_BYTES


def test_an_upload_is_kept_byte_by_byte(store):
    data = os.urandom(3 * files.CHUNK + 7)
    upload = save(store, data, expected=len(data))
    assert read(store, upload) == data
    assert (upload.size, upload.reference) == (len(data), f"upload:{upload.id}/sales.csv")
    assert store.upload_exists(upload.reference)
    assert save(store, data).id != upload.id


@pytest.mark.parametrize("size", [0, 10, 2 * files.CHUNK])
def test_an_upload_that_breaks_off_leaves_nothing(store, size):
    with pytest.raises(BadInput) as refused:
        save(store, b"x" * size, expected=size + 1)
    assert refused.value.code == "broke_off"
    assert left(store) == []


def test_an_upload_beyond_the_limit_is_stopped_while_it_is_read(store):
    asked = []

    def endless(size):
        asked.append(size)
        return b"x" * size

    with pytest.raises(TooLarge) as refused:
        store.save_upload(endless, "sales.csv", 2 * files.CHUNK, None)
    assert len(asked) == 3
    assert "RQLIVE_UPLOAD_MAX_MB" in refused.value.fix
    assert left(store) == []


def test_an_upload_whose_reader_dies_leaves_nothing(store):
    def dies(size):
        raise ConnectionResetError("gone")

    with pytest.raises(ConnectionResetError):
        store.save_upload(dies, "sales.csv", KB, None)
    assert left(store) == []


@pytest.mark.parametrize("name", ["../x", "a/b", ".jobs", "", "sales.csv/", "sales.csv\n"])
def test_only_a_whole_reference_is_an_upload(store, name):
    upload = save(store, b"x")
    assert not store.upload_exists(f"upload:{upload.id}/{name}")
    assert not store.upload_exists(f"upload:{upload.id.upper()}X/sales.csv")


def test_an_upload_stays_until_no_job_uses_it(store):
    upload = save(store, b"x")
    store.claim({upload.id}, "one")
    store.claim({upload.id}, "two")
    store.forget_job("one", {upload.id})
    assert store.upload_exists(upload.reference)
    store.forget_job("two", {upload.id})
    assert left(store) == []
    store.forget_job("two", {upload.id})


def test_a_claim_on_an_upload_that_is_gone_makes_nothing(store):
    store.claim({"0" * 32}, "one")
    assert left(store) == []


def test_uploads_are_found_in_a_payload_without_unpickling():
    import pickle
    import zlib

    class Evil:
        def __reduce__(self):
            return pytest.fail, ("unpickled",)

    first, second = "a" * 32, "b" * 32
    payload = pickle.dumps(("f", None, (Evil(),), {"x": f"upload:{first}/a.csv", "y": [f"upload:{second}/b.csv"]}))
    assert files.uploads_in(zlib.compress(payload)) == {first, second}
    assert files.uploads_in(payload) == {first, second}
    assert files.uploads_in(None) == files.uploads_in(b"\x00") == set()


def make(store, job_id, name, data):
    store._fs.makedirs(store._path(f"artifacts/{job_id}"), exist_ok=True)
    store._fs.pipe_file(store._path(f"artifacts/{job_id}/{name}"), data)


def test_artifacts_are_listed_and_read_in_chunks(store):
    data = os.urandom(2 * files.CHUNK + 1)
    make(store, "job-1", "profile.json", b"{}")
    make(store, "job-1", "big.bin", data)
    listed = [(artifact.name, artifact.size, artifact.media_type) for artifact in store.artifacts("job-1")]
    assert listed == [("big.bin", len(data), "application/octet-stream"), ("profile.json", 2, "application/json")]
    found, chunks = store.open_artifact("job-1", "big.bin")
    parts = list(chunks)
    assert (found.size, b"".join(parts)) == (len(data), data)
    assert max(map(len, parts)) <= files.CHUNK
    assert store.artifacts("job-2") == []


@pytest.mark.parametrize(
    ("job_id", "name"),
    [
        ("job-1", "nope"),
        ("job-1", "../job-2/secret"),
        ("job-1", "..%2fjob-2%2fsecret"),
        ("../artifacts/job-2", "secret"),
        ("..", "secret"),
        ("job-1", ""),
        ("job-1", "."),
        ("job-1", "inner"),
        ("", "secret"),
    ],
)
def test_an_artifact_is_only_a_file_of_that_job(store, job_id, name):
    make(store, "job-1", "profile.json", b"{}")
    make(store, "job-1/inner", "deep", b"{}")
    make(store, "job-2", "secret", b"{}")
    with pytest.raises(NotFound):
        store.open_artifact(job_id, name)


@pytest.mark.parametrize("name", [".hidden", "...", "a. ", "x" * 255, "보고서 (1).html", "a%2Fb", "*", "#1?"])
def test_whatever_a_job_called_its_file_it_can_be_had(store, name):
    make(store, "job-1", name, b"data")
    assert [artifact.name for artifact in store.artifacts("job-1")] == [name]
    assert b"".join(store.open_artifact("job-1", name)[1]) == b"data"


def test_forgetting_a_job_removes_its_folder_and_no_other(store):
    make(store, "job-1", "profile.json", b"{}")
    make(store, "job-10", "profile.json", b"{}")
    for job_id in ("job-1", "job-1", "..", "job-*", ""):
        store.forget_job(job_id, ())
    assert store.artifacts("job-1") == []
    assert len(store.artifacts("job-10")) == 1


def test_a_folder_that_cannot_be_used_is_said_so(tmp_path):
    (tmp_path / "uploads").write_text("a file where the folder should be")
    with pytest.raises(DashboardError, match="cannot be used") as refused:
        save(Store(str(tmp_path)), b"x")
    assert "RQLIVE_FILES" in refused.value.fix


def test_a_relative_folder_starts_at_the_project_whatever_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    root = Path(Store("var/files")._root)
    assert root == files.ROOT / "var" / "files"
    assert not (tmp_path / "var").exists()
