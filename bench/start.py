"""From the start of the web process, as `make run` starts it, to its first answer.

python -m bench.start [--quick] [--starts 10]
"""

import time
from pathlib import Path

from bench._maths import SPREAD, p95, spread
from bench._report import Goal, Report, options
from bench._stage import Stage, cpu_seconds
from tests.processes import WebServer

NAME = Path(__file__).stem
#: Seconds between two questions whether it answers.
ASK_EVERY = 0.01


def start(stage: Stage) -> tuple[float, float]:
    """(seconds until /healthz answers, processor seconds that it took by then) of a fresh gunicorn."""
    began = time.monotonic()
    web = WebServer(stage.url, stage.folder, {"RQLIVE_OWN_REDIS": 1})
    try:
        while not stage.answers(f"{web.url}/healthz"):
            if web.returncode is not None:
                raise RuntimeError(web.output)
            time.sleep(ASK_EVERY)
        return time.monotonic() - began, cpu_seconds(web)
    finally:
        web.close()


def main() -> None:
    """Measure, print, keep."""
    asked = options(__doc__, starts=(10, 2, "starts"))
    report = Report(
        name=NAME,
        question="Seconds from the start of gunicorn to the first 200 of /healthz.",
        samples=f"{asked.starts} starts, one before that does not count",
        columns=("which", *SPREAD),
        bias="Compiled modules and compressed assets are there from an earlier start, and all files are in memory.",
    )
    with Stage() as stage:
        start(stage)
        found = [start(stage) for _ in range(asked.starts)]
    seconds, used = zip(*found, strict=True)
    report.rows = [("until it answers, s", *spread(seconds)), ("processor time, s", *spread(used))]
    report.goals = [Goal("p95 until it answers, s", p95(seconds), 1.5)]
    report.finish()


if __name__ == "__main__":
    main()
