"""The units of docs/operations.md: their commands run with the files that these words leave them, and end in time."""

import configparser
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.live import Page, get, get_ok
from tests.processes import Process
from tests.support import ROOT, eventually, free_port

HOME = Path("/opt/rq-live")
#: A file system of its own: the code and the environment at the places of the unit, beside them the socket of Redis.
PLACES = """
mount -t tmpfs tmpfs /opt && mkdir -p {home} /opt/redis && mount --bind {code} {home} && mkdir {home}/.venv &&
mount --bind {environment} {home}/.venv && mount --bind {redis} /opt/redis && cd {directory} || exit 226
"""
#: What systemd does for such a word. It does not start a service whose ReadWritePaths are not there.
WORDS = {
    "PrivateTmp=yes": "mount -t tmpfs tmpfs /tmp && mount -t tmpfs tmpfs /var/tmp || exit 226",
    "ReadWritePaths": "mount --bind {0} {0} || exit 226",
    "ProtectSystem=strict": "mount -o remount,bind,ro / && mount -o remount,bind,ro {home} || exit 226",
}


def _why_not() -> str:
    if sys.platform != "linux":
        return "Mount namespaces are Linux's own."
    mounts = "mount -t tmpfs tmpfs /opt && mount -o remount,bind,ro /"
    tried = subprocess.run(["unshare", "--mount", "sh", "-c", mounts], capture_output=True, text=True, check=False)
    return f"No mount namespace may be made here ({tried.stderr.strip()}). Run as root." if tried.returncode else ""


IMPOSSIBLE = _why_not()


def unit() -> tuple[str, configparser.SectionProxy, dict[str, str]]:
    """The block of the documentation, its [Service], and the commands of both units."""
    (block,) = re.findall(r"^```ini\n(.+?)```", (ROOT / "docs/operations.md").read_text(), re.DOTALL | re.MULTILINE)
    read = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    read.optionxform = str
    read.read_string(block)
    (other,) = re.findall(r"^# ExecStart=(.+)$", block, re.MULTILINE)
    return block, read["Service"], {"web": read["Service"]["ExecStart"], "operations": other}


@pytest.fixture
def deployed(tmp_path) -> Path:
    """A fresh copy of what a checkout has, and the folder that the documentation has made."""
    copy = tmp_path / "rq-live"
    for name in ("webapp", "jobs"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ROOT.glob("*.py"):
        shutil.copy(file, copy)
    for folder in re.findall(rf"install -d -o \w+ {HOME}/(\S+)", (ROOT / "docs/operations.md").read_text()):
        (copy / folder).mkdir()
    return copy


@pytest.fixture
def service(deployed, redis_server, redis, tmp_path, started):
    """Starts one of the units: a process, with the `url` at which it would answer, and `stop_seconds`."""
    _, words, commands = unit()

    def start(name: str) -> Process:
        settings = {"PORT": free_port(), "RQLIVE_REDIS_URL": "unix:///opt/redis/s", "RQLIVE_WRITE": 1, "PYTHONPATH": ""}
        lines = PLACES.format(
            home=HOME,
            code=deployed,
            environment=sys.prefix,
            redis=redis_server.folder,
            directory=words["WorkingDirectory"],
        )
        for word, line in WORDS.items():
            key, _, value = word.partition("=")
            if key in words and value in ("", words[key]):
                lines += line.format(words[key], home=HOME) + "\n"
        # By the interpreter: what pip wrote into a program's first line is where the environment of these tests is.
        python, asked = f"{HOME}/.venv/bin/python", shlex.split(commands[name])
        command = shlex.join(asked if asked[0] == python else [python, *asked])
        process = started(Process(["unshare", "--mount", "sh", "-c", f"{lines}exec {command}"], tmp_path, settings))
        process.url = f"http://127.0.0.1:{settings['PORT']}"
        process.stop_seconds = float(words["TimeoutStopSec"])
        return process

    return start


def _answers(process: Process) -> bool:
    assert process.returncode is None, process.output
    try:
        return get(SimpleNamespace(url=process.url), "/readyz", timeout=2)[0] == 200
    except OSError:
        return False


@pytest.mark.skipif(bool(IMPOSSIBLE), reason=IMPOSSIBLE)
def test_the_web_unit_serves_writes_and_ends_in_time(service):
    web = service("web")
    eventually(lambda: _answers(web), 20, "the web unit is ready")
    sent = urllib.request.Request(f"{web.url}/api/uploads?name=a.bin", b"x" * 3_000_000, method="POST")
    sent.add_header("Content-Type", "application/octet-stream")
    with urllib.request.urlopen(sent, timeout=20) as answer:
        assert answer.status == 201, "files can be written where the unit lets them"
    assert get_ok(web, "/api/overview")["queues"] == []
    with Page(web, {"overview": True}) as open_page:
        open_page.until(lambda: open_page.complete)
        began = time.monotonic()
        web.signal(signal.SIGTERM)
        assert open_page.closed_with(web.stop_seconds) == 1001
        assert web.wait(web.stop_seconds) == 0, web.output
    assert time.monotonic() - began < web.stop_seconds


@pytest.mark.skipif(bool(IMPOSSIBLE), reason=IMPOSSIBLE)
def test_the_operations_unit_records_and_ends_in_time(service, redis):
    operations = service("operations")

    def records() -> bool:
        assert operations.returncode is None, operations.output
        return redis.exists("rq:live:recorder")

    eventually(records, 20, "the operations unit records")
    assert operations.stop(operations.stop_seconds) == 0, operations.output


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not on PATH. apt install systemd")
@pytest.mark.parametrize("name", ["web", "operations"])
def test_systemd_understands_every_word(name, tmp_path):
    block, words, commands = unit()
    file = tmp_path / f"rqlive-{name}.service"
    file.write_text(
        block.replace(words["ExecStart"], commands[name]).replace(f"{HOME}/.venv/bin", str(Path(sys.executable).parent))
    )
    said = subprocess.run(["systemd-analyze", "verify", str(file)], capture_output=True, text=True, check=False)
    assert (said.returncode, [line for line in said.stderr.splitlines() if file.name in line]) == (0, [])
