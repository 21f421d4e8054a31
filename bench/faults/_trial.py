"""What a fault is, what is written down of it, and the table. No servers here."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bench._report import RESULTS, load

#: Where the last outcome of each fault lies; not part of the repository.
KEPT = RESULTS / "faults"
#: Seconds after the end of a fault within which all pages tell the truth.
SOON = 5.0


@dataclass
class Outcome:
    """What became of one fault. Times in seconds; None: does not apply, or never."""

    name: str = ""
    family: str = ""
    claim: str = ""
    #: What status pills said, and how long after the fault began.
    pages: str = ""
    #: What requests were answered meanwhile.
    http: str = ""
    #: From the end of the fault until every page told the truth.
    truth_after: float | None = None
    jobs: int = 0
    lost: int = 0
    twice: int = 0
    #: What RQ itself, or Redis, made of jobs: not ours to prevent.
    theirs: str = ""
    remarks: list[str] = field(default_factory=list)
    #: What broke the claim; empty where it holds.
    broken: list[str] = field(default_factory=list)
    #: Why it was not run.
    skipped: str = ""
    at: str = ""
    load: str = ""


@dataclass(frozen=True)
class Fault:
    """One of them; `run` fills the outcome in."""

    name: str
    family: str
    claim: str
    run: Callable[[Outcome], None]


ALL: dict[str, Fault] = {}


def fault(claim: str) -> Callable[[Callable[[Outcome], None]], Callable[[Outcome], None]]:
    """Register a function as a fault with its claim in words."""

    def register(run: Callable[[Outcome], None]) -> Callable[[Outcome], None]:
        name, family = run.__name__, run.__module__.rpartition(".")[2]
        assert name not in ALL, name
        ALL[name] = Fault(name, family, claim, run)
        return run

    return register


def keep(outcome: Outcome) -> None:
    """For the table of later runs."""
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / f"{outcome.name}.json").write_text(json.dumps(asdict(outcome), indent=1) + "\n")


def kept(name: str) -> Outcome | None:
    """The last outcome of this fault, if it was ever run here."""
    path = KEPT / f"{name}.json"
    return Outcome(**json.loads(path.read_text())) if path.exists() else None


def markdown(outcomes: list[Outcome]) -> str:
    """The tables, a family each, with what broke a claim below."""
    parts = []
    for family in dict.fromkeys(outcome.family for outcome in outcomes):
        mine = [outcome for outcome in outcomes if outcome.family == family]
        lines = [f"## {family.replace('_', ' ').capitalize()}\n", HEAD, RULE, *map(_row, mine)]
        notes = [f"- `{one.name}`: {text}" for one in mine for text in (*one.broken, *one.remarks)]
        parts.append("\n".join([*lines, *([""] if notes else []), *notes]))
    return "\n\n".join(parts) + "\n"


COLUMNS = ("fault", "holds", "what pages say", "what requests get meanwhile", "truth after s", "jobs", "lost", "twice")
HEAD = f"| {' | '.join((*COLUMNS, 'of RQ or Redis'))} |"
RULE = "|---" * (len(COLUMNS) + 1) + "|"


def _row(one: Outcome) -> str:
    if one.skipped:
        return f"| **{one.name}**: {one.claim} | not run: {one.skipped} | | | | | | | |"
    truth = "-" if one.truth_after is None else f"{one.truth_after:.1f}"
    cells = (f"**{one.name}**: {one.claim}", "NO" if one.broken else "yes", one.pages, one.http, truth)
    return f"| {' | '.join(map(str, (*cells, one.jobs, one.lost, one.twice, one.theirs)))} |"


def write(path: Path, head: str) -> None:
    """All that was ever run here, in the order in which it is registered, and the soak."""
    found = [outcome for name in ALL if (outcome := kept(name))]
    soak = RESULTS / "soak.json"
    path.write_text(f"{head}\n{markdown(found)}" + (f"\n{load(soak).markdown()}" if soak.exists() else ""))
