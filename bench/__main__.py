"""`python -m bench`: all measurements one after the other, and what became of their goals.

    python -m bench [--quick] [--write] [name …]

With `--write`, what was measured takes its place in `bench/RESULTS.md`, one after the other. All of it takes about an
hour; leave the machine alone meanwhile. Exits with 1 where a measurement failed or a goal was missed.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

from bench._report import RESULTS, Report, load
from tests.support import ROOT

#: RQ Live beside other dashboards, as `freshness` is.
PEERS = ("submit_click", "redis_load", "api_load", "deep_pages", "first_load", "cold_start")
#: Short ones first.
MEASUREMENTS = (
    "idle",
    "track",
    "lists",
    "search",
    "bulk",
    "latency",
    "first_visit",
    "page",
    "room",
    "tabs",
    "stalled",
    "overview",
    "pause",
    "throughput",
    "redis_cpu",
    "execution_models",
    "job_type_overhead",
    "submit",
    "costs",
    "freshness",
    *PEERS,
)
WRITTEN = Path(__file__).parent / "RESULTS.md"
HEAD = """# Figures

Written by `make bench` (`python -m bench --write`); [README.md](README.md) says how to read them.
"""


def with_section(text: str, name: str, section: str) -> str:
    """The figures of `text` with this measurement's in the place of those of before; "" for none. Pure.

    What is measured no more is left out.
    """
    sections = {part.partition("\n")[0]: f"## {part}" for part in text.split("\n## ")[1:]} | {name: section}
    parts = [sections.get(one, "").rstrip("\n") for one in MEASUREMENTS]
    return "\n\n".join(filter(None, [HEAD.rstrip("\n"), *parts])) + "\n"


def run(name: str, quick: bool) -> Report | None:
    """Run one measurement in a process of its own, which prints its table; None where it failed."""
    kept = RESULTS / f"{name}.json"
    kept.unlink(missing_ok=True)
    subprocess.run([sys.executable, "-m", f"bench.{name}", *(["--quick"] if quick else [])], cwd=ROOT, check=False)
    return load(kept) if kept.exists() else None


def main() -> int:
    """Run, summarise; 0 where all is well."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="trials with tiny numbers; their figures mean nothing")
    parser.add_argument("--write", action="store_true", help="keep what was measured in bench/RESULTS.md")
    parser.add_argument("names", nargs="*", metavar="name", help=f"of: {', '.join(MEASUREMENTS)}")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(MEASUREMENTS):
        parser.error(f"there is no {', '.join(sorted(unknown))}; choose from {', '.join(MEASUREMENTS)}")
    if asked.quick and asked.write:
        parser.error("figures of a trial are not kept; leave out --quick or --write")
    missed, began = [], time.monotonic()
    for name in asked.names or MEASUREMENTS:
        report = run(name, asked.quick)
        if asked.write:
            WRITTEN.write_text(with_section(WRITTEN.read_text(), name, report.markdown() if report else ""))
        if report is None:
            missed.append(f"{name}: it failed")
            continue
        missed += [f"{name}: {goal.text}: {goal.value:.3g}" for goal in report.goals if not goal.met]
    print(f"It took {(time.monotonic() - began) / 60:.0f} minutes.")
    print("\n".join(["Missed:", *missed]) if missed else "All goals are met.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
