"""A host whose clock is five minutes off: of a worker, of a web process; and one frozen. Redis' own: `redis_server`."""

import contextlib
import os
import signal
import time

from bench.faults._load import ask
from bench.faults._scene import Scene
from bench.faults._trial import Outcome, fault
from tests.clock_off import seconds_off, why_not
from tests.processes import session_members
from tests.support import eventually


def says_lost(scene: Scene, name: str) -> bool:
    """Whether a page calls the worker anything but alive."""
    alive = ("idle", "busy", "started")
    return not scene.every_page(lambda held: held.values("worker").get(name, {"state": "idle"})["state"] in alive)


def of_worker(outcome: Outcome, minutes: int) -> None:
    outcome.skipped = why_not() or ""
    if outcome.skipped:
        return
    with Scene(outcome, workers=0) as scene:
        before = scene.ran("end").total()
        with scene.breaking():
            off = scene.worker("off", env=seconds_off(60 * minutes))
            end, lost = time.monotonic() + 8, False
            while time.monotonic() < end:
                lost |= says_lost(scene, "off")
                time.sleep(0.1)
            if lost:
                outcome.broken.append("a page called the living worker lost")
            if off.returncode is not None:
                outcome.broken.append(f"the worker ended: {off.output[-300:]}")
        stuck = ask(f"{scene.webs[0].url}/api/boards/stuck")[1]["value"]["kinds"]
        wrong = {kind["kind"]: kind["count"] for kind in stuck if kind["count"]}
        ran = scene.ran("end").total() - before
        outcome.remarks.append(f"{ran} jobs were run by it; told of as stuck: {wrong or 'nothing'}")
        job = ask(f"{scene.webs[0].url}/api/jobs/load-3")[1]["job"]
        after = (job["started_at"] - job["enqueued_at"]) / 1000
        outcome.remarks.append(f"a job of it shows started {after:+.0f} s after it was enqueued: the worker wrote that")


@fault("a worker's clock five minutes ahead: its jobs run, it is never called lost")
def worker_clock_ahead(outcome: Outcome) -> None:
    of_worker(outcome, 5)


@fault("a worker's clock five minutes behind: its jobs run, it is never called lost")
def worker_clock_behind(outcome: Outcome) -> None:
    of_worker(outcome, -5)


def of_web(outcome: Outcome, minutes: int) -> None:
    outcome.skipped = why_not() or ""
    if outcome.skipped:
        return
    with Scene(outcome) as scene:
        with scene.breaking():
            off = scene.web(**seconds_off(60 * minutes))
            scene.webs.append(off)
            for _ in range(12):
                scene.open(off)
            eventually(lambda: scene.telling(), 20, "pages of the third process tell the truth")
            scene.load.webs.append(off.url)
            time.sleep(3)
            body = {"type": "counted", "args": {"folder": str(scene.folder)}, "id": "extra-0", "in": 3600}
            assert ask(f"{off.url}/api/jobs", body)[0] == 201
            due = scene.redis.zscore("rq:scheduled:default", "extra-0") - scene.redis.time()[0]
            if abs(due - 3600) > 5:
                outcome.broken.append(f"a job that was asked for in 3,600 s is due in {due:.0f} s")
            now = ask(f"{off.url}/api/overview")[1]["as_of"] / 1000 - scene.redis.time()[0]
            if abs(now) > 3:
                outcome.broken.append(f"its values are stamped {now:+.0f} s from the time of Redis")
        outcome.remarks.append(f"a job that was asked for in 3,600 s is due in {due:.0f} s")


@fault(
    "a web host's clock five minutes ahead: its pages are as true as the others, what is asked for in an hour runs then"
)
def web_clock_ahead(outcome: Outcome) -> None:
    of_web(outcome, 5)


@fault("a web host's clock five minutes behind: the same")
def web_clock_behind(outcome: Outcome) -> None:
    of_web(outcome, -5)


@fault("a web process frozen (SIGSTOP) for 12 s: the others go on, its pages come back by themselves")
def web_paused(outcome: Outcome) -> None:
    with Scene(outcome) as scene, scene.breaking():
        pids = session_members(scene.webs[0].pid)
        for number in (signal.SIGSTOP, signal.SIGCONT):
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
            if number == signal.SIGSTOP:
                time.sleep(12)
