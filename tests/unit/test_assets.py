"""Static files: named by their content, cached for ever, and never missing after a deploy."""

import gzip
import json
import re
import threading

import brotli
import pytest

from webapp import assets, create_app
from webapp.config import Config


def made(**settings: object):
    return create_app(Config(redis_url="redis://localhost:1/0", **settings))


@pytest.fixture(scope="module")
def app():
    return made()


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def url(app):
    return app.extensions["assets"].url


def test_a_file_is_cached_for_ever(client, url):
    answer = client.get(f"{url}/js/main.js")
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert int(re.search(r"max-age=(\d+)", answer.headers["Cache-Control"])[1]) >= 365 * 24 * 3600
    assert answer.mimetype == "text/javascript"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    answer.close()


@pytest.mark.parametrize(("coding", "unpack"), [("gzip", gzip.decompress), ("br", brotli.decompress)])
def test_text_is_sent_compressed_and_is_the_same(client, url, coding, unpack):
    plain = client.get(f"{url}/js/reducer.js")
    packed = client.get(f"{url}/js/reducer.js", headers={"Accept-Encoding": coding})
    assert packed.headers["Content-Encoding"] == coding
    assert unpack(packed.data) == plain.data
    plain.close(), packed.close()


def test_the_page_names_only_files_that_there_are(client, url):
    html = client.get("/").text
    named = set(re.findall(r'(?:href|src)="([^"]+)"', html)) | set(re.findall(rf'"({re.escape(url)}/[^"]+)"', html))
    files = {address for address in named if address.startswith(url)}
    assert len(files) > 5
    for address in files:
        answer = client.get(address)
        assert answer.status_code == 200, address
        answer.close()


def test_the_import_map_is_allowed_by_its_hash(app, client):
    answer = client.get("/")
    assert f"'{app.extensions['assets'].import_map_hash}'" in answer.headers["Content-Security-Policy"]
    assert set(json.loads(app.extensions["assets"].import_map)) == {"imports"}
    assert app.extensions["assets"].import_map in answer.text


def test_a_page_open_across_a_deploy_gets_the_present_file(client, url):
    older, present = client.get("/assets/0123456789ab/js/main.js"), client.get(f"{url}/js/main.js")
    assert older.status_code == 200
    assert older.data == present.data
    assert "immutable" not in older.headers["Cache-Control"]
    older.close(), present.close()


@pytest.mark.parametrize("path", ["js/none.js", "../__init__.py", "%2e%2e/__init__.py", "js/../../decode.py", "js"])
def test_what_is_no_file_is_not_found(client, url, path):
    answer = client.get(f"{url}/{path}")
    assert answer.status_code == 404
    assert answer.get_json()["error"]["fix"]


def test_the_version_changes_with_any_name_or_content(tmp_path, monkeypatch):
    monkeypatch.setattr(assets, "SOURCE", tmp_path)
    first = tmp_path / "a.js"
    first.write_text("one")
    versions = [assets.fingerprint([first])]
    first.write_text("two")
    versions.append(assets.fingerprint([first]))
    other = first.rename(tmp_path / "b.js")
    versions.append(assets.fingerprint([other]))
    assert len(set(versions)) == 3
    assert assets.fingerprint([other]) == versions[-1]


@pytest.fixture
def few_files(tmp_path, monkeypatch):
    """A small static folder instead of our own: compressing that takes a second."""
    (tmp_path / "static" / "js").mkdir(parents=True)
    (tmp_path / "static" / "js" / "main.js").write_text("import './other.js';\n" * 100)
    monkeypatch.setattr(assets, "SOURCE", tmp_path / "static")


@pytest.mark.usefixtures("few_files")
def test_two_processes_that_start_at_once_both_have_their_files(tmp_path, monkeypatch):
    monkeypatch.setattr(assets, "KEPT", tmp_path / "kept")
    folders = []
    threads = [threading.Thread(target=lambda: folders.append(assets._compressed("v"))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(folders) == 3
    for folder in folders:
        assert (folder / "js" / "main.js.br").is_file()


@pytest.mark.usefixtures("few_files")
def test_a_folder_that_may_not_be_written_is_no_hindrance(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(assets, "KEPT", tmp_path / "file" / "kept")
    monkeypatch.setattr(assets.tempfile, "tempdir", str(tmp_path))
    assert (assets._compressed("v") / "js" / "main.js.gz").is_file()


def test_the_base_path_holds_for_assets_too():
    app = made(base_path="/rq")
    client = app.test_client()
    url = app.extensions["assets"].url
    assert url.startswith("/rq/assets/")
    answer = client.get(f"{url}/css/base.css")
    assert answer.status_code == 200
    answer.close()
    older = client.get("/rq/assets/0123456789ab/css/base.css")
    assert older.status_code == 200
    older.close()
