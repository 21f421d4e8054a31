"""RQ's own test suite on a Redis that RQ Live watches: what it shows must bend to whatever RQ writes, and never break.

    python -m bench.rq_suite <folder of a checkout of RQ> [what to give to pytest …]

While the suite runs on 127.0.0.1:6379 (which must be free: RQ's tests know no other), one client walks through all
pages and every GET of the API, with the ids of jobs that there are, and a socket watches everything there is. Counted
are answers of 5xx, and errors in the logs of the web and the operations process. Ends with 1 where there are any.
"""

import argparse
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import redis
from websockets.exceptions import ConnectionClosed

from tests.live import Page, get
from tests.processes import BIN, Process, WebServer
from tests.servers import RedisServer
from tests.support import ROOT, clean_env
from webapp import boards, create_app
from webapp.config import Config
from webapp.models import STATUSES

PORT = 6379
#: The first database that RQ's tests look for.
DATABASE = 4
URL = f"redis://127.0.0.1:{PORT}/{DATABASE}"
PLUGIN = "bench.rq_suite_plugin"
JOBS_AT_ONCE, ROWS = 5, 50
#: Seconds between two changes of what the socket watches.
WATCH = 1.0
#: Seconds that the walk rests after each answer: a reader, not a flood.
REST = 0.01
#: Seconds after which a test of RQ's counts as hung.
TEST_TIMEOUT = 120
#: Waits for ever for a child that dies at once where redis-py is 8.1: RQ hands it an argument that it does not take.
HANGS = "tests/test_worker.py::TestWorker::test_suspend_worker_execution"
#: What must not stand in a log.
TROUBLE = re.compile(r"Traceback|\bERROR\b|\bCRITICAL\b| failed\b|an error of its own|starts afresh")


class Walk:
    """Asks for every page and every GET, again and again, in a thread."""

    def __init__(self, web: WebServer, client: redis.Redis) -> None:
        self._web, self._client = web, client
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.answers: Counter[int] = Counter()
        #: (status, path, body) of answers of 5xx
        self.broken: list[tuple[int, str, Any]] = []
        self.rounds = 0

    def __enter__(self) -> "Walk":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(60)

    def _run(self) -> None:
        while not self._stopping.is_set():
            for path in self._paths():
                if self._stopping.is_set():
                    return
                status, body = get(self._web, path)
                self.answers[status] += 1
                time.sleep(REST)
                if status >= 500:
                    self.broken.append((status, path, body))
            self.rounds += 1

    def _paths(self) -> Iterator[str]:
        yield from without_arguments()
        queues = sorted(name.decode(errors="replace") for name in self._client.smembers("rq:queues"))
        for queue in ["", *(name.removeprefix("rq:queue:") for name in queues[:3])]:
            for status in ("", *STATUSES):
                yield f"/api/jobs?queue={queue}&status={status}"
        ids = some_jobs(self._client, JOBS_AT_ONCE)
        for job_id in ids:
            for path in ("", "/log", "/artifact?name=x"):
                yield f"/api/jobs/{job_id}{path}"
            yield f"/jobs/{job_id}"
        for name in all_boards(ids):
            yield f"/api/boards/{name}"


class Watch:
    """A socket that watches everything that there is, in a thread."""

    def __init__(self, web: WebServer, client: redis.Redis) -> None:
        self._web, self._client = web, client
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.events: Counter[str] = Counter()
        self.errors: list[Any] = []
        self.broke_off = 0

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(10)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with Page(self._web, {"overview": True}) as page:
                    self._follow(page)
            except (ConnectionClosed, OSError):
                self.broke_off += 1

    def _follow(self, page: Page) -> None:
        while not self._stopping.is_set():
            ids = some_jobs(self._client, ROWS)
            lists = [f"default/{status}" for status in STATUSES] + ["/", "default/"]
            first = {"job": ids[0], "log": {"job": ids[0], "after": "0"}} if ids else {}
            named = all_boards(ids)[:20]
            page.watch(overview=True, activity=True, rows=ids, lists=lists, boards=named, **first)
            page.settle(WATCH)
            for event in page.events:
                self.events[event["type"]] += 1
                problem = event.get("error") if event["type"] == "board" else event
                if event["type"] == "error" or (problem and problem.get("code") == "internal"):
                    self.errors.append(event)
            page.events.clear()


