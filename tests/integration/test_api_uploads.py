"""Files over HTTP, through real gunicorn with gevent: whole, limited, broken off, and never at the cost of others."""

import http.client
import io
import json
import os
import socket
import threading
import time
import urllib.parse
from pathlib import Path

import pytest

from jobs import _keys
from tests.support import eventually

MB = 1024 * 1024


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("files")


@pytest.fixture
def server(redis, web_server, folder):
    return web_server(env={"RQLIVE_OWN_REDIS": 1, "RQLIVE_FILES": folder, "RQLIVE_UPLOAD_MAX_MB": 400})


def connect(server):
    return http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)


def post(server, name, body, **headers):
    """(status, JSON) of one upload."""
    sent = {"Content-Type": "application/octet-stream"} | headers
    connection = connect(server)
    try:
        connection.request("POST", f"/api/uploads?name={urllib.parse.quote(name)}", body, sent)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def uploads(folder):
    return [path for path in (Path(folder) / "uploads").rglob("*") if path.is_file()]


class Zeros(io.RawIOBase):
    """So many zero bytes, without the memory for them."""

    def __init__(self, size):
        self.left = size

    def readable(self):
        return True

    def read(self, size=-1):
        given = min(self.left, size if size >= 0 else MB)
        self.left -= given
        return bytes(given)


class Beats:
    """Asks /healthz without a pause in a thread of its own, and keeps the longest answer in seconds."""

    def __init__(self, server):
        self._server, self._stop, self.longest, self.count = server, threading.Event(), 0.0, 0

    def __enter__(self):
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _run(self):
        connection = connect(self._server)
        while not self._stop.is_set():
            began = time.monotonic()
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            self.longest = max(self.longest, time.monotonic() - began)
            self.count += 1
        connection.close()


def test_an_upload_is_stored_and_named_safely(server, folder):
    status, answer = post(server, "../../매출 2026.csv", b"a,b\n1,2\n")
    assert status == 201
    assert answer["name"] == "매출 2026.csv"
    assert answer["size"] == 8
    upload_id = answer["upload"].removeprefix("upload:").partition("/")[0]
    assert (Path(folder) / _keys.upload_path(upload_id, "매출 2026.csv")).read_bytes() == b"a,b\n1,2\n"


def test_an_upload_in_chunks_of_unknown_length_is_stored(server):
    status, answer = post(server, "x.csv", iter([b"one,", b"two\n"]))
    assert (status, answer["size"]) == (201, 8)


@pytest.mark.slow
def test_a_large_upload_holds_nobody_up(server, folder):
    with Beats(server) as beats:
        status, answer = post(server, "big.csv", Zeros(300 * MB), **{"Content-Length": str(300 * MB)})
    assert (status, answer["size"]) == (201, 300 * MB)
    assert beats.count > 20
    assert beats.longest < 0.25, f"/healthz waited {beats.longest:.3f} s"
    for path in uploads(folder):
        path.unlink()


@pytest.mark.parametrize("told", [True, False])
def test_an_upload_beyond_the_limit_is_413_and_leaves_nothing(redis, web_server, tmp_path, told):
    server = web_server(env={"RQLIVE_OWN_REDIS": 1, "RQLIVE_FILES": tmp_path / "small", "RQLIVE_UPLOAD_MAX_MB": 1})
    length = {"Content-Length": str(3 * MB)} if told else {}
    status, answer = post(server, "big.csv", Zeros(3 * MB), **length)
    assert status == 413
    assert "RQLIVE_UPLOAD_MAX_MB" in answer["error"]["fix"]
    eventually(lambda: uploads(tmp_path / "small") == [])


def test_a_client_that_leaves_leaves_nothing_behind(server, folder):
    before = len(uploads(folder))
    client = socket.create_connection(("127.0.0.1", server.port))
    head = "POST /api/uploads?name=x.csv HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\n"
    client.sendall(f"{head}Content-Length: {10 * MB}\r\n\r\n".encode() + bytes(2 * MB))
    eventually(lambda: len(uploads(folder)) == before + 1, message="the upload has begun")
    client.close()
    eventually(lambda: len(uploads(folder)) == before, message="the half file is gone")
    assert "Traceback" not in server.output


