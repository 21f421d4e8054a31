"""The jobs of a trial. Each run leaves lines in a file, which no fault of Redis takes back: so a second run is seen.

Only stdlib and rq: workers of any version import it.
"""

import os
import time

from rq import get_current_job


def note(folder: str, word: str) -> None:
    """One line, written whole even where several processes write."""
    line = f"{get_current_job().id} {word} {os.getpid()}\n".encode()
    file = os.open(f"{folder}/runs", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(file, line)
    finally:
        os.close(file)


def counted(folder: str, seconds: float = 0.02) -> str:
    """Takes so long, and counts its runs."""
    note(folder, "start")
    time.sleep(seconds)
    note(folder, "end")
    return "done"


def gated(folder: str, gate: str, limit: float = 60.0) -> str:
    """Runs until the file `gate` is in the folder."""
    note(folder, "start")
    end = time.monotonic() + limit
    while not os.path.exists(f"{folder}/{gate}") and time.monotonic() < end:
        time.sleep(0.02)
    note(folder, "end")
    return "done"
