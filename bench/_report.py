"""What every measurement ends in: a table with machine, versions, N, goals and bias, and the same as JSON.

Its maths is in `_maths.py`. No servers and no clients here.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from tests.support import ROOT
from webapp.local_redis import server_binary

#: Where the figures of the last run lie, one file per measurement; not part of the repository.
RESULTS = ROOT / "var" / "bench"
#: Percent of the processors that others use, beyond which figures are not worth much.
BUSY = 15.0
PACKAGES = ("rq", "redis", "hiredis", "flask", "flask-sock", "gunicorn", "gevent")


@dataclass
class Goal:
    """One promise and what became of it."""

    text: str
    value: float
    limit: float
    #: True: `value` may be at most `limit`; False: it must be at least that.
    at_most: bool = True

    @property
    def met(self) -> bool:
        return self.value <= self.limit if self.at_most else self.value >= self.limit


@dataclass
class Report:
    """One measurement. `columns` and `rows` are its table; the first cell of a row names it."""

    name: str
    question: str
    samples: str
    columns: Sequence[str]
    bias: str
    rows: list[Sequence[Any]] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    machine: str = ""
    versions: str = ""
    at: str = ""
    load: str = ""

    def __post_init__(self) -> None:
        self.machine = self.machine or machine()
        self.versions = self.versions or versions()
        self.at = self.at or datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
        self.load = self.load or self._look_around()

    def _look_around(self) -> str:
        """How busy the machine is with other things. Takes a second, before anything is started."""
        others = psutil.cpu_percent(interval=1.0)
        if others > BUSY:
            self.notes.append("The machine was busy with other things: these figures say little.")
        return f"{others:.0f} % busy before"

    def finish(self) -> None:
        """Print the table, and keep it as JSON in RESULTS."""
        RESULTS.mkdir(parents=True, exist_ok=True)
        (RESULTS / f"{self.name}.json").write_text(json.dumps(asdict(self), indent=1) + "\n")
        print(self.markdown(), flush=True)

    def markdown(self) -> str:
        """The report as a section of Markdown."""
        cells = [[_shown(cell) for cell in row] for row in (self.columns, *self.rows)]
        widths = [max(len(row[at]) for row in cells) for at in range(len(self.columns))]
        padded = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in cells]
        lines = [f"| {' | '.join(row)} |" for row in padded]
        lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
        goals = [
            f"- {'met' if goal.met else 'MISSED'}: {goal.text}: {_shown(goal.value)} "
            f"({'at most' if goal.at_most else 'at least'} {_shown(goal.limit)})"
            for goal in self.goals
        ]
        facts = f"{self.at} · {self.machine} · {self.load} · {self.versions}"
        notes = "\n".join(f"- {note}" for note in self.notes)
        parts = [f"## {self.name}", self.question, "\n".join(lines), "\n".join(goals), notes]
        parts += [f"N: {self.samples}", f"Bias: {self.bias}", facts]
        return "\n\n".join(part for part in parts if part) + "\n"


def load(path: Path) -> Report:
    """A report as `finish` kept it."""
    kept = json.loads(path.read_text())
    return Report(**{**kept, "goals": [Goal(**goal) for goal in kept["goals"]]})


def options(question: str | None, **numbers: tuple[int, int, str]) -> argparse.Namespace:
    """Command line options: each number is (usual, with --quick, what it counts)."""
    parser = argparse.ArgumentParser(description=question)
    parser.add_argument("--quick", action="store_true", help="a trial with tiny numbers; its figures mean nothing")
    for name, (usual, quick, help_text) in numbers.items():
        parser.add_argument(f"--{name}", type=int, help=f"{help_text} (default {usual}, with --quick {quick})")
    found = parser.parse_args()
    for name, (usual, quick, _) in numbers.items():
        if getattr(found, name) is None:
            setattr(found, name, quick if found.quick else usual)
    return found


def machine() -> str:
    """Processor, cores and system in a few words."""
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        models = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line]
        name = models[0] if models else name
    return f"{name}, {os.cpu_count()} cores, {platform.system()} {platform.release()}"


def versions() -> str:
    """Versions of what takes part in every measurement."""
    server = subprocess.run([str(server_binary()), "--version"], capture_output=True, text=True, check=True).stdout
    found = [f"{name} {importlib.metadata.version(name)}" for name in PACKAGES]
    return f"Python {platform.python_version()}, {' '.join(server.split()[:3])}, {', '.join(found)}"


def _shown(value: Any) -> str:
    if not isinstance(value, float):
        return str(value)
    if value != value:
        return "-"
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"