@pytest.mark.parametrize("kind", ["application/json", "text/csv", "multipart/form-data; boundary=x"])
def test_only_a_raw_body_is_a_file(server, folder, kind):
    before = len(uploads(folder))
    status, answer = post(server, "x.csv", b"{}", **{"Content-Type": kind})
    assert status == 415
    assert "application/octet-stream" in answer["error"]["fix"]
    assert len(uploads(folder)) == before


def test_a_file_without_a_name_is_400(server):
    status, answer = post(server, " ", b"x")
    assert status == 400
    assert "?name=" in answer["error"]["fix"]


def test_an_upload_from_another_site_is_not_even_read(server, folder):
    before = len(uploads(folder))
    attack = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    status, _ = post(server, "x.csv", b"x", **attack)
    assert status == 403
    assert len(uploads(folder)) == before


def test_a_folder_that_cannot_be_written_is_said_so(redis, web_server, tmp_path):
    (tmp_path / "blocked").write_text("a file where the folder should be")
    server = web_server(env={"RQLIVE_OWN_REDIS": 1, "RQLIVE_FILES": tmp_path / "blocked"})
    status, answer = post(server, "x.csv", b"x")
    assert status == 500
    assert answer["error"]["code"] == "files"
    assert "RQLIVE_FILES" in answer["error"]["fix"]


# Artifacts


def artifact(server, job_id, name, method="GET"):
    connection = connect(server)
    connection.request(method, f"/api/jobs/{job_id}/artifact?name={urllib.parse.quote(name)}")
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, dict(answer.getheaders()), body


def make(folder, job_id, name, data):
    path = Path(folder) / _keys.artifact_path(job_id, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def test_an_artifact_is_a_download_that_is_never_a_page_of_ours(server, folder):
    make(folder, "job-1", '보고서 "1".html', b"<script>alert(1)</script>")
    status, headers, body = artifact(server, "job-1", '보고서 "1".html')
    assert (status, body) == (200, b"<script>alert(1)</script>")
    disposition = headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename=\" 1.html\"; filename*=UTF-8''")
    assert urllib.parse.unquote(disposition.partition("''")[2]) == '보고서 "1".html'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Cache-Control"] == "no-store"


def test_a_large_artifact_comes_whole_and_holds_nobody_up(server, folder):
    data = os.urandom(MB) * 100
    make(folder, "job-1", "big.bin", data)
    with Beats(server) as beats:
        status, headers, body = artifact(server, "job-1", "big.bin")
    assert (status, headers["Content-Length"]) == (200, str(len(data)))
    assert body == data
    assert beats.longest < 0.25, f"/healthz waited {beats.longest:.3f} s"


def test_asking_for_the_head_sends_no_body(server, folder):
    make(folder, "job-1", "profile.json", b"{}")
    status, headers, body = artifact(server, "job-1", "profile.json", "HEAD")
    assert (status, headers["Content-Length"], body) == (200, "2", b"")


@pytest.mark.parametrize(
    ("job_id", "name"),
    [("job-1", "nope"), ("job-1", "../job-2/secret"), ("job-1", ""), ("..%2F..", "secret"), ("%2e%2e", "secret")],
)
def test_a_file_that_is_not_the_jobs_is_404(server, folder, job_id, name):
    make(folder, "job-1", "profile.json", b"{}")
    make(folder, "job-2", "secret", b"secret")
    assert artifact(server, job_id, name)[0] == 404


def test_a_download_that_is_given_up_closes_its_file(server, folder):
    make(folder, "job-1", "big.bin", bytes(50 * MB))
    connections = [connect(server) for _ in range(5)]
    for connection in connections:
        connection.request("GET", "/api/jobs/job-1/artifact?name=big.bin")
        connection.getresponse().read(1000)
        connection.close()

    def open_files():
        return [
            path
            for pid in server.family()
            for path in Path(f"/proc/{pid}/fd").iterdir()
            if path.is_symlink() and "big.bin" in os.readlink(path)
        ]

    eventually(lambda: open_files() == [], message="no descriptor is left open")
