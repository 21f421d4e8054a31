"""`python -m jobs publish`, as it is run by hand and by `make run`."""

import json
import re
import subprocess
import sys

import pytest

from jobs import _keys
from tests.support import ROOT, clean_env, free_port


def publish(*arguments: str, **env: object) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "jobs", "publish", *arguments]
    return subprocess.run(command, cwd=ROOT, env=clean_env(env), capture_output=True, text=True, timeout=30)


def catalog(redis) -> dict[str, dict]:
    return {name.decode(): json.loads(entry) for name, entry in redis.hgetall(_keys.CATALOG).items()}


@pytest.fixture
def acme(tmp_path):
    """The PYTHONPATH of a code base of its own."""
    package = tmp_path / "acme"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "tasks.py").write_text("from jobs import job_type\n\n@job_type\ndef brew(cups: int = 1) -> None: ...\n")
    (package / "broken.py").write_text("import no_such_library\n")
    return f"{tmp_path}:{ROOT}"


def test_it_writes_the_catalog_and_says_what_it_wrote(redis, redis_server) -> None:
    done = publish(REDIS_URL=redis_server.url)
    assert (done.returncode, done.stderr) == (0, "")
    written = catalog(redis)
    assert {"csv_profile", "wait"} <= set(written)
    for name in written:
        assert f"\n  {name} " in done.stdout
    assert written["wait"]["schema"]["properties"]["steps"]["default"] == 10
    assert written["csv_profile"]["schema"]["properties"]["file"]["format"] == "upload"


def test_packages_come_from_the_environment_and_the_command_line(redis, redis_server, acme: str) -> None:
    done = publish(RQ_REDIS_URL=redis_server.url, RQLIVE_JOBS="acme", PYTHONPATH=acme)
    assert done.returncode == 0
    assert re.search(r"broken +ModuleNotFoundError: No module named 'no_such_library'", done.stdout)
    assert re.search(r"brew +cups", done.stdout)
    assert catalog(redis)["broken"]["error"] == "ModuleNotFoundError: No module named 'no_such_library'"
    assert publish("--url", redis_server.url).returncode == 0
    assert "brew" in catalog(redis), "who does not publish a package leaves its types alone"


def test_an_unknown_package_is_told_and_the_rest_published(redis, redis_server) -> None:
    done = publish("no_such_package", "--url", redis_server.url)
    assert done.returncode == 1
    assert "There is no package no_such_package on this path." in done.stderr
    assert "wait" in catalog(redis)


def test_a_redis_that_is_away_is_told_without_its_password() -> None:
    done = publish(REDIS_URL=f"redis://:geheim@127.0.0.1:{free_port()}/0")
    assert done.returncode == 1
    assert "Nothing was published: Redis at redis://:***@127.0.0.1" in done.stderr
    assert "RQ_REDIS_URL=redis://host:6379/0 python -m jobs publish" in done.stderr
    assert "geheim" not in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_heavy_libraries_are_not_loaded_to_publish() -> None:
    code = "import sys, jobs._publish; jobs._publish.find(['jobs']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=clean_env(), capture_output=True, text=True)
    assert set(done.stdout.split()).isdisjoint({"duckdb", "fsspec", "rq", "flask", "numpy", "PIL"})