def without_arguments() -> list[str]:
    """Every GET of the application whose path names nothing."""
    rules = create_app(Config(redis_url=URL)).url_map.iter_rules()
    paths = {str(rule) for rule in rules if "GET" in rule.methods and not rule.arguments}
    return sorted(paths - {"/live", "/ws/chat/"})


def all_boards(ids: list[str]) -> list[str]:
    """One of each kind, of the first of these jobs where it is about one."""
    about = {"facets": "default/queued", "group": "g", "search": "0", "failure": "0", "failure_jobs": "0"}
    job = ids[0] if ids else "none"
    per_job = ("why", "graph", "notes", "compare")
    names = boards.load()
    return [
        f"{name}/{job if name in per_job else about[name]}" if name in (*per_job, *about) else name for name in names
    ]


def some_jobs(client: redis.Redis, most: int) -> list[str]:
    """Ids of jobs that there are now."""
    found = client.scan_iter("rq:job:*", count=1_000)
    ids = [key.removeprefix(b"rq:job:").decode(errors="replace") for key in found]
    return [job_id for job_id in ids if ":" not in job_id][:most]


def run_suite(checkout: Path, more: list[str]) -> tuple[str, float]:
    """(pytest's last lines, seconds). Raises SystemExit where it did not run at all."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", PLUGIN, "-p", "no:cacheprovider", f"--deselect={HANGS}"]
    command += [f"--timeout={TEST_TIMEOUT}", *(more or ["tests"])]
    env = clean_env({"PYTHONPATH": f"{checkout}:{ROOT}", "RQ_SUITE_DATABASE": DATABASE})
    # Its tests start RQ's own programs.
    env["PATH"] = f"{BIN}{os.pathsep}{env.get('PATH', os.defpath)}"
    started = time.monotonic()
    done = subprocess.run(command, cwd=checkout, env=env, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"The suite did not run:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    lines = done.stdout.strip().splitlines()
    told = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
    return "\n".join([*told, lines[-1]]), time.monotonic() - started


def troubles(process: Process) -> list[str]:
    """Lines of its log that should not be there."""
    return [line for line in process.output.splitlines() if TROUBLE.search(line)]


def main() -> int:
    """Run, print, and say by the exit code whether all went well here, whatever RQ's own tests say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=Path)
    asked, more = parser.parse_known_args()
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", PORT)) == 0:
            sys.exit(f"Something listens on port {PORT}, which RQ's tests would empty. End it first.")
    server = RedisServer(port=PORT)
    with tempfile.TemporaryDirectory(prefix="rqlive-suite-") as folder:
        server.start()
        client = redis.Redis.from_url(URL)
        settings = {"RQLIVE_OWN_REDIS": 1}
        web = WebServer(URL, Path(folder), settings)
        env = {"RQLIVE_REDIS_URL": URL, "RQLIVE_FILES": f"{folder}/files", **settings}
        operations = Process([sys.executable, "-m", "webapp.operations"], Path(folder), env)
        try:
            web.wait_ready()
            with Walk(web, client) as walk, Watch(web, client) as watch:
                told, seconds = run_suite(asked.checkout.resolve(), more)
            wrong = troubles(web) + troubles(operations)
        finally:
            web.close()
            operations.close()
            client.close()
            server.close()
    print(f"RQ's suite, {seconds:.0f} s:\n{told}")
    print(f"{walk.rounds} walks, answers {dict(walk.answers)}; events {dict(watch.events)}")
    print(
        f"answers of 5xx: {len(walk.broken)}; errors on the socket: {len(watch.errors)}, broken off {watch.broke_off}"
    )
    for one in (*walk.broken[:20], *watch.errors[:20], *wrong[:40]):
        print(" ", one)
    print(f"lines of trouble in the logs: {len(wrong)}")
    return 1 if walk.broken or watch.errors or wrong or watch.broke_off else 0


if __name__ == "__main__":
    os.environ.pop("PYTEST_ADDOPTS", None)
    # What a job in the background was told to ignore, RQ's workers would ignore too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(main())
