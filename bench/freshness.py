"""From a worker's write of a job's state to its paint in a real Chromium: RQ Live in all modes of its feed, and others.

    python -m bench.freshness [--quick] [--samples 8]

Each dashboard has a Redis, a worker and a browser's page of its own, at its defaults. In each round RQ Live is seen at
one page after the other, and then the others at all their pages at once, since all that they do is to wait for their
next poll. A job is made, its page loaded, and then it is begun at a random moment. RQ Live is measured again in the two
other modes of its feed, without company.

Time begins for an end when Redis wrote it (RQ: the id of its result is Redis' time; BullMQ: the worker's stamp just
before; Celery: the task's own last moment), for a start with the worker's own stamp just before it writes: of the
execution where jobs are counted, of the job where its status is shown (a fork later).

A page that does not update by itself is watched for 30 s after the job has ended, and then reloaded.
"""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser

from bench import _browser
from bench._maths import SPREAD, p95, ratio_interval, spread
from bench._report import Goal, Report, options
from bench._shown import PATIENCE, Shown, one_by_one, together
from bench._stage import Stage
from bench.peers import present
from bench.peers._dashboard import JOB, LIST, OVERVIEW, ROW
from bench.peers.flower import Flower
from bench.peers.rq_dashboard import RqDashboard
from bench.peers.rq_live import RqLive

NAME = Path(__file__).stem
VIEWS = (OVERVIEW, LIST, ROW, JOB)
MODES = ("tracking", "keyspace", "sampling")
#: Seconds at most between two looks: of a feed that is told, and of one that samples.
TOLD, LOOKS = 0.0, 1.0
#: How many times later the p95 of others may at least be; their best page is meant.
TIMES = {RqDashboard.name: 60, Flower.name: 20}


def ours(stack: ExitStack, browser: Browser, mode: str) -> Shown:
    """RQ Live with its feed in `mode`."""
    settings = {"notify-keyspace-events": "KA"} if mode == "keyspace" else None
    stage = stack.enter_context(Stage(options=settings))
    dashboard = RqLive(f"RQ Live, feed by {mode}", RQLIVE_FEED=mode)
    return Shown(dashboard, stage, browser, LOOKS if mode == "sampling" else TOLD)


def updating(shown: Shown, updates: bool) -> list[str]:
    """Views of it that update by themselves, or that do not."""
    return [view for view, page in shown.dashboard.pages.items() if page.updates is updates]


def watch_in_vain(others: Sequence[Shown], seconds: float) -> list[tuple[str, str]]:
    """(view, dashboard) of pages on which the end of a job has not appeared for so long, but does after a reload."""
    found = []
    jobs = [(each, each.prepare(updating(each, False))) for each in others if updating(each, False)]
    time.sleep(1.0)
    for each, job in jobs:
        each.watch(job)
        each.begin(job)
        each.note_end(job)
    time.sleep(seconds)
    for each, job in jobs:
        for view in job.views:
            if not each.appears(job, view) and each.appears_after_reload(job, view):
                found.append((view, each.name))
        each.rest()
    return found


def goals(us: Shown, others: Sequence[Shown]) -> list[Goal]:
    """How many times later others are than RQ Live, by p95."""
    found = []
    for them in (each for each in others if each.name in TIMES):
        for view, late in them.seen.items():
            soon = us.seen[view]
            low, high = ratio_interval(late, soon, p95)
            text = f"{view}: times sooner than {them.name} at p95 (95 % interval {low:.0f} to {high:.0f})"
            found.append(Goal(text, p95(late) / p95(soon), TIMES[them.name], at_most=False))
    return found


def main() -> None:
    """Measure, print, keep."""
    asked = options(__doc__, samples=(8, 2, "jobs for each page"), watch=(30, 6, "seconds for pages that never update"))
    report = Report(
        name=NAME,
        question="Milliseconds from a worker's write of a job's state to its paint in Chromium.",
        samples=f"{asked.samples} jobs for each page, half as many in the other modes; starts and ends together",
        columns=("page", "which", "n", *SPREAD),
        bias=(
            "Browser, servers, Redis and workers share the machine; a job's start is measured while its worker forks. "
            "A page that polls every 2.5 s has a p95 near 2.4 s whatever the machine; ours depends on it. Pages of the "
            "others are open at the same time, which adds milliseconds to their seconds. Only RQ Live and rq-dashboard "
            "are measured at starts too."
        ),
    )
    with _browser.chromium() as browser, ExitStack() as stages:
        us = ours(stages, browser, MODES[0])
        others = [Shown(peer, stages.enter_context(Stage()), browser, peer.poll) for peer in present(report)]
        views = {each.name: updating(each, True) for each in others}
        never = watch_in_vain(others, asked.watch)
        for _ in range(asked.samples):
            one_by_one(us, VIEWS)
            together(others, views)
            for each in others:
                each.rest()
        everybody = [us]
        for mode in MODES[1:]:
            with ExitStack() as alone:
                everybody.append(ours(alone, browser, mode))
                for _ in range((asked.samples + 1) // 2):
                    one_by_one(everybody[-1], VIEWS)
    painted = sum(sum(each.missed.values()) for each in everybody)
    everybody += others
    for view in VIEWS:
        report.rows += [
            (view, each.name, len(each.seen[view]), *spread(each.seen[view])) for each in everybody if view in each.seen
        ]
        report.rows += [(view, name, 1, "never", "-", "-", "-") for at, name in never if at == view]
    report.goals += [*goals(us, others), Goal("states that RQ Live never painted", painted, 0)]
    report.notes.append(
        f"never: the page does not update by itself. It was watched for {asked.watch} s and showed the end of the job "
        "after a reload."
    )
    if missed := [f"{each.name}, {view}: {n}" for each in others for view, n in each.missed.items()]:
        report.notes.append(f"States not painted within {PATIENCE // 1000} s: {'; '.join(missed)}.")
    report.finish()


if __name__ == "__main__":
    main()
