"""A page of 100 rows that all change 20 times a second: frames, long tasks, work and memory of the browser.

    python -m bench.page [--quick] [--seconds 60] [--minutes 10]

The rows are those of a search that found 100 running jobs. Another client sets the progress of each 20 times a second,
2,000 writes a second. The same page is looked at before, while its jobs stand still. `--minutes` is for the memory: it
looks for that long, instead of `--seconds`.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis
from playwright.sync_api import CDPSession, Page, expect

from bench import _browser, _seed
from bench._maths import percentile
from bench._report import Goal, Report, options
from bench._stage import Stage

NAME = Path(__file__).stem
JOBS, PER_SECOND = 100, 20
#: Milliseconds of a frame at 60 Hz; what counts as one that was missed; and what the eye calls a stall.
FRAME_MS, MISSED_MS, LONG_TASK_MS = 1000 / 60, 1000 / 60 * 1.5, 50
#: Rows of the list that somebody has asked for are there after so many milliseconds.
PATIENCE_MS = 30_000
#: What is still being compiled and cached is no leak: memory counts from so many seconds on.
WARM_UP = 20
MIB = 1024 * 1024
ADDRESS = "/jobs?q=func%3Areports.send"
ROWS = "main tr[data-job]"

OBSERVE = """() => {
  const seen = (window.seen = { frames: [], long: [], since: performance.now() });
  const note = (list) => seen.long.push(...list.getEntries().map((entry) => entry.duration));
  new PerformanceObserver(note).observe({ type: "longtask" });
  let before = null;
  const frame = (now) => {
    if (before !== null) seen.frames.push(now - before);
    before = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}"""
TAKE = """() => {
  const { frames, long, since } = window.seen;
  Object.assign(window.seen, { frames: [], long: [], since: performance.now() });
  return { frames, long, ms: performance.now() - since };
}"""


@dataclass
class Look:
    """What was seen on the page in `seconds`; `work`: what its thread was busy with, milliseconds a second by kind."""

    seconds: float
    frames: list[float]
    long: list[float]
    received: int
    kib: float
    work: dict[str, float]

    @property
    def per_second(self) -> float:
        return len(self.frames) / self.seconds

    def row(self, name: str) -> tuple:
        """As the table has it."""
        missed = sum(frame > MISSED_MS for frame in self.frames)
        return (
            name,
            self.per_second,
            percentile(self.frames, 0.99),
            missed / len(self.frames) * 100,
            len(self.long),
            max(self.long, default=0.0),
            self.received / self.seconds,
            self.kib / self.seconds,
            *(self.work[kind] for kind in ("TaskDuration", "ScriptDuration", "LayoutDuration", "RecalcStyleDuration")),
        )


COLUMNS = (
    "rows", "frames/s", "frame p99 ms", "missed %", "long tasks", "longest ms",
    "messages/s", "KiB/s", "busy ms/s", "script", "layout", "style",
)  # fmt: skip


class Watched:
    """A page and what Chromium says of it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.cdp: CDPSession = page.context.new_cdp_session(page)
        self.cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
        self._received, self._bytes = 0, 0
        page.on("websocket", lambda socket: socket.on("framereceived", self._heard))

    def _heard(self, payload: str | bytes) -> None:
        self._received += 1
        self._bytes += len(payload)

    def _work(self) -> dict[str, float]:
        found = self.cdp.send("Performance.getMetrics")["metrics"]
        return {metric["name"]: metric["value"] for metric in found}

    def look(self, seconds: float) -> Look:
        """What happens in so many seconds."""
        self.page.evaluate(f"() => window.seen || ({OBSERVE})()")
        self.page.evaluate(TAKE)
        before, received, heard = self._work(), self._received, self._bytes
        self.page.wait_for_timeout(seconds * 1000)
        seen, after = self.page.evaluate(TAKE), self._work()
        lasted = seen["ms"] / 1000
        work = {kind: (after[kind] - before[kind]) / lasted * 1000 for kind in after if kind.endswith("Duration")}
        counts = self._received - received, (self._bytes - heard) / 1024
        return Look(lasted, seen["frames"], seen["long"], *counts, work)

    def heap_mib(self) -> float:
        """Memory that JavaScript still holds after everything that can be dropped was dropped."""
        self.cdp.send("HeapProfiler.collectGarbage")
        return self.cdp.send("Runtime.getHeapUsage")["usedSize"] / MIB


def seed(client: redis.Redis) -> list[str]:
    """Running jobs that report progress."""
    ids = [f"busy-{number:03d}" for number in range(JOBS)]
    for job_id in ids:
        _seed.running(client, job_id)
    client.zadd("rq:wip:default", {f"{job_id}:5eeded00": time.time() + _seed.YEAR for job_id in ids})
    return ids


@contextmanager
def changing(client: redis.Redis, ids: list[str]) -> Iterator[list[int]]:
    """All of these jobs change PER_SECOND times a second meanwhile; gives how many writes there were so far."""
    written, ending = [0], threading.Event()

    def run() -> None:
        due, number = time.monotonic(), 0
        while not ending.wait(max(0.0, due - time.monotonic())):
            due, number = due + 1 / PER_SECOND, number + 1
            with client.pipeline(transaction=False) as pipe:
                for at, job_id in enumerate(ids):
                    pipe.hset(f"rq:job:{job_id}", "live_progress", _seed.progress(number * 1_000 + at))
                pipe.execute()
            written[0] += len(ids)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield written
    finally:
        ending.set()
        thread.join()


def opened(page: Page, url: str) -> Watched:
    """The page with all rows on it."""
    watched = Watched(page)
    page.goto(url + ADDRESS)
    page.get_by_role("button", name="Show more").click(timeout=PATIENCE_MS)
    expect(page.locator(ROWS)).to_have_count(JOBS, timeout=PATIENCE_MS)
    return watched


def main() -> None:
    """Measure, print, keep."""
    asked = options(__doc__, seconds=(60, 6, "seconds of looking"), minutes=(0, 0, "minutes of looking instead"))
    seconds = asked.minutes * 60 or asked.seconds
    report = Report(
        name=NAME,
        question="Frames, long tasks and work of a page of 100 rows, each changed 20 times a second.",
        samples=f"{seconds} s of change, a third of it standing still before",
        columns=COLUMNS,
        bias=(
            "The browser paints without a graphics card, on the cores on which Redis, the writer, web and operations "
            "run too: a frame is missed when one of them has the core. Busy, script, layout and style are processor "
            "time. Each message is passed on to the measuring program as well."
        ),
    )
    with _browser.chromium() as browser, Stage() as stage:
        ids = seed(stage.redis)
        url = stage.web().url
        stage.operations()
        watched = opened(browser.new_page(viewport={"width": 1280, "height": 830}), url)
        still = watched.look(min(seconds / 3, 20))
        report.rows.append(still.row("stand still"))
        heap = []
        with changing(stage.client(), ids) as written:
            watched.look(min(WARM_UP, seconds / 3))
            looks, began, start = [], time.monotonic(), written[0]
            while not looks or time.monotonic() - began < seconds:
                heap.append(watched.heap_mib())
                looks.append(watched.look(min(20, seconds / 3)))
            heap.append(watched.heap_mib())
            lasted = time.monotonic() - began
            report.notes.append(f"{(written[0] - start) / lasted:.0f} writes a second")
        found = joined(looks)
        report.rows.append(found.row("change 20 times a second"))
    report.notes.append("Heap in MiB after collecting: " + " ".join(f"{value:.2f}" for value in heap))
    long = [ms for ms in found.long if ms > LONG_TASK_MS]
    report.goals += [
        Goal("frames a second", found.per_second, 59, at_most=False),
        Goal("tasks over 50 ms", float(len(long)), 0),
        Goal("growth of the heap from the first to the last look, MiB", heap[-1] - heap[0], 0.5),
    ]
    report.finish()


def joined(looks: list[Look]) -> Look:
    """Several looks as one."""
    seconds = sum(look.seconds for look in looks)
    work = {kind: sum(look.work[kind] * look.seconds for look in looks) / seconds for kind in looks[0].work}
    frames, long = [frame for look in looks for frame in look.frames], [ms for look in looks for ms in look.long]
    return Look(seconds, frames, long, sum(look.received for look in looks), sum(look.kib for look in looks), work)


if __name__ == "__main__":
    main()
