"""A disk that is full: that of uploads, and that of Redis. Small tmpfs mounts, so root is needed."""

import contextlib
import json
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from bench.faults._load import ask, word
from bench.faults._scene import Scene
from bench.faults._trial import Outcome, fault
from tests.servers import RedisServer

MEGABYTE = 1 << 20


@contextlib.contextmanager
def small_disk(megabytes: int, where: Path | None = None) -> Iterator[Path]:
    """A folder that holds no more. Raises CalledProcessError where none may be mounted."""
    folder = where or Path(tempfile.mkdtemp(prefix="rqlive-disk-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def upload(scene: Scene, size: int) -> str:
    """What an upload of so many bytes is answered."""
    headers = {"Content-Type": "application/octet-stream"}
    address = f"{scene.webs[0].url}/api/uploads?name=big.csv"
    request = urllib.request.Request(address, b"x" * size, headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return str(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            body = json.load(error)
        return f"{word(error.code, body)}: {body['error']['message']} {body['error']['fix']}"
    except OSError as error:
        return f"no answer: {error}"


@fault("no room for an upload: refused with the next step, nothing left behind, and what fits is taken")
def upload_disk_full(outcome: Outcome) -> None:
    with small_disk(3) as folder, Scene(outcome, web_env={"RQLIVE_FILES": folder}) as scene, scene.breaking():
        answers = [upload(scene, 5 * MEGABYTE) for _ in range(2)]
        left = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        after = upload(scene, MEGABYTE)
        outcome.remarks.append(f"5 MB on a disk of 3 MB: {answers[0]}; left behind: {left} bytes; 1 MB then: {after}")
        if any(answer[:3] in ("500", "201", "no ") for answer in answers) or left or after != "201":
            outcome.broken.append(f"{answers}, {left} bytes left, then {after}")


@fault("the disk of Redis is full, so that it refuses writes, for 5 s: pages are live, what writes says why")
def redis_disk_full(outcome: Outcome) -> None:
    server = RedisServer({"appendonly": "yes", "appendfsync": "everysec", "auto-aof-rewrite-percentage": 0})
    with small_disk(8, server.folder) as folder, Scene(outcome, server=server) as scene, scene.breaking():
        ballast = folder / "ballast"
        with contextlib.suppress(OSError), open(ballast, "wb", buffering=0) as file:
            while file.write(b"x" * 4096):
                pass
        # What is appended fails from now on, at the latest with the first page of it.
        time.sleep(5)
        outcome.remarks.append(f"a submit meanwhile: {refused(scene)}")
        ballast.unlink()


def refused(scene: Scene) -> str:
    body = {"type": "counted", "args": {"folder": str(scene.folder)}, "id": "extra-0"}
    status, answer = ask(f"{scene.webs[0].url}/api/jobs", body)
    error = answer.get("error", {}) if isinstance(answer, dict) else {}
    return f"{word(status, answer)} {error.get('message', '')} {error.get('fix', '')}"
