"""What a turn of a loop costs more within `track()`, beside tqdm and rich.progress.

    python -m bench.track [--quick] [--turns 15] [--loop 1000000]

Each is run in a process of its own over the same `range`, in turns, beside the bare loop: `track` in a run whose stages
nobody reads, tqdm and rich with their defaults on a null device. These are installed once into `var/bench/`; where that
cannot be done, they are left out.
"""

import json
import subprocess
import sys
import venv
from pathlib import Path

from bench._maths import SPREAD, interval, median, spread
from bench._report import Goal, Report, options
from tests.support import ROOT, clean_env

NAME = Path(__file__).stem
HOME = ROOT / "var" / "bench" / "track"
PACKAGES = ("tqdm==4.70.1", "rich==15.0.0")
OURS = "track"

#: Prints nanoseconds of a turn: the least of three loops, bare and shown.
LOOP = """
import json, sys, time
turns = int(sys.argv[1])
def seconds(made):
    best = 9.0
    for _ in range(3):
        over = made()
        began = time.perf_counter()
        for _ in over:
            pass
        best = min(best, time.perf_counter() - began)
    return best / turns * 1e9
bare = seconds(lambda: range(turns))
print(json.dumps([bare, seconds(lambda: shown(range(turns)))]))
"""
WAYS = {
    OURS: """
from jobs import _run, track
_run.current = _run.Run("bench", "5eeded00", lambda: None)
_run.current.changed = lambda: None
def shown(what):
    return track(what, "Reading")
""",
    "tqdm": """
from tqdm import tqdm
def shown(what):
    return tqdm(what, file=open("/dev/null", "w"))
""",
    "rich.progress": """
from rich.console import Console
from rich.progress import track
def shown(what):
    return track(what, console=Console(file=open("/dev/null", "w"), force_terminal=True))
""",
}


def peers() -> Path | None:
    """The Python that has tqdm and rich, installed if it is not there; None where that cannot be done."""
    python = HOME / "bin" / "python"
    if not (HOME / "done").exists():
        print("Installing tqdm and rich to compare with …", file=sys.stderr)
        venv.create(HOME, with_pip=True, clear=True)
        if subprocess.run([HOME / "bin" / "pip", "install", "--quiet", *PACKAGES], check=False).returncode:
            return None
        (HOME / "done").touch()
    return python


def turn(python: Path, way: str, loop: int) -> tuple[float, float]:
    """(nanoseconds of a bare turn, more in one that is shown)."""
    command = [python, "-c", WAYS[way] + LOOP, str(loop)]
    said = subprocess.run(command, cwd=ROOT, env=clean_env({}), capture_output=True, text=True, check=True).stdout
    bare, shown = json.loads(said.splitlines()[-1])
    return bare, shown - bare


def main() -> None:
    """Measure, print, keep."""
    asked = options(__doc__, turns=(15, 2, "processes of each"), loop=(1_000_000, 100_000, "turns of one loop"))
    report = Report(
        NAME,
        question="Nanoseconds that a turn of a loop takes more where its progress is shown.",
        samples=f"{asked.turns} processes of each, one after the other; in each the least of 3 loops of {asked.loop:,}",
        columns=("which", *SPREAD),
        bias="A body that does nothing is the worst case. tqdm and rich draw ten times a second, into nothing; track's "
        "courier, which writes to Redis as often from a thread of its own, does not run here.",
    )
    other = peers()
    pythons = {way: Path(sys.executable) if way == OURS else other for way in WAYS}
    ways = [way for way, python in pythons.items() if python]
    if other is None:
        report.notes.append("tqdm and rich could not be installed: they are left out.")
    found: dict[str, list[float]] = {"bare loop": [], **{way: [] for way in ways}}
    for number in range(asked.turns):
        for way in ways[:: 1 if number % 2 else -1]:
            bare, more = turn(pythons[way] or Path(), way, asked.loop)
            found[way].append(more)
            if way == OURS:
                found["bare loop"].append(bare)
    report.rows = [(which, *spread(values)) for which, values in found.items()]
    report.goals.append(Goal("track: nanoseconds more in a turn, median", median(found[OURS]), 100))
    for way in ways[1:]:
        ratios = [mine / theirs for mine, theirs in zip(found[OURS], found[way], strict=True)]
        low, high = interval(ratios, median)
        report.notes.append(f"track by {way}: {median(ratios):.2f} (95 % interval {low:.2f} to {high:.2f})")
    report.finish()


if __name__ == "__main__":
    main()
