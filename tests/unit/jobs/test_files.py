import os
import pickle

import pytest

from jobs import Artifact, Upload, _files
from jobs._files import check_name, files_root
from tests.support import ROOT


@pytest.mark.parametrize("name", ["a.csv", "Bericht 1.csv", "보고서　최종.csv", "..a", ".hidden", "a" * 255])
def test_a_plain_file_name_is_taken(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name", ["", ".", "..", " ", "a/b", "..\\b", "/etc/passwd", "a\0b", "a\nb", "a" * 256, "é" * 128]
)
def test_a_name_that_could_lead_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"Use one such as report\.csv"):
        check_name(name)


def test_files_lie_beside_the_package_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RQLIVE_FILES", raising=False)
    assert files_root() == str(ROOT / "var" / "files")
    monkeypatch.setenv("RQLIVE_FILES", "elsewhere")
    assert files_root() == str(ROOT / "elsewhere")
    monkeypatch.setenv("RQLIVE_FILES", "/srv/files")
    assert files_root() == "/srv/files"
    monkeypatch.setenv("RQLIVE_FILES", "s3://bucket/files")
    assert files_root() == "s3://bucket/files"


@pytest.mark.parametrize("upload_id", ["..", "", ".", "a b", "../" + "0" * 29])
def test_a_reference_leads_to_uploads_and_nowhere_else(tmp_path, monkeypatch: pytest.MonkeyPatch, upload_id) -> None:
    monkeypatch.setenv("RQLIVE_FILES", str(tmp_path))
    (tmp_path / "uploads" / upload_id).mkdir(parents=True, exist_ok=True)
    (tmp_path / "uploads" / upload_id / "secret").write_text("told")
    with pytest.raises(ValueError, match="must be an uploaded file"):
        Upload.parse(f"upload:{upload_id}/secret")


def test_outside_a_job_an_upload_is_any_file(tmp_path) -> None:
    (tmp_path / "some.csv").write_text("a\n")
    upload = Upload.from_path(tmp_path / "some.csv")
    assert (upload.name, upload.size, upload.path()) == ("some.csv", 2, str(tmp_path / "some.csv"))
    with upload.open("r", encoding="utf-8") as file:
        assert file.read() == "a\n"
    with pytest.raises(ValueError, match="only read"):
        upload.open("w")


def test_outside_a_job_an_artifact_lies_in_the_folder_given_or_a_temporary_one(tmp_path) -> None:
    artifact = Artifact("report.json", folder=tmp_path)
    assert artifact.size == 0
    artifact.write("é")
    with artifact.open("rb") as file:
        assert file.read() == "é".encode()
    assert artifact.as_json() == {"name": "report.json", "size": 2, "media_type": "application/json"}
    assert Artifact("x.unknown-kind").media_type == "application/octet-stream"
    elsewhere = Artifact("x.csv", "text/csv")
    elsewhere.write(b"1")
    assert os.path.isfile(elsewhere.path)
    with pytest.raises(ValueError, match="is not a file name"):
        Artifact("../x.csv")


def test_artifacts_of_a_job_are_told_by_their_place_wherever_they_stand_in_the_result(
    run, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RQLIVE_FILES", str(tmp_path))
    with run:
        made = Artifact("a.txt")
        made.write("abc")
        result = run.result({"rows": 1, "files": [made, {"deep": (made,)}], "other": {1, 2}})
    told = {"artifact": "job-1/a.txt", "name": "a.txt", "size": 3, "media_type": "text/plain"}
    assert result == {"rows": 1, "files": [told, {"deep": (told,)}], "other": {1, 2}}
    assert (tmp_path / "artifacts" / "job-1" / "a.txt").read_text() == "abc"


def test_an_artifact_made_in_a_child_process_is_told_by_its_parent(run, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("RQLIVE_FILES", str(tmp_path))
    with run:
        made = Artifact("a.txt")
        made.write("abc")
        run.files.clear()
        result = run.result(pickle.loads(pickle.dumps(made)))
    assert result["artifact"] == "job-1/a.txt"


def test_files_in_an_object_store_are_fetched_and_stored_and_leave_nothing_behind(run, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("RQLIVE_FILES", f"file://{tmp_path}")
    (tmp_path / "uploads" / "ab").mkdir(parents=True)
    (tmp_path / "uploads" / "ab" / "in.txt").write_text("here")
    with run:
        upload = Upload.parse("upload:ab/in.txt")
        copy = upload.path()
        assert (upload.size, upload.path(), copy.startswith(str(tmp_path))) == (4, copy, False)
        made = Artifact("out.txt")
        with open(copy) as source:
            made.write(source.read().upper())
        assert not (tmp_path / "artifacts").exists()
        assert run.result(made)["artifact"] == "job-1/out.txt"
    assert (tmp_path / "artifacts" / "job-1" / "out.txt").read_text() == "HERE"
    assert not os.path.exists(copy)
    assert not os.path.exists(made.path)


def test_a_store_without_its_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RQLIVE_FILES", "s3://bucket/files")
    with pytest.raises(RuntimeError, match=r"Install it with pip"):
        _files.Upload.parse("upload:ab/in.txt")
