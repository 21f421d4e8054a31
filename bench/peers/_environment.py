"""Where the programs of other dashboards are installed: one environment each under `var/bench/`, with pip or npm alone.

It is made once, and again when what is pinned changes. What cannot be installed is `Unavailable`, which ends nothing
but its own rows.
"""

import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

from tests.support import ROOT

HOME = ROOT / "var" / "bench"
#: What is started there beside a dashboard: a project of Django, an app of Celery, queues of BullMQ.
PROJECT = Path(__file__).parent / "project"
#: Seconds for one installation.
PATIENCE = 240


class Unavailable(Exception):
    """This dashboard cannot be compared with on this machine; says why."""


def python(name: str, packages: Sequence[str]) -> Path:
    """The folder of the programs of a virtual environment with `packages`. Raises Unavailable.

    The pip that is here installs there: ensurepip is missing on some machines.
    """
    home = HOME / name
    if not _is_made(home, packages):
        print(f"Installing {name} to compare with …", file=sys.stderr)
        venv.create(home, clear=True)
        pip = [sys.executable, "-m", "pip", "--python", str(home / "bin" / "python"), "--disable-pip-version-check"]
        _run([*pip, "install", "--quiet", *packages], home)
        _note(home, packages)
    return home / "bin"


def npm(name: str) -> Path:
    """A folder with `node_modules` as `project/package.json` pins them. Raises Unavailable."""
    for program in ("node", "npm"):
        if not shutil.which(program):
            raise Unavailable(f"{program} is not here; install Node 20 or newer with npm")
    home, wanted = HOME / name, (PROJECT / "package.json").read_text()
    if not _is_made(home, [wanted]):
        print(f"Installing {name} to compare with …", file=sys.stderr)
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        # Without a package.json of its own, npm would climb up to the project's.
        (home / "package.json").write_text(wanted)
        _run(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], home)
        _note(home, [wanted])
    return home


def _is_made(home: Path, packages: Sequence[str]) -> bool:
    note = home / "installed"
    return note.exists() and note.read_text() == "\n".join(packages)


def _note(home: Path, packages: Sequence[str]) -> None:
    (home / "installed").write_text("\n".join(packages))


def _run(command: list[str], folder: Path) -> None:
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        raise Unavailable(f"{command[0]} took longer than {PATIENCE} s to install it") from None
    except subprocess.CalledProcessError as error:
        said = (error.stderr or error.stdout).strip().splitlines() or ["nothing"]
        # Without addresses: what it says is kept in RESULTS.md, and where somebody installs from is theirs.
        last = re.sub(r"\w+://\S+", "…", said[-1])[:200]
        raise Unavailable(f"it could not be installed, and the installer said: {last}") from None
