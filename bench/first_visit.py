"""A first visit: from the click until the Overview shows live figures and obeys, with nothing in the browser's cache.

    python -m bench.first_visit [--quick] [--visits 20]

Each visit is a new browser profile, to a page with 40 queues, 20 running jobs and 10,000 finished ones. It counts as
there when the figures have come by the socket and are painted, and when a click on *Jobs* right then is answered. Times
are those of the browser, from the start of the navigation.
"""

import time
from pathlib import Path

from playwright.sync_api import Browser, Page

from bench import _browser, _seed
from bench._maths import SPREAD, p95, spread
from bench._report import Goal, Report, options
from bench._stage import Stage, cpu_seconds

NAME = Path(__file__).stem
QUEUES, RUNNING, FINISHED = 40, 20, 10_000
GOAL_MS = 300
#: Milliseconds after which a visit is given up.
PATIENCE_MS = 20_000

#: Notes when the words were there, when the figures were painted as live ones, and when the answer to a click was.
WATCH = """() => {
  const marks = (window.marks = {});
  const now = () => performance.now();
  const painted = (run) => requestAnimationFrame(() => setTimeout(run, 0));
  const isLive = () => document.querySelector("[data-testid=status][data-live=true]")
    && document.querySelector("[data-testid=kpi-started] .value")?.textContent === "%d";
  const isThere = () => document.querySelector('.nav a[href$="/jobs"][aria-current=page]');
  const look = () => {
    if (!marks.words && document.querySelector(".sidebar")) marks.words = now();
    if (!isLive()) return;
    observer.disconnect();
    painted(() => {
      marks.live = now();
      document.querySelector('.nav a[href$="/jobs"]').click();
      painted(() => (marks.clicked = isThere() ? now() : Infinity));
    });
  };
  const observer = new MutationObserver(look);
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
}"""
REQUESTS = """() => performance.getEntriesByType("resource").filter(({ startTime }) => startTime < marks.live).length"""
STEPS = {"words": "the frame of the page", "live": "live figures, painted", "clicked": "the first click, answered"}


def seed(stage: Stage) -> None:
    """An installation at work."""
    for number in range(QUEUES):
        _seed.finished(stage.redis, FINISHED // QUEUES, f"done-{number}", queue=f"queue-{number:02d}")
    ids = [f"busy-{number}" for number in range(RUNNING)]
    for job_id in ids:
        _seed.running(stage.redis, job_id)
    stage.redis.zadd("rq:wip:default", {f"{job_id}:5eeded00": time.time() + _seed.YEAR for job_id in ids})


def visit(browser: Browser, url: str) -> dict[str, float]:
    """When each step was reached, milliseconds; `requests` before the figures; `cpu`: of the page's thread, ms."""
    context = browser.new_context(viewport={"width": 1280, "height": 830})
    page: Page = context.new_page()
    metrics = context.new_cdp_session(page)
    metrics.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.add_init_script(f"({WATCH % RUNNING})()")
    page.goto(url, wait_until="commit")
    page.wait_for_function("() => window.marks?.clicked", timeout=PATIENCE_MS)
    spent = {metric["name"]: metric["value"] for metric in metrics.send("Performance.getMetrics")["metrics"]}
    found = page.evaluate("() => marks") | {"requests": page.evaluate(REQUESTS), "cpu": spent["TaskDuration"] * 1000}
    context.close()
    return found


def main() -> None:
    """Measure, print, keep."""
    asked = options(__doc__, visits=(20, 3, "visits, each in a new profile"))
    report = Report(
        name=NAME,
        question="Milliseconds from the start of a first visit, with nothing cached.",
        samples=f"{asked.visits} visits, each in a new profile of the same Chromium",
        columns=("step", *SPREAD),
        bias=(
            "On loopback a round trip costs nothing; browser, server and Redis share the cores, and processor time is "
            "what counts. A new profile begins with a warm browser: its start is not part of it."
        ),
    )
    with _browser.chromium() as browser, Stage() as stage:
        seed(stage)
        web = stage.web()
        stage.operations()
        visit(browser, web.url)
        before = cpu_seconds(web)
        visits = [visit(browser, web.url) for _ in range(asked.visits)]
        served = (cpu_seconds(web) - before) / len(visits) * 1000
    report.rows += [(text, *spread([seen[step] for seen in visits])) for step, text in STEPS.items()]
    report.rows.append(("processor time of the page by then", *spread([seen["cpu"] for seen in visits])))
    report.rows.append(("requests before the figures, number", *spread([seen["requests"] for seen in visits])))
    report.notes.append(f"Processor time of the web process for each visit: {served:.0f} ms")
    report.goals.append(Goal("p95 until a click is answered, ms", p95([seen["clicked"] for seen in visits]), GOAL_MS))
    report.finish()


if __name__ == "__main__":
    main()
