"""From the click that submits a job to the paint that shows it, in a real Chromium: RQ Live and what else has a form.

    python -m bench.submit_click [--quick] [--samples 8]

RQ Live: its form's Submit, until the job's page shows the job's state. bull-board: "Add" in its dialog "Add job", until
the list that lies behind shows the job. Flower: its API's send-task, asked by its own page since there is no
form, until that page counts the task as succeeded. The others have nothing to submit with.
"""

import json
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

from bench import _browser
from bench._maths import SPREAD, p95, ratio_interval, spread
from bench._report import Goal, Report, options
from bench._stage import Stage
from bench.peers import Dashboard, present
from bench.peers._dashboard import says
from bench.peers._work import Work
from bench.peers.bull_board import BullBoard
from bench.peers.flower import CeleryWork, Flower
from bench.peers.rq_live import RqLive

NAME = Path(__file__).stem
OURS = RqLive()
PATIENCE = 20_000
#: Seconds for a page to come to rest.
SETTLE = 0.5
#: RQ Live is so many times sooner, at least.
TIMES = 20
#: When the browser had the click, epoch milliseconds.
STAMP = """
() => {
  const note = (event) => { window.clicked = performance.timeOrigin + event.timeStamp; };
  document.addEventListener("click", note, { capture: true, once: true });
}
"""
BULL_JOBS = "[...document.querySelectorAll('a[href^=\"/queue/default/\"]')].map((link) => link.href)"


@dataclass(frozen=True)
class Way:
    """How a job is submitted: `open` leads to the button, `click` presses it, `shows` holds when the job is visible."""

    open: Callable[[Page, str], None]
    click: Callable[[Page], None]
    shows: Callable[[Page, Work], str]
    note: str


def _open_form(page: Page, url: str) -> None:
    page.goto(f"{url}/submit/my_task", wait_until="networkidle")
    page.locator("#f-seconds").fill("0")


def _open_dialog(page: Page, url: str) -> None:
    page.goto(f"{url}/queue/default", wait_until="networkidle")
    page.locator("button[aria-haspopup=menu]").first.click()
    page.get_by_role("menuitem", name="Add job").click()
    page.locator("button[form=add-job-form]").wait_for()


def _send(page: Page) -> None:
    page.evaluate(
        """() => {
          window.clicked = Date.now();
          fetch("/api/task/send-task/sleep", { method: "POST", body: JSON.stringify({ args: [0] }) });
        }"""
    )


WAYS: dict[str, Way] = {
    OURS.name: Way(
        _open_form,
        lambda page: page.get_by_role("button", name="Submit", exact=True).click(),
        lambda page, work: "document.querySelector('dialog .chip[data-status]') !== null",
        "its form",
    ),
    BullBoard.name: Way(
        _open_dialog,
        lambda page: page.locator("button[form=add-job-form]").click(),
        lambda page, work: f"{BULL_JOBS}.some((job) => !{json.dumps(page.evaluate(BULL_JOBS))}.includes(job))",
        "its dialog",
    ),
    Flower.name: Way(
        lambda page, url: page.goto(f"{url}/workers", wait_until="load"),
        _send,
        lambda page, work: says("#workers-succeeded", work.finished() + 1),
        "its API",
    ),
}


def one(page: Page, url: str, work: Work, way: Way) -> float | None:
    """Milliseconds of one submission; None where the job did not show in time."""
    way.open(page, url)
    time.sleep(SETTLE)
    holds = way.shows(page, work)
    _browser.watch(page, {"job": holds})
    page.evaluate(STAMP)
    way.click(page)
    painted = _browser.painted_at(page, "job", PATIENCE)
    return None if painted is None else painted - page.evaluate("window.clicked")


def submitted(stage: Stage, browser: Browser, dashboard: Dashboard, samples: int) -> list[float | None]:
    """Milliseconds of each submission."""
    work = dashboard.work(stage)
    work.start()
    if dashboard is OURS:
        env = {"RQLIVE_REDIS_URL": stage.url, "RQ_REDIS_URL": stage.url}
        stage.run([sys.executable, "-m", "jobs", "publish"], env).wait(30)
    url = dashboard.serve(stage).url
    dashboard.beside(stage)
    dashboard.settle(url, work)
    page, found = browser.new_page(), []
    for _ in range(samples):
        found.append(one(page, url, work, WAYS[dashboard.name]))
        if isinstance(work, CeleryWork):
            work.heard(work.finished() + 1)
    page.close()
    return found


def main() -> None:
    """Measure, print, keep."""
    asked = options(__doc__, samples=(8, 2, "submissions to each"))
    report = Report(
        name=NAME,
        question="Milliseconds from the click that submits a job to the paint that shows it.",
        samples=f"{asked.samples} submissions to each; each form is loaded before",
        columns=("which", "by", "n", *SPREAD),
        bias=(
            "RQ Live goes on to the job's page. bull-board asks for its list at once when it has added a job, and "
            "paints it behind its dialog: no poll is measured. Flower's row includes that a worker has run the task. "
            "No figure includes the load of the form's page. Loopback: a network adds its round trips."
        ),
    )
    found: dict[str, list[float]] = {}
    peers = present(report)
    with _browser.chromium() as browser:
        for dashboard in (OURS, *peers):
            if dashboard.name not in WAYS:
                report.rows.append((dashboard.name, "nothing", 0, "no way to submit", "-", "-", "-"))
                continue
            with ExitStack() as ending:
                took = submitted(ending.enter_context(Stage()), browser, dashboard, asked.samples)
            found[dashboard.name] = values = [value for value in took if value is not None]
            report.rows.append((dashboard.name, WAYS[dashboard.name].note, len(values), *spread(values)))
            if len(values) < len(took):
                report.notes.append(
                    f"{dashboard.name}: {len(took) - len(values)} did not show in {PATIENCE // 1000} s."
                )
    ours = found.pop(OURS.name)
    for name, theirs in found.items():
        low, high = ratio_interval(theirs, ours, p95)
        text = f"times sooner than {name} at p95 (95 % interval {low:.0f} to {high:.0f})"
        report.goals.append(Goal(text, p95(theirs) / p95(ours), TIMES, at_most=False))
    report.finish()


if __name__ == "__main__":
    main()
