"""`python -m tests.attacks.unguarded [word …]`: takes the guards away, one by one, and sees each attack succeed.

Works in a copy of what git knows of. With words, only guards that have one of them in their names. Exits with 1 where
an attack was not noticed: a test that passes without its guard proves nothing.
"""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.attacks.guards import GUARDS, Guard
from tests.support import ROOT

#: What pytest answers where a test has failed; everything else is no answer.
FAILED = 1
#: Seconds after which a test that has not ended has failed.
ENDLESS = 240


@contextmanager
def without(guard: Guard, copy: Path) -> Iterator[None]:
    """The guard is away meanwhile."""
    file = copy / guard.file
    whole = file.read_text()
    assert whole.count(guard.present) == 1, f"{guard.file} has {guard.present!r} {whole.count(guard.present)} times"
    file.write_text(whole.replace(guard.present, guard.taken_away))
    try:
        yield
    finally:
        file.write_text(whole)


def copied(to: Path) -> None:
    """The project as it lies here, without what git does not know of."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.splitlines()):
        target = to / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)


def end_all_in(copy: Path) -> None:
    """End what the tests left behind. Not even a signal other than SIGKILL ends some of what the guards keep out."""
    for process in psutil.process_iter(["cwd"]):
        if process.info["cwd"] and Path(process.info["cwd"]).is_relative_to(copy):
            process.kill()


def attack(guard: Guard, copy: Path) -> tuple[bool, str]:
    """Whether a test fails without this guard, and what pytest said last."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *shlex.split(guard.tests)]
    # Compiled files are told apart by whole seconds: what is changed and put back within one would stay.
    env = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    shutil.rmtree(copy / "var", ignore_errors=True)
    with (
        without(guard, copy),
        subprocess.Popen(
            command,
            cwd=copy,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as running,
    ):
        try:
            said, _ = running.communicate(timeout=ENDLESS)
        except subprocess.TimeoutExpired:
            return True, "it never ends"
        finally:
            end_all_in(copy)
    last = (said.strip().splitlines() or [""])[-1]
    # An error alone is one of the scene, such as a server that was not up in time, and tells nothing.
    return running.returncode == FAILED and "failed" in last, last


def main(words: list[str]) -> int:
    chosen = [guard for guard in GUARDS if not words or any(word in guard.name for word in words)]
    unnoticed = 0
    with tempfile.TemporaryDirectory(prefix="rqlive-unguarded-") as folder:
        copied(Path(folder))
        for guard in chosen:
            began = time.monotonic()
            noticed, said = attack(guard, Path(folder))
            unnoticed += not noticed
            word = "fails" if noticed else "NOT NOTICED"
            print(f"{word:12} {guard.name:40} {time.monotonic() - began:4.0f} s  {said}", flush=True)
    print(f"{len(chosen) - unnoticed} of {len(chosen)} attacks succeed without their guard.")
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
