"""Thousands of tabs on one web process, a number that changes ten times a second, beside a bare feed.

    python -m bench.tabs [--quick] [--tabs 1000] [--many 4000] [--changes 100]

Every tab has the overview open; another client pushes a job onto a queue, and the number of waiting jobs changes.
Meanwhile plain HTTP is asked for /healthz. RQ Live and the prototype have a Redis each, run at the same time, and take
turns of 2.5 s.
"""

import threading
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from bench import _seed
from bench._maths import SPREAD, flat, p95, ratio_interval, spread
from bench._report import Goal, Report, options
from bench._stage import Stage, cpu_seconds, shared_out_kib
from bench._tabs import Group, Tabs, latencies
from bench.prototype import JOB, QUEUE
from tests.processes import WebServer

NAME = Path(__file__).stem
MARK = '"queued":'
RATE = 10.0
#: Changes of one turn.
TURN = 25
#: Seconds between two requests for /healthz.
ASK_EVERY = 0.05


@dataclass
class Side:
    """RQ Live or the prototype, and what was seen of it."""

    stage: Stage
    web: WebServer
    group: Group
    written: dict[int, float] = field(default_factory=dict)
    health_ms: list[float] = field(default_factory=list)
    cpu: float = 0.0
    seconds: float = 0.0
    kib_before: float = 0.0
    kib_a_tab: float = 0.0
    #: of all of its processes, with all tabs
    mib: float = 0.0


def take_turn(side: Side, changes: int) -> None:
    """Push so many jobs at RATE, asking for /healthz meanwhile; then wait until the last must have come."""
    client, ended = side.stage.client(), threading.Event()
    asker = threading.Thread(target=_ask, args=(side, ended))
    asker.start()
    used, started = cpu_seconds(side.web), time.monotonic()
    for place in range(changes):
        time.sleep(max(0.0, started + place / RATE - time.monotonic()))
        number = max(side.written, default=0) + 1
        side.written[number] = time.monotonic()
        client.rpush(f"rq:queue:{QUEUE}", JOB)
    time.sleep(1.0)
    side.cpu += cpu_seconds(side.web) - used
    side.seconds += time.monotonic() - started
    ended.set()
    asker.join()


def _ask(side: Side, ended: threading.Event) -> None:
    while not ended.wait(ASK_EVERY):
        asked = time.monotonic()
        urllib.request.urlopen(f"{side.web.url}/healthz", timeout=10).close()
        side.health_ms.append((time.monotonic() - asked) * 1000)


def measure(ours: Stage, bare: Stage, tabs: int, changes: int) -> dict[str, tuple[Side, list[list[float]], int]]:
    """(what was seen, latencies in ms by change, lost) of each side."""
    for stage in (ours, bare):
        _seed.running(stage.redis, JOB)
    webs = {"RQ Live": (ours, ours.web(RQLIVE_MAX_SOCKETS=tabs + 100)), "bare prototype": (bare, bare.prototype())}
    watch = {"RQ Live": {"overview": True}, "bare prototype": None}
    sides = {}
    for name, (stage, web) in webs.items():
        group = Group(f"{web.url}/live", tabs, MARK, watch[name])
        sides[name] = Side(stage, web, group)
        with Tabs({name: Group(group.url, 1, MARK, group.watch)}):
            sides[name].kib_before = shared_out_kib(web)
    with Tabs({name: side.group for name, side in sides.items()}) as open_tabs:
        time.sleep(2.0)
        for side in sides.values():
            kib = shared_out_kib(side.web)
            side.kib_a_tab, side.mib = (kib - side.kib_before) / tabs, kib / 1024
        open_tabs.collect()
        for turn in range(0, changes, TURN):
            for side in list(sides.values())[:: 1 if turn % (2 * TURN) else -1]:
                take_turn(side, min(TURN, changes - turn))
        heard = open_tabs.collect()
    return {name: (side, *latencies(heard[name], side.written)) for name, side in sides.items()}


def main() -> None:
    """Measure, print, keep."""
    asked = options(
        __doc__,
        tabs=(1_000, 50, "open tabs of each"),
        many=(4_000, 100, "open tabs of each, the second time"),
        changes=(100, 10, "changes of each"),
    )
    report = Report(
        name=NAME,
        question=f"Milliseconds from just before a write to the frame, {RATE:.0f} changes a second.",
        samples=f"{asked.changes} changes of each, each heard by all tabs",
        columns=("tabs, which", *SPREAD, "lost", "/healthz p95", "KiB a tab", "MiB in all", "CPU ms a change"),
        bias=(
            "All tabs are one process on the same machine, which reads and stamps them one after the other, and takes "
            "them apart later; RQ Live and the prototype are open at once, and take turns. Memory is PSS. "
            "A frame that brings a later number counts for the earlier one too: RQ Live tells the present."
        ),
    )
    for tabs, most in ((asked.tabs, 40.0), (asked.many, 300.0)):
        with Stage() as ours, Stage() as bare:
            found = measure(ours, bare, tabs, asked.changes)
        for name, (side, groups, lost) in found.items():
            cpu = 1000 * side.cpu / len(side.written)
            report.rows.append(
                (f"{tabs}, {name}", *spread(flat(groups)), lost, p95(side.health_ms), side.kib_a_tab, side.mib, cpu)
            )
        (side, ours_ms, lost), (_, bare_ms, _) = found["RQ Live"], found["bare prototype"]
        report.goals += [
            Goal(f"{tabs} tabs: p95, ms", p95(flat(ours_ms)), most),
            Goal(f"{tabs} tabs: numbers that never came to a tab", lost, 0),
            Goal(f"{tabs} tabs: p95 of /healthz meanwhile, ms", p95(side.health_ms), 250.0),
            Goal(f"{tabs} tabs: KiB a tab", side.kib_a_tab, 40.0),
        ]
        ratio, (low, high) = p95(flat(ours_ms)) / p95(flat(bare_ms)), ratio_interval(ours_ms, bare_ms, p95)
        report.notes.append(f"{tabs} tabs: p95 by the prototype's: {ratio:.2f} (95 % interval {low:.2f} to {high:.2f})")
        if tabs == asked.tabs:
            report.goals.append(Goal(f"{tabs} tabs: MiB of the web process in all", side.mib, 120.0))
    report.finish()


if __name__ == "__main__":
    main()
