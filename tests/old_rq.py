"""RQ 2.12 beside the RQ of this project: in an environment of its own, made once and kept under var/.

No fixtures here: see `tests/integration/test_rq_2_12_worker.py`.
"""

import fcntl
import json
import subprocess
import sys
import venv
from importlib.metadata import version
from pathlib import Path

from tests.processes import WorkerProcess
from tests.support import ROOT, clean_env

VERSION = "2.12.0"
FOLDER = ROOT / "var" / f"rq-{VERSION}-python-{sys.version_info.major}.{sys.version_info.minor}"
#: Seconds that pip may take.
PATIENCE = 120
ENQUEUE = """
import json, sys
from redis import Redis
from rq import Queue
url, queue, func, count, args, kwargs = json.loads(sys.argv[1])
queue = Queue(queue, connection=Redis.from_url(url))
print(json.dumps([queue.enqueue(func, *args, **kwargs).id for _ in range(count)]))
"""


class NotThere(Exception):
    """It cannot be installed; says why."""


def python() -> Path:
    """Its interpreter, installed where that was not done before. Raises NotThere."""
    FOLDER.parent.mkdir(exist_ok=True)
    done, found = FOLDER / "done", FOLDER / "bin" / "python"
    with open(FOLDER.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            venv.create(FOLDER, clear=True, with_pip=True)
            wanted = [f"rq=={VERSION}", f"redis=={version('redis')}"]
            flags = ["--disable-pip-version-check", "--no-input", "--retries", "1", "--timeout", "10"]
            command = [str(found), "-m", "pip", "install", *flags, *wanted]
            try:
                made = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                raise NotThere(f"pip took longer than {PATIENCE} s") from None
            if made.returncode:
                raise NotThere(made.stderr.strip().splitlines()[-1])
            done.touch()
    return found


def enqueue(url: str, queue: str, func: str, count: int = 1, args: tuple = (), kwargs: dict | None = None) -> list[str]:
    """Jobs as RQ 2.12 writes them; their ids."""
    told = json.dumps([url, queue, func, count, args, kwargs or {}])
    command = [str(python()), "-c", ENQUEUE, told]
    return json.loads(subprocess.run(command, check=True, capture_output=True, env=clean_env(), cwd=ROOT).stdout)


def worker(url: str, queues: tuple[str, ...], name: str, folder: Path) -> WorkerProcess:
    """A stock worker of RQ 2.12; returns at once."""
    found = python()
    return WorkerProcess(url, queues, name, [], folder, None, rq=(str(found), str(found.with_name("rq"))))
