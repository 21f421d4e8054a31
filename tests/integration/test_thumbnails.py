"""Thumbnails from the upload to the page and to the sweep: a stock `rq worker` and a real web process."""

import io
import json
import os
import subprocess
import sys
import time
import urllib.request
import zipfile
from http.client import HTTPMessage
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import rq
from PIL import Image
from rq.job import Job, JobStatus

from jobs import _keys
from tests.in_redis import empty_trash, open_door
from tests.live import get_ok
from tests.pictures import encoded, halves, write_zip
from tests.processes import WebServer
from tests.support import ROOT, clean_env
from webapp.config import Config
from webapp.connections import connect
from webapp.operations.sweep import Sweeper

FUNC = "jobs.thumbnails.thumbnails"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Where web process and worker keep files."""
    return tmp_path / "files"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A ZIP of three images, one of them broken, and a text."""
    jpeg, png = encoded(halves((1200, 900))), encoded(halves(), "PNG")
    contents = {"sea/1.jpg": jpeg, "sea/2.jpg": jpeg[:900], "logo.png": png, "readme.txt": b"hello"}
    return write_zip(tmp_path / "photos.zip", contents)


@pytest.fixture
def run(redis, worker_process, files):
    """Enqueues the job type by its name for a file, as any program does, and lets a stock worker run it."""

    def work(path: Path, **arguments: Any) -> Job:
        job = rq.Queue(connection=redis).enqueue(FUNC, file=stored(files, path), **arguments)
        worker_process("default", burst=True, env={"RQLIVE_FILES": files})
        return job

    return work


def stored(files: Path, path: Path) -> str:
    """An upload of this file, as the web process stores it; what stands for it among a job's arguments."""
    place = files / _keys.upload_path("0f" * 16, path.name)
    place.parent.mkdir(parents=True)
    place.write_bytes(path.read_bytes())
    return f"upload:{'0f' * 16}/{path.name}"


def send(server: WebServer, method: str, path: str, body: bytes, kind: str) -> Any:
    """The JSON of an answer, None where it has none."""
    headers = {"Content-Type": kind, "Sec-Fetch-Site": "same-origin"}
    request = urllib.request.Request(f"{server.url}{path}", body, headers, method=method)
    with urllib.request.urlopen(request, timeout=20) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def fetched(server: WebServer, job_id: str, name: str) -> tuple[HTTPMessage, bytes]:
    with urllib.request.urlopen(f"{server.url}/api/jobs/{job_id}/artifact?name={quote(name)}", timeout=20) as answer:
        return answer.headers, answer.read()


def test_thumbnails_are_made_by_a_stock_worker(run, redis, files, photos) -> None:
    job = run(photos, size=100, format="WebP", threads=2)
    result = job.return_value()
    assert (result["view"], result["made"]["count"], result["broken"]["count"]) == ("thumbnails", 2, 1)
    names = [artifact["name"] for artifact in result["artifacts"]]
    assert names == ["photos-thumbnails.zip", "report.csv"]
    for artifact in result["artifacts"]:
        assert artifact["artifact"] == f"{job.id}/{artifact['name']}"
        assert (files / _keys.artifact_path(job.id, artifact["name"])).stat().st_size == artifact["size"] > 0
    with zipfile.ZipFile(files / _keys.artifact_path(job.id, names[0])) as out:
        assert out.namelist() == ["sea/1.webp", "logo.webp"]
    for item in result["items"]:
        data = (files / _keys.artifact_path(job.id, item["preview"])).read_bytes()
        assert Image.open(io.BytesIO(data)).format == "WEBP"
    progress = json.loads(redis.hget(job.key, _keys.PROGRESS_FIELD))["stages"]
    assert [(stage["message"], stage["done"], stage["total"], stage["unit"]) for stage in progress] == [
        ("Making thumbnails", 3, 3, "images")
    ]
    log = [(line[b"level"], line[b"text"].decode()) for _, line in redis.xrange(_keys.log(job.id))]
    assert log[:2] == [(b"INFO", "Images: 3; threads: 2"), (b"WARNING", "sea/2.jpg: it ends before its picture does")]
    assert log[2][1].startswith("Thumbnails: 2; broken: 1; seconds: ")
    assert len(log) == 3, "nothing of Pillow's own warnings"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"size": 5}, "size: must be at least 16"),
        ({"format": "BMP"}, "format: must be"),
        ({"quality": 100}, "quality: must be at most 95"),
        ({"threads": 0}, "threads: must be at least 1"),
    ],
)
def test_wrong_arguments_are_told_by_name(run, photos, arguments, said) -> None:
    job = run(photos, **arguments)
    assert job.get_status() == JobStatus.FAILED
    assert said in job.latest_result().exc_string


