"""The first load of an overview in Chromium with nothing cached: bytes, requests, and the time until it can be used.

    python -m bench.first_load [--quick] [--samples 4]

Each load has a profile of its own. It can be used when a queue's count is painted and the page's thread is free: after
the last of the tasks longer than 50 ms that began before, or within a second after.
"""

import time
from pathlib import Path

from playwright.sync_api import Browser

from bench import _browser
from bench._maths import SPREAD, spread
from bench._report import Report, options
from bench._stage import Stage
from bench.peers import by_work, present
from bench.peers._dashboard import OVERVIEW, Dashboard
from bench.peers.rq_live import RqLive

NAME = Path(__file__).stem
JOBS = 20
PATIENCE = 20_000
#: Of each load: when its data was painted; bytes and answers until then, and in the second after (of what may come).
COLUMNS = ("data", "KiB", "requests", "more KiB", "more requests")
#: Seconds after the paint in which a long task still counts.
AFTER = 1.0
#: When the last long task ended, milliseconds since the load began; 0 without any.
BUSY_UNTIL = """
() => new Promise((done) => {
  const told = (list) => done(Math.max(...list.getEntries().map((task) => task.startTime + task.duration)));
  new PerformanceObserver(told).observe({ type: "longtask", buffered: true });
  setTimeout(() => done(0), 100);
})
"""


def load(browser: Browser, address: str, shows: str) -> dict[str, float]:
    """Load it once; raises RuntimeError where it does not show its data."""
    context = browser.new_context()
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    sizes: list[float] = []
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(address, wait_until="commit")
    _browser.watch(page, {"data": shows})
    painted = _browser.painted_at(page, "data", PATIENCE)
    if painted is None:
        raise RuntimeError(f"{address} did not show its data within {PATIENCE / 1000:.0f} s")
    until = len(sizes)
    page.wait_for_timeout(AFTER * 1000)
    painted -= page.evaluate("performance.timeOrigin")
    usable = max(painted, page.evaluate(BUSY_UNTIL))
    context.close()
    return {
        "data": painted,
        "usable": usable,
        "KiB": sum(sizes[:until]) / 1024,
        "requests": until,
        "more KiB": sum(sizes[until:]) / 1024,
        "more requests": len(sizes) - until,
    }


def main() -> None:
    """Measure, print, keep."""
    asked = options(__doc__, samples=(4, 1, "loads of each"))
    report = Report(
        name=NAME,
        question="The first load of the overview with an empty cache: milliseconds until it can be used.",
        samples=f"{asked.samples} loads of each, in turns",
        columns=("which", *SPREAD, *COLUMNS),
        bias=(
            "By loopback, where bytes cost nothing: over a network they do. What is asked of other hosts (bull-board's "
            "fonts) is refused and not counted. A WebSocket's frames are not among the KiB."
        ),
    )
    with _browser.chromium() as browser:
        for kind, dashboards in by_work([RqLive(), *present(report)]).items():
            with Stage() as stage:
                work = kind(stage)
                work.start()
                work.seed(JOBS)
                found = in_turns(browser, stage, work, dashboards, asked.samples)
            for name, loads in found.items():
                cells = {column: [each[column] for each in loads] for column in loads[0]}
                rest = [spread(cells[column])[0] for column in COLUMNS]
                report.rows.append((name, *spread(cells["usable"]), *rest))
    report.finish()


def in_turns(browser, stage, work, dashboards: list[Dashboard], samples: int) -> dict[str, list[dict[str, float]]]:
    """Loads of each dashboard by its name."""
    found: dict[str, list[dict[str, float]]] = {}
    urls = {dashboard: dashboard.serve(stage).url for dashboard in dashboards}
    for dashboard, url in urls.items():
        dashboard.settle(url, work)
    time.sleep(1.0)
    for _ in range(samples):
        for dashboard, url in urls.items():
            page = dashboard.pages[OVERVIEW]
            shows = page.shows("", work.finished() - 1)["finished"]
            found.setdefault(dashboard.name, []).append(load(browser, url + page.path(""), shows))
    return found


if __name__ == "__main__":
    main()
