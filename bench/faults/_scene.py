"""The scene of a fault: a Redis, two web processes, operations, stock workers, open pages, people who submit.

Everything that it started ends with it. What is broken says the fault; `breaking()` is the time in which it is broken.
"""

import contextlib
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import redis
from rq import Queue

from bench.faults import _account
from bench.faults._held import Held
from bench.faults._load import Load
from bench.faults._tabs import Tab, Tabs
from bench.faults._trial import SOON, Outcome
from bench.faults._truth import Truth
from jobs import _keys
from tests import raw_jobs
from tests.processes import Process, WebServer, WorkerProcess
from tests.servers import RedisServer
from tests.support import eventually

SCHEMA = {"type": "object", "properties": {"folder": {"type": "string"}, "seconds": {"type": "number"}}}
ENTRY = {"title": "Counted", "func": "bench.faults._jobs.counted", "schema": SCHEMA}
#: Ids whose rows every page watches: more than are submitted in a trial.
ROWS = 190
#: Ids of jobs that a fault makes by itself, and that every page watches too.
EXTRA = [f"extra-{n}" for n in range(9)]
#: Seconds: a page that tells no truth by then never will.
NEVER = 60.0


class Scene:
    """A context."""

    def __init__(
        self,
        outcome: Outcome,
        options: dict | None = None,
        *,
        tabs: int = 12,
        workers: int = 2,
        rows: int = ROWS,
        server: RedisServer | None = None,
        web_env: dict | None = None,
    ) -> None:
        """`tabs` pages on each of two web processes, of `rows` jobs each; `options` of the Redis server."""
        self.outcome = outcome
        self.server = server or RedisServer(options)
        self._numbers = tabs, workers
        self._web_env = web_env or {}
        self._closing = contextlib.ExitStack()
        self.processes: list[Process] = []
        self.webs: list[WebServer] = []
        self.workers: list[WorkerProcess] = []
        self.operations: Process | None = None
        self.rows = [f"load-{n}" for n in range(rows)] + ["mark-0", *EXTRA]

    @property
    def url(self) -> str:
        return self.server.url

    def __enter__(self) -> Self:
        self.folder = Path(self._closing.enter_context(tempfile.TemporaryDirectory(prefix="rqlive-faults-")))
        try:
            self._set_up()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if hasattr(self, "load"):
            self.load.stop(0)
        self._closing.close()
        for process in reversed(self.processes):
            process.close()
        self.server.close()

    def _set_up(self) -> None:
        tabs, workers = self._numbers
        self.server.start()
        self.redis = self.server.connection(socket_timeout=2)
        self.publish()
        for _ in range(2):
            self.webs.append(self.web())
        self.operations = operations = self.start_operations()
        eventually(lambda: "are recorded" in operations.output, 30, f"operations go on: {operations.output}")
        for n in range(workers):
            self.worker(f"stock-{n}")
        self.tabs: Tabs = self._closing.enter_context(Tabs())
        for web in self.webs:
            for _ in range(tabs):
                self.open(web)
        self.truth = Truth(self.redis, self.rows)
        self.load = Load([web.url for web in self.webs], str(self.folder))
        self.load.start()
        eventually(lambda: len(self.load.accepted) >= 5 and self.telling(), 20, "all is well before the fault")

    def publish(self) -> None:
        """The one job type there is."""
        self.redis.hset(_keys.CATALOG, "counted", json.dumps(ENTRY))

    def web(self, **env: object) -> WebServer:
        """One more web process; returns when it answers."""
        web = WebServer(self.url, self.folder, {"RQLIVE_OWN_REDIS": 1, **self._web_env, **env})
        self.processes.append(web)
        web.wait_ready()
        return web

    def start_operations(self) -> Process:
        """An operations process; returns at once."""
        env = {"RQLIVE_REDIS_URL": self.url, "RQ_REDIS_URL": self.url, "RQLIVE_OWN_REDIS": 1}
        env |= {"RQLIVE_FILES": self.folder / "files"}
        process = Process([sys.executable, "-m", "webapp.operations"], self.folder, env)
        self.processes.append(process)
        return process

    def worker(self, name: str, *queues: str, env: dict | None = None) -> WorkerProcess:
        """One more stock worker; returns when it listens."""
        worker = WorkerProcess(self.url, queues or ("default",), name, ["--quiet"], self.folder, env)
        self.processes.append(worker)
        self.workers.append(worker)
        worker.wait_ready()
        return worker

    def enqueue(self, job_id: str, queue: str, func: str = "counted", *args: object, **options: object) -> None:
        """A job of a program that has RQ alone."""
        path = f"bench.faults._jobs.{func}"
        Queue(queue, connection=self.redis).enqueue(path, str(self.folder), *args, job_id=job_id, **options)

    def every_page(self, check: Callable[[Held], object]) -> bool:
        """Whether this is true of what each page holds now."""

        async def look() -> bool:
            return all(check(tab.held) for tab in self.tabs.tabs)

        return self.tabs.does(look)

    def seconds_until(self, check: Callable[[], object], what: str, most: float = 20.0) -> float:
        """Seconds until it is so; raises AssertionError after `most`."""
        began = time.monotonic()
        eventually(check, most, what)
        return time.monotonic() - began

    def open(self, *webs: WebServer) -> Tab:
        """One more page, which comes back to these in turn."""
        addresses = [f"ws{web.url.removeprefix('http')}/live" for web in webs]
        return self.tabs.open(addresses, {"overview": True, "rows": self.rows, "activity": True})

    def telling(self, newest_only: bool = False) -> bool:
        """Whether every page tells the truth now; what does not is remembered."""
        self.wrong = self.differences(newest_only)
        return not self.wrong

    def differences(self, newest_only: bool = False) -> list[str]:
        """What pages hold that Redis does not; that Redis is away is one such thing."""
        try:
            self.truth.look()
        except redis.RedisError as error:
            return [f"Redis: {error}"]

        known = self.truth.known(newest_only)

        async def compare() -> list[str]:
            found = []
            for n, tab in enumerate(self.tabs.tabs):
                wrong = self.truth.differences(tab.held, known)
                if tab.held.health.get("redis") != "ok" or not tab.connected:
                    wrong.append("the pill is not live")
                found += [f"page {n}: {text}" for text in wrong[:3]]
            return found

        return self.tabs.does(compare)

    @contextlib.contextmanager
    def breaking(self, lossless: bool = True) -> Iterator[None]:
        """The time of the fault; then waits for the truth, for the last job, and writes down what became of all.

        `lossless`: False where Redis itself loses data, and its jobs with it.
        """
        began = time.monotonic()
        self.began = began
        yield
        ended = time.monotonic()
        self.mark()
        self.outcome.truth_after = self.until_truth(ended)
        self.outcome.pages = _account.pills(self.tabs.tabs, began)
        self.outcome.http = _account.answers(self.load, began, ended)
        self.settle(lossless)

    def mark(self) -> None:
        """Write what a page that stands still cannot know: a number that it knows changes, and a row appears."""

        def write() -> bool:
            with contextlib.suppress(redis.RedisError):
                raw_jobs.listed(self.redis, "canceled", "mark-0")
                return True
            return False

        eventually(write, 30, "Redis can be written again")
        self.truth.forget()

    def until_truth(self, since: float) -> float | None:
        """Seconds from `since` until every page told it; None: never."""
        while time.monotonic() - since < NEVER:
            if self.telling():
                took = time.monotonic() - since
                if took > SOON:
                    self.outcome.broken.append(
                        f"the pages told the truth only after {took:.1f} s; last: {self.before[:3]}"
                    )
                return took
            self.before = self.wrong
            time.sleep(0.02)
        self.outcome.broken.append(f"the pages never told the truth again: {self.wrong[:4]}")
        return None

    def settle(self, lossless: bool = True) -> None:
        """No more jobs; wait for those there are; count. At the end all is quiet, and all pages hold exactly that."""
        time.sleep(1.0)
        self.load.stop()
        for worker in [worker for worker in self.workers if worker.returncode is not None]:
            self.outcome.remarks.append(f"the worker {worker.name} had ended: a supervisor started another")
            self.workers.remove(worker)
            self.worker(f"{worker.name}-again", *worker.queues)
        accepted = set(self.load.accepted)
        with contextlib.suppress(AssertionError):
            eventually(lambda: accepted <= _account.over(self), 30)
        _account.count(self, accepted, lossless)
        with contextlib.suppress(AssertionError):
            eventually(lambda: self.telling(newest_only=True), 10)
        if self.wrong:
            self.outcome.broken.append(f"when all was quiet, pages were wrong still: {self.wrong[:4]}")
        self.outcome.broken += sorted({text for tab in self.tabs.tabs for text in tab.wrong})
        self.outcome.broken += sorted(self.load.bad())
        self.outcome.broken += _account.tracebacks([*self.webs, *filter(None, [self.operations])])

    def ran(self, word: str) -> Counter:
        """How often each job has started, or ended."""
        path = self.folder / "runs"
        lines = path.read_text().splitlines() if path.exists() else []
        return Counter(line.split()[0] for line in lines if line.split()[1] == word)
