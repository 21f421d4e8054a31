"""A stock worker killed (-9) at each step of a job. What RQ makes of its job is RQ's; what pages say of it is ours."""

import contextlib
import os
import random
import signal
import time
from collections import Counter

from bench.faults import _account
from bench.faults._held import Held
from bench.faults._scene import Scene
from bench.faults._trial import SOON, Outcome, fault
from tests.processes import WorkerProcess, session_members
from tests.support import eventually


def killed_with_all(worker: WorkerProcess) -> None:
    """The worker and the process of its job, as when a machine dies."""
    for pid in session_members(worker.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    worker.wait()


def is_told(name: str, *states: str):
    """What a page says when it tells that the worker is in one of these states."""

    def check(held: Held) -> bool:
        worker = held.values("worker").get(name)
        return worker is not None and ("runs on" if worker["runs_on"] else worker["state"]) in states

    return check


@fault("killed between two jobs: every page calls it lost, its queue goes on with the others")
def worker_killed_idle(outcome: Outcome) -> None:
    with Scene(outcome) as scene:
        victim = scene.worker("victim", "victims")
        # One that dies before it was ever seen alive is given two seconds to subscribe, and three of silence.
        seen = scene.seconds_until(lambda: scene.every_page(is_told("victim", "idle")), "it is shown")
        with scene.breaking():
            killed_with_all(victim)
            told = scene.seconds_until(lambda: scene.every_page(is_told("victim", "lost")), "lost is told")
            scene.workers.remove(victim)
        report(outcome, f"every page called it lost after {told:.1f} s", told)
        outcome.remarks.append(f"every page showed it {seen:.2f} s after it listened")


@fault("killed in the middle of a job with the process of the job: called lost, the job stays as RQ says")
def worker_killed_with_horse(outcome: Outcome) -> None:
    with Scene(outcome) as scene:
        victim = scene.worker("victim", "victims")
        scene.enqueue("extra-0", "victims", "gated", "never")
        eventually(lambda: scene.ran("start")["extra-0"], 10)
        with scene.breaking():
            killed_with_all(victim)
            told = scene.seconds_until(lambda: scene.every_page(is_told("victim", "lost")), "lost is told")
            scene.workers.remove(victim)
        report(outcome, f"every page called it lost after {told:.1f} s", told)
        outcome.remarks.append(f"its job: {', '.join(_account.where(scene.redis, 'extra-0'))}; RQ fails it when its "
                               "heartbeat is overdue")  # fmt: skip


@fault("killed in the middle of a job that runs on: pages say so, and its end when it comes; it runs once")
def worker_killed_horse_runs_on(outcome: Outcome) -> None:
    with Scene(outcome) as scene:
        victim = scene.worker("victim", "victims")
        scene.enqueue("extra-0", "victims", "gated", "gate")
        eventually(lambda: scene.ran("start")["extra-0"], 10)
        with scene.breaking():
            victim.kill()
            told = scene.seconds_until(
                lambda: scene.every_page(is_told("victim", "runs on")), "that it runs on is told"
            )
            (scene.folder / "gate").touch()
            ends = scene.seconds_until(lambda: scene.every_page(
                lambda held: held.values("row")["extra-0"]["status"] == "finished"), "its end is told")  # fmt: skip
            scene.workers.remove(victim)
        report(
            outcome, f"every page said after {told:.1f} s that the job runs on, and its end {ends:.1f} s after it", told
        )


@fault(
    "30 kills within half a second of a job's coming, so before the fork, just forked, in the run and while it finishes"
)
def worker_killed_at_any_step(outcome: Outcome) -> None:
    ends: Counter = Counter()
    with Scene(outcome, tabs=6) as scene:
        with scene.breaking():
            for n in range(30):
                victim = scene.worker(f"victim-{n}", f"victims-{n}")
                scene.enqueue(f"victim-{n}", f"victims-{n}", "counted", 0.1)
                time.sleep(random.uniform(0, 0.5))
                killed_with_all(victim)
                scene.workers.remove(victim)
                ends[step(scene, f"victim-{n}")] += 1
            left = [f"victim-{n}" for n in range(30)]
            told = scene.seconds_until(lambda: scene.every_page(
                lambda held: all(is_told(name, "lost")(held) for name in left)), "all are called lost", 30)  # fmt: skip
        report(outcome, f"the last was called lost on every page {told:.1f} s after the last kill", told)
        outcome.remarks.append(f"killed {', '.join(f'{step} {count} times' for step, count in ends.most_common())}")
        outcome.remarks.append("what was taken and not begun is told of as stuck, and RQ's maintenance puts it back")


def step(scene: Scene, job_id: str) -> str:
    """At which step of its life the job was left."""
    places = _account.where(scene.redis, job_id)
    if any(place.endswith(":intermediate") for place in places):
        return "before the fork (taken, not begun)"
    started, ended = scene.ran("start")[job_id], scene.ran("end")[job_id]
    status = places[-1].removeprefix("status ")
    if status in ("finished", "queued"):
        return "after its end" if status == "finished" else "before it was taken"
    return "while it finished" if ended else "in its run" if started else "just forked (started, no run yet)"


def report(outcome: Outcome, text: str, told: float) -> None:
    outcome.remarks.append(text)
    if told > SOON:
        outcome.broken.append(f"{text}: later than {SOON:.0f} s")
