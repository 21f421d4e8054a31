"""`python -m bench`: all measurements one after the other, and what became of their goals.

    python -m bench [--quick] [--write] [name …]

With `--write`, what was measured replaces `bench/RESULTS.md`. Takes about half an hour; leave the machine alone
meanwhile. Exits with 1 where a measurement failed or a goal was missed.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from bench._report import RESULTS, Report, load
from tests.support import ROOT

#: Name -> what `--quick` adds to its command line. Short ones first.
MEASUREMENTS = {
    "idle": ["--quick"],
    "lists": ["--quick"],
    "latency": ["--quick"],
    "tabs": ["--quick"],
    "throughput": ["--quick"],
    "job_type_overhead": ["--rounds", "2", "--jobs", "30"],
    "freshness": ["--quick"],
}
HEAD = """# Figures

Written by `make bench` (`python -m bench --write`); [README.md](README.md) says how to read them.
"""


def run(name: str, quick: bool) -> str | None:
    """Run one measurement in a process of its own; returns what it printed, None where it failed."""
    (RESULTS / f"{name}.json").unlink(missing_ok=True)
    command = [sys.executable, "-m", f"bench.{name}", *(MEASUREMENTS[name] if quick else [])]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    print(done.stdout, flush=True)
    return done.stdout if done.returncode == 0 else None


def section(name: str, printed: str) -> tuple[str, Report | None]:
    """(its part of RESULTS.md, its report where it keeps one)."""
    kept = RESULTS / f"{name}.json"
    if kept.exists():
        return printed, load(kept)
    return f"## {name}\n\n```\n{printed.strip()}\n```\n", None


def main() -> int:
    """Run, summarise; 0 where all is well."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="trials with tiny numbers; their figures mean nothing")
    parser.add_argument("--write", action="store_true", help="keep what was measured in bench/RESULTS.md")
    parser.add_argument("names", nargs="*", metavar="name", help=f"of: {', '.join(MEASUREMENTS)}")
    asked = parser.parse_args()
    if unknown := set(asked.names) - MEASUREMENTS.keys():
        parser.error(f"there is no {', '.join(sorted(unknown))}; choose from {', '.join(MEASUREMENTS)}")
    parts, missed = [HEAD], []
    for name in asked.names or MEASUREMENTS:
        printed = run(name, asked.quick)
        if printed is None:
            missed.append(f"{name}: it failed")
            continue
        part, report = section(name, printed)
        parts.append(part)
        if report is not None:
            missed += [f"{name}: {goal.text}: {goal.value:.3g}" for goal in report.goals if not goal.met]
    if asked.write:
        (Path(__file__).parent / "RESULTS.md").write_text("\n".join(parts))
    print("\n".join(["Missed:", *missed]) if missed else "All goals are met.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
