"""Commands to Redis a second that dashboards cause with 20 tabs open, idle and at 100 jobs a second.

    python -m bench.redis_load [--quick] [--seconds 6]

A tab of a dashboard that polls is its page's own request, again as long after each answer as the page waits; a tab of
RQ Live is a WebSocket that watches what its overview watches. The dashboard's processes reach Redis through a door that
counts their commands, so that those of the workers, which are many more, are not among them.
"""

import time
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench._counter import Counter
from bench._polls import Polls
from bench._report import Goal, Report, options
from bench._stage import Stage
from bench._tabs import Group, Tabs
from bench.idle import PAGES
from bench.peers import Dashboard, by_work, present
from bench.peers._work import QUEUES, Work
from bench.peers.flower import Flower
from bench.peers.rq_dashboard import RqDashboard
from bench.peers.rq_live import RqLive

NAME = Path(__file__).stem
OURS = RqLive()
TABS = 20
#: Jobs a second.
RATE = 100
#: Finished jobs of each queue.
JOBS = 200
#: Seconds after the tabs have been opened: first looks are no idling.
SETTLE = 4.0
IDLE, BUSY = "idle", f"{RATE} jobs/s"
#: RQ Live's commands by those of rq-dashboard, at most.
SHARE = {IDLE: 1 / 50, BUSY: 1 / 10}


def tabs(dashboard: Dashboard, url: str) -> AbstractContextManager:
    """Its overview, open so many times."""
    if dashboard is OURS:
        return Tabs({"tabs": Group(f"{url}/live", TABS, '"', PAGES["overview"])})
    return Polls(url + dashboard.overview, dashboard.poll, TABS)


@dataclass(frozen=True)
class Rates:
    """What came to Redis a second."""

    own: float
    #: Commands of all, the workers' too; PUBLISH among them.
    total: float
    published: float
    #: Jobs that were submitted.
    jobs: float


def measure(stage: Stage, work: Work, counter: Counter, seconds: float) -> dict[str, Rates]:
    """Idle and at work, for so long each."""
    found = {}
    for state in (IDLE, BUSY):
        before, began = (counter.commands, *_totals(stage)), time.monotonic()
        if state == BUSY:
            work.feed(RATE, seconds)
        else:
            time.sleep(seconds)
        took, after = time.monotonic() - began, (counter.commands, *_totals(stage))
        rates = ((late - early) / took for early, late in zip(before, after, strict=True))
        found[state] = Rates(*rates, jobs=RATE * seconds / took if state == BUSY else 0.0)
    return found


def _totals(stage: Stage) -> tuple[int, int]:
    """Commands so far, and those of PUBLISH."""
    info = stage.redis.info("everything")
    return info["total_commands_processed"], info.get("cmdstat_publish", {"calls": 0})["calls"]


def caused(work_kind: type[Work], dashboard: Dashboard | None, seconds: float) -> dict[str, Rates]:
    """While its tabs are open; None: the workers alone."""
    with Stage() as stage, Counter(stage.tcp_url) as counter, ExitStack() as ending:
        work = work_kind(stage)
        work.start(busy=True)
        for queue in QUEUES:
            work.seed(JOBS, queue)
        if dashboard:
            stage.counted_url = counter.url
            running = dashboard.serve(stage)
            ending.callback(stage.end, running.process)
            dashboard.beside(stage)
            dashboard.settle(running.url, work)
            open_tabs = ending.enter_context(tabs(dashboard, running.url))
            time.sleep(SETTLE)
        found = measure(stage, work, counter, seconds)
        if dashboard and getattr(open_tabs, "wrong", 0):
            raise RuntimeError(f"{dashboard.name} gave {open_tabs.wrong} wrong answers")
        return found


def main() -> None:
    """Measure, print, keep."""
    asked = options(__doc__, seconds=(6, 3, "length of one measurement"))
    report = Report(
        name=NAME,
        question=f"Commands to Redis a second, with {TABS} tabs open on the overview; {len(QUEUES)} queues.",
        samples=f"one interval of {asked.seconds} s each",
        columns=("which", "polls every s", f"{IDLE}, commands/s", f"{BUSY}, commands/s", "jobs/s reached"),
        bias=(
            f"In {asked.seconds} s a command more or less is {1 / asked.seconds:.2f}/s. A command is counted, however "
            "much it costs and however many come in one round trip; what a script does inside counts as one. RQ's "
            "workers do not fork here, to reach the rate. What workers send because a dashboard wants it is not in its "
            "row: Celery's events for Flower, see below."
        ),
    )
    found: dict[str, dict[str, Rates]] = {}
    for kind, dashboards in by_work([OURS, *present(report)]).items():
        alone = caused(kind, None, asked.seconds)
        cells = [*(rates.total for rates in alone.values()), alone[BUSY].jobs]
        report.rows.append((f"{kind.name}: workers and {RATE} jobs/s alone", "-", *cells))
        for dashboard in dashboards:
            if not dashboard.poll and dashboard is not OURS:
                report.rows.append((dashboard.name, "never", 0, 0, "-"))
                continue
            found[dashboard.name] = rates = caused(kind, dashboard, asked.seconds)
            report.rows.append(
                (dashboard.name, dashboard.poll or "pushed", *(each.own for each in rates.values()), rates[BUSY].jobs)
            )
            if dashboard.name == Flower.name:
                more = rates[BUSY].published - alone[BUSY].published
                report.notes.append(f"At {RATE} jobs/s, Celery's worker sent {more:.0f} events/s for Flower.")
    if RqDashboard.name in found:
        for state, share in SHARE.items():
            ratio = found[OURS.name][state].own / found[RqDashboard.name][state].own
            report.goals.append(Goal(f"{state}: commands by those of {RqDashboard.name}", ratio, share))
    report.finish()


if __name__ == "__main__":
    main()
