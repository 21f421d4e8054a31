"""Whether what runs for long ends where it began: memory, threads, descriptors, and our keys in Redis.

    python -m bench.soak [--quick] [--minutes 30] [--tabs 100]

Jobs all the time, workers restarted (in good order and by -9 in turn), tabs that come and go. Measured in quiet, with
no tab open: after two minutes of the same, and at the end.
"""

import random
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from rq import Queue

from bench._report import Goal, Report, options
from bench._stage import Stage
from bench.faults._tabs import Tabs
from tests.processes import Process, session_members

NAME = Path(__file__).stem
WARM_UP, QUIET = 120.0, 30.0
#: Jobs a second, and seconds between two ends of a worker.
RATE, RESTART = 5.0, 15.0
#: Seconds that a tab stays.
STAY = (3.0, 40.0)
#: What may be more at the end than at the begin. Memory: what Python and the allocator keep after any storm.
MORE = {"memory MiB (PSS)": 15.0, "threads": 2, "descriptors": 8}
#: Keys that come by the minute, and go after a day.
BY_MINUTE = re.compile(rb"rq:live:(figures|functions):\d+$")


class Life:
    """Jobs, tabs and workers, until it is told to rest."""

    def __init__(self, stage: Stage, address: str, tabs: int) -> None:
        self._stage = stage
        self._address = address
        self._count = tabs
        self._resting = threading.Event()
        self.counted: Counter = Counter()

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """All of it while the block lasts; afterwards no tab is open and nothing is submitted."""
        self._resting.clear()
        threads = [threading.Thread(target=act) for act in (self._submit, self._restart, self._come_and_go)]
        for thread in threads:
            thread.start()
        yield
        self._resting.set()
        for thread in threads:
            thread.join()

    def _submit(self) -> None:
        queue = Queue(connection=self._stage.client())
        while not self._resting.wait(random.expovariate(RATE)):
            path = random.choices(("say_hello", "div_by_zero", "uses_print"), (8, 1, 3))[0]
            queue.enqueue(f"tests.fixture_jobs.{path}", result_ttl=60, failure_ttl=60)
            self.counted["jobs"] += 1

    def _restart(self) -> None:
        workers: list[Process] = []
        while True:
            self.counted["workers started"] += 1
            workers.append(self._stage.worker(f"soak-{self.counted['workers started']}"))
            if len(workers) > 2:
                oldest = workers.pop(0)
                oldest.signal(signal.SIGKILL if self.counted["workers started"] % 2 else signal.SIGTERM)
                oldest.wait(30)
                self._stage.end(oldest)
            if self._resting.wait(RESTART if len(workers) > 1 else 0):
                break
        for worker in workers:
            self._stage.end(worker)

    def _come_and_go(self) -> None:
        watches = ({"overview": True, "activity": True}, {"overview": True, "lists": ["default/finished", "/"]},
                   {"overview": True, "boards": ["stuck", "failures", "processes", "schedule"]})  # fmt: skip
        with Tabs() as tabs:
            leaving: list[tuple[float, Any]] = []
            while not self._resting.wait(0.05):
                now = time.monotonic()
                for entry in [entry for entry in leaving if entry[0] < now]:
                    leaving.remove(entry)
                    tabs.close(entry[1])
                if len(leaving) < self._count:
                    tab = tabs.open([self._address], random.choice(watches))
                    leaving.append((now + random.uniform(*STAY), tab))
                    self.counted["tabs opened"] += 1


def measured(stage: Stage, processes: dict[str, Process]) -> dict[tuple[str, str], float]:
    """What each of them holds now, and what of ours lies in Redis."""
    found: dict[tuple[str, str], float] = {}
    for name, process in processes.items():
        family = [psutil.Process(pid) for pid in session_members(process.pid)]
        memory = [one.memory_full_info() for one in family]
        found[name, "memory MiB (PSS)"] = sum(one.pss for one in memory) / (1 << 20)
        found[name, "memory MiB (RSS)"] = sum(one.rss for one in memory) / (1 << 20)
        found[name, "threads"] = sum(one.num_threads() for one in family)
        found[name, "descriptors"] = sum(one.num_fds() for one in family)
    ours = list(stage.redis.scan_iter("rq:live:*", count=1000))
    by_minute = [key for key in ours if BY_MINUTE.match(key)]
    found["Redis", "keys of ours"] = len(ours) - len(by_minute)
    found["Redis", "keys of a minute"] = len(by_minute)
    found["Redis", "KiB in keys of ours"] = sum(stage.redis.memory_usage(key) or 0 for key in ours) / 1024
    found["Redis", "connections"] = stage.redis.info("clients")["connected_clients"]
    return found


def main() -> None:
    """Measure, print, keep."""
    asked = options(__doc__, minutes=(30, 1, "minutes of it"), tabs=(100, 10, "tabs open at a time"))
    report = Report(
        name=NAME,
        question=f"What is held after {asked.minutes} minutes of jobs, dying workers and tabs that come and go.",
        samples=f"one run of {asked.minutes} min after {WARM_UP:.0f} s of the same; {QUIET:.0f} s of quiet first",
        columns=("what", "begin", "most meanwhile", "end"),
        bias="Short of a day: what leaks a few KiB an hour is not seen. The figures of a minute stay for a day.",
    )
    with Stage() as stage:
        processes = {"web": stage.web(), "operations": stage.operations()}
        life = Life(stage, f"ws{processes['web'].url.removeprefix('http')}/live", asked.tabs)
        with life.going_on():
            time.sleep(WARM_UP)
        time.sleep(QUIET)
        begin, began = measured(stage, processes), time.monotonic()
        most = dict(begin)
        with life.going_on():
            while time.monotonic() - began < asked.minutes * 60:
                time.sleep(10)
                now = measured(stage, processes)
                most = {key: max(value, now[key]) for key, value in most.items()}
                print(
                    f"{time.monotonic() - began:.0f} s", {" ".join(key): round(now[key], 1) for key in now}, flush=True
                )
        time.sleep(QUIET)
        end = measured(stage, processes)
        report.notes.append(", ".join(f"{count:,} {what}" for what, count in life.counted.items()))
        printed = [name for name, process in processes.items() if "Traceback" in process.output]
        report.notes += [f"{name} printed a traceback: {processes[name].output[-500:]}" for name in printed]
    report.rows += [(" ".join(key), begin[key], most[key], end[key]) for key in begin]
    for (name, what), value in begin.items():
        if what in MORE:
            report.goals.append(Goal(f"{name}: more {what} at the end", end[name, what] - value, MORE[what]))
    report.goals.append(Goal("more keys of ours, those of a minute apart",
                             end["Redis", "keys of ours"] - begin["Redis", "keys of ours"], 5))  # fmt: skip
    report.finish()


if __name__ == "__main__":
    main()
