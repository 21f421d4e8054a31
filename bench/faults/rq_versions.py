"""Workers of two versions of RQ at once on one queue."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from bench.faults._held import Held
from bench.faults._scene import Scene
from bench.faults._trial import Outcome, fault
from tests.processes import Process
from tests.support import ROOT, eventually

OLD = "2.12.0"
PLACE = ROOT / "var" / "faults" / f"rq-{OLD}"


def old_python() -> Path | None:
    """A Python that has the old version, installed once; None where that fails."""
    python = PLACE / "bin" / "python"
    if not (PLACE / "bin" / "rq").exists():
        subprocess.run([sys.executable, "-m", "venv", str(PLACE)], check=True)
        if subprocess.run([python, "-m", "pip", "install", "--quiet", f"rq=={OLD}"], check=False).returncode:
            return None
    return python


def is_of(name: str, version: str) -> Callable[[Held], bool]:
    """Whether a page shows this worker with this version."""
    return lambda held: held.values("worker").get(name, {}).get("version") == version


@fault(f"a worker of RQ {OLD} and one of 3.0 on one queue, ended in turn and started again: each job runs once")
def two_versions(outcome: Outcome) -> None:
    python = old_python()
    if python is None:
        outcome.skipped = f"rq {OLD} could not be installed"
        return
    with Scene(outcome, workers=1) as scene:
        with scene.breaking():
            for n in range(2):
                command = [str(python), str(python.with_name("rq")), "worker", "-u", scene.url, "-n", f"old-{n}"]
                old = Process([*command, "--quiet", "default"], scene.folder)
                scene.processes.append(old)
                eventually(lambda n=n: scene.redis.hget(f"rq:worker:old-{n}", "state"), 20, "the old worker listens")
                shown = scene.seconds_until(lambda n=n: scene.every_page(is_of(f"old-{n}", OLD)), "it is shown")
                eventually(lambda n=n: int(scene.redis.hget(f"rq:worker:old-{n}", "successful_job_count") or 0) > 5, 30)
                new = scene.workers[0]
                if not n:
                    new.stop()
                    scene.workers.remove(new)
                    scene.worker("new-again")
                    old.stop()
        counts = {
            name: scene.redis.hget(f"rq:worker:{name}", "successful_job_count") for name in ("old-1", "new-again")
        }
        outcome.remarks.append(f"shown with its version after {shown:.1f} s; jobs run by each at the end: "
                               f"{ {name: int(count or 0) for name, count in counts.items()} }")  # fmt: skip
