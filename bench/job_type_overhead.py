"""Jobs a second of one stock worker on a no-op, decorated with `@job_type` and plain, in pairs.

    python -m bench.job_type_overhead [--quick] [--pairs 15] [--jobs 100]

Two modules that differ in the decorator alone. The runs of a pair follow each other, one first and then the other. The
rate is that between the worker's own first start and last end.
"""

import subprocess
from datetime import datetime
from pathlib import Path

from rq import Queue

from bench._maths import SPREAD, interval, median, spread
from bench._report import Goal, Report, options
from bench._stage import Stage, worker_command
from tests.support import ROOT, clean_env

NAME = Path(__file__).stem
PLAIN, DECORATED = "bench_plain", "bench_decorated"
SOURCES = {
    PLAIN: "def noop() -> None:\n    return None\n",
    DECORATED: "from jobs import job_type\n\n\n@job_type\ndef noop() -> None:\n    return None\n",
}


def rate(stage: Stage, module: str, jobs: int) -> float:
    """Jobs a second of a fresh `rq worker --burst` on an empty Redis."""
    stage.redis.flushall()
    queue = Queue(connection=stage.redis)
    for _ in range(jobs):
        queue.enqueue(f"{module}.noop")
    # Bytecode is kept, as on any machine that has run a job before, but not in the tree.
    bytecode = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": stage.folder / "bytecode"}
    env = clean_env(bytecode | {"PYTHONPATH": f"{stage.folder}:{ROOT}"})
    subprocess.run(worker_command(stage.url, "--burst"), check=True, env=env, cwd=stage.folder)
    return _measured(stage, jobs)


def _measured(stage: Stage, jobs: int) -> float:
    pipe = stage.redis.pipeline(transaction=False)
    for job_id in stage.redis.zrange("rq:finished:default", 0, -1):
        pipe.hmget(b"rq:job:" + job_id, "started_at", "ended_at")
    times = [[datetime.fromisoformat(moment.decode()) for moment in reply] for reply in pipe.execute()]
    if len(times) != jobs:
        raise RuntimeError(f"{len(times)} of {jobs} jobs have finished.")
    return (jobs - 1) / (max(end for _, end in times) - min(start for start, _ in times)).total_seconds()


def main() -> None:
    """Measure, print, keep."""
    asked = options(__doc__, pairs=(15, 2, "pairs of runs"), jobs=(100, 30, "jobs of one run"))
    report = Report(
        NAME,
        question="What does it cost a worker that a function is a job type?",
        samples=f"{asked.pairs} pairs of {asked.jobs} jobs",
        columns=("which", *SPREAD),
        bias="No-ops that say nothing are the worst case: a job of 100 ms hides any of this.",
    )
    rates: dict[str, list[float]] = {PLAIN: [], DECORATED: []}
    with Stage() as stage:
        for module, source in SOURCES.items():
            (stage.folder / f"{module}.py").write_text(source)
            rate(stage, module, 20)
        for pair in range(asked.pairs):
            for module in (PLAIN, DECORATED)[:: 1 if pair % 2 else -1]:
                rates[module].append(rate(stage, module, asked.jobs))
    report.rows = [(f"{module}, jobs/s", *spread(found)) for module, found in rates.items()]
    ratios = [decorated / plain for plain, decorated in zip(rates[PLAIN], rates[DECORATED], strict=True)]
    report.rows.append(("ratio within a pair", *spread(ratios)))
    low, high = interval(ratios, median)
    text = f"median ratio, decorated by plain (95 % interval {low:.3f} to {high:.3f})"
    report.goals.append(Goal(text, median(ratios), 0.85, at_most=False))
    report.finish()


if __name__ == "__main__":
    main()