def test_a_file_that_is_no_zip_fails_with_the_next_step(run, tmp_path) -> None:
    path = tmp_path / "photo.zip"
    path.write_bytes(encoded(halves()))
    told = run(path).latest_result().exc_string
    assert "No thumbnails of photo.zip: it is no ZIP that can be read" in told
    assert "Pack the files into a ZIP anew." in told


def test_a_run_that_takes_too_long_ends_with_its_threads(redis, worker_process, files, tmp_path) -> None:
    slow = encoded(Image.effect_noise((1200, 1200), 90), "PNG")
    path = write_zip(tmp_path / "many.zip", {f"{n}.png": slow for n in range(200)}, zipfile.ZIP_STORED)
    job = rq.Queue(connection=redis).enqueue(FUNC, file=stored(files, path), size=2048, format="WebP", job_timeout=1)
    worker_process("default", burst=True, worker_class="rq.SimpleWorker", env={"RQLIVE_FILES": files})
    assert job.get_status() == JobStatus.FAILED
    assert "JobTimeoutException" in job.latest_result().exc_string
    last = json.loads(redis.hget(job.key, _keys.PROGRESS_FIELD))["stages"][0]
    assert (last["message"], last["total"]) == ("Making thumbnails", 200)
    assert last["done"] < 200


def test_previews_are_served_as_images_that_run_nothing_and_go_with_their_job(
    redis, redis_server, web_server, worker_process, files, photos
) -> None:
    env = clean_env({"RQLIVE_REDIS_URL": redis_server.url, "RQ_REDIS_URL": redis_server.url})
    subprocess.run([sys.executable, "-m", "jobs", "publish"], cwd=ROOT, env=env, check=True, capture_output=True)
    server = web_server(env={"RQLIVE_OWN_REDIS": 1, "RQLIVE_FILES": files})
    upload = send(server, "POST", "/api/uploads?name=photos.zip", photos.read_bytes(), "application/octet-stream")
    body = json.dumps({"type": "thumbnails", "args": {"file": upload["upload"], "threads": 2}}).encode()
    job_id = send(server, "POST", "/api/jobs", body, "application/json")["job"]["id"]
    worker_process("default", burst=True, env={"RQLIVE_FILES": files})

    job = get_ok(server, f"/api/jobs/{job_id}")["job"]
    assert [artifact["name"] for artifact in job["artifacts"]] == ["photos-thumbnails.zip", "report.csv"]
    assert 0 < redis.ttl(_keys.job(job_id)) <= 24 * 3600
    for item in job["result"]["items"]:
        headers, data = fetched(server, job_id, item["preview"])
        assert headers["Content-Type"] == "image/webp"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert headers["Content-Disposition"].startswith("attachment")
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        picture = Image.open(io.BytesIO(data))
        assert (picture.format, picture.size) == ("WEBP", (item["width"], item["height"]))
    with urllib.request.urlopen(f"{server.url}/") as page:
        assert "img-src 'self'" in page.headers["Content-Security-Policy"]

    send(server, "DELETE", f"/api/jobs/{job_id}", b"{}", "application/json")
    empty_trash(open_door(redis, files.parent))
    assert not [path for path in files.rglob("*") if path.is_file() and path.name != ".redis"]


def test_files_of_a_job_that_expired_are_swept_after_a_day(redis, redis_server, run, files, photos) -> None:
    job = run(photos)
    connections = connect(config := Config(redis_url=redis_server.url, own_redis=True, files=str(files)))
    made = [path for path in files.rglob("*") if path.is_file()]
    assert len(made) == 1 + 2 + 2
    sweeper = Sweeper(connections, config)
    redis.delete(job.key)
    sweeper.sweep()
    assert all(path.exists() for path in made), "they are young"
    for path in made:
        os.utime(path, (time.time() - 25 * 3600,) * 2)
    Sweeper(connections, config).sweep()
    assert not any(path.exists() for path in made)
    connections.close()
