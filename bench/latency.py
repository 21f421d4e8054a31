"""From a write in Redis to the WebSocket frame that tells of it, with 1 and with 200 tabs, beside a bare feed.

    python -m bench.latency [--quick] [--changes 150]

Another client sets the progress of a job that every tab has open. RQ Live and the prototype have a Redis each and take
turns, a change every 0.12 s on the average.
"""

import random
import time
from pathlib import Path

from bench import _seed
from bench._maths import SPREAD, flat, p95, ratio_interval, spread
from bench._report import Goal, Report, options
from bench._stage import Stage
from bench._tabs import Group, Tabs, latencies
from bench.prototype import JOB

NAME = Path(__file__).stem
MARK = '"done":'
#: What a tab of RQ Live has open; every page watches the overview besides.
PAGES = {
    "job page": {"overview": True, "job": JOB, "log": {"job": JOB, "after": "0"}},
    "row of a list": {"overview": True, "rows": [JOB], "lists": ["default/"]},
}
TABS = (1, 200)


def changes(stages: dict[str, Stage], count: int) -> dict[str, dict[int, float]]:
    """Write `count` changes to each stage's job, in turns; (number -> monotonic seconds just before its write)."""
    written: dict[str, dict[int, float]] = {name: {} for name in stages}
    clients = {name: stage.client() for name, stage in stages.items()}
    start = int(time.time())
    for number in range(start, start + count):
        for name, client in random.sample(sorted(clients.items()), len(clients)):
            time.sleep(random.uniform(0.08, 0.16))
            value = _seed.progress(number)
            written[name][number] = time.monotonic()
            client.hset(f"rq:job:{JOB}", "live_progress", value)
    time.sleep(0.5)
    return written


def measure(tabs: int, page: str, count: int) -> dict[str, tuple[list[list[float]], int]]:
    """(latencies in ms by change, lost) of RQ Live and the prototype, each with so many tabs."""
    with Stage() as ours, Stage() as bare:
        for stage in (ours, bare):
            _seed.running(stage.redis, JOB)
        groups = {
            "RQ Live": Group(f"{ours.web().url}/live", tabs, MARK, PAGES[page]),
            "bare prototype": Group(f"{bare.prototype().url}/live", tabs, MARK),
        }
        with Tabs(groups) as open_tabs:
            stages = {"RQ Live": ours, "bare prototype": bare}
            changes(stages, 5)
            open_tabs.collect()
            written = changes(stages, count)
            heard = open_tabs.collect()
    return {name: latencies(heard[name], written[name]) for name in groups}


def main() -> None:
    """Measure, print, keep."""
    asked = options(__doc__, changes=(150, 10, "changes of each"))
    report = Report(
        name=NAME,
        question="Milliseconds from just before a write in Redis to the frame that tells of it, all tabs.",
        samples=f"{asked.changes} changes of each, each heard by every tab",
        columns=("tabs, page", "which", *SPREAD, "lost"),
        bias=(
            "Tabs, server and Redis share the machine, and 200 tabs are one process that reads one after the other. "
            "The prototype reads two keys and checks nothing; RQ Live also reads the overview, the log and the lists."
        ),
    )
    for tabs in TABS:
        for page in PAGES:
            found = measure(tabs, page, asked.changes)
            (ours, _), (bare, _) = found["RQ Live"], found["bare prototype"]
            report.rows += [
                (f"{tabs}, {page}", name, *spread(flat(groups)), lost) for name, (groups, lost) in found.items()
            ]
            ratio, (low, high) = p95(flat(ours)) / p95(flat(bare)), ratio_interval(ours, bare, p95)
            text = f"p95 with {tabs} tabs, {page}, by the prototype's (95 % interval {low:.2f} to {high:.2f})"
            report.goals.append(Goal(text, ratio, 2.0))
    report.finish()


if __name__ == "__main__":
    main()
