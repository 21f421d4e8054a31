"""`python -m bench.faults [name or family …]`: each fault in turn, then `bench/FAULTS.md`.

What was run before on this machine stays in the table until it is run again. Exits with 1 where a claim broke.
"""

import argparse
import signal
import sys
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path

import psutil

from bench._report import machine, versions
from bench.faults import (  # noqa: F401
    _trial,
    browser,
    clocks,
    disk,
    failover,
    hosts,
    operations_killed,
    redis_server,
    restarts,
    rq_versions,
    web_killed,
    worker_killed,
)
from bench.faults._trial import ALL, Fault, Outcome

HEAD = """# Faults

Written by `python -m bench.faults`; [faults.md](../docs/faults.md) says how to read it.
{machine}. {versions}.
"""


def run(fault: Fault) -> Outcome:
    """One fault, whatever becomes of it."""
    outcome = Outcome(fault.name, fault.family, fault.claim, at=f"{datetime.now(UTC):%Y-%m-%d %H:%M}")
    outcome.load = f"{psutil.cpu_percent(interval=0.5):.0f} %"
    began = time.monotonic()
    try:
        fault.run(outcome)
    except Exception as error:
        traceback.print_exc()
        outcome.broken.append(f"the trial itself broke: {type(error).__name__}: {str(error)[:300]}")
    print(f"{'BROKEN' if outcome.broken else (outcome.skipped and 'skipped') or 'holds'}  {fault.name}  "
          f"{time.monotonic() - began:.0f} s  {outcome}\n", flush=True)  # fmt: skip
    _trial.keep(outcome)
    return outcome


def main() -> int:
    """Run what was named, or all; 0 where every claim holds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="name", help="faults or families; all without any")
    asked = parser.parse_args().names
    known = ALL.keys() | {fault.family for fault in ALL.values()}
    if unknown := set(asked) - known:
        parser.error(f"there is no {', '.join(sorted(unknown))}; choose from {', '.join(sorted(known))}")
    chosen = [fault for fault in ALL.values() if not asked or {fault.name, fault.family} & set(asked)]
    # What was started ends with the trial, also where this process is told to end.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    outcomes = [run(fault) for fault in chosen]
    _trial.write(Path(__file__).parents[1] / "FAULTS.md", HEAD.format(machine=machine(), versions=versions()))
    broken = [outcome for outcome in outcomes if outcome.broken]
    for outcome in broken:
        print(f"{outcome.name}: {outcome.claim}", *outcome.broken, sep="\n  ")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
