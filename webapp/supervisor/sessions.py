"""The processes of a session: who lives in it, and a signal to all of them. Knows nothing of what they are.

Each child of the supervisor leads a session of its own. A worker's horse leaves the worker's process group, but not its
session, and neither do the programs that a job starts: so nobody is missed, also where the leader itself was killed.
"""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")


def members(session: int) -> list[int]:
    """Pids of the living processes of a session; those that have ended and were not yet waited for are left out."""
    return [pid for pid in _pids() if _session(pid) == session and not _has_ended(pid)]


def send(session: int, number: signal.Signals) -> None:
    """Send a signal to every living process of a session."""
    for pid in members(session):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def send_to_leader(session: int, number: signal.Signals) -> None:
    """Send a signal to the leader of a session alone, if it lives."""
    if session in members(session):
        with contextlib.suppress(ProcessLookupError):
            os.kill(session, number)


def _pids() -> Iterator[int]:
    if (PROC / "self").exists():
        return (int(name) for name in os.listdir(PROC) if name.isdigit())
    listed = subprocess.run(["ps", "-axo", "pid="], capture_output=True, text=True, check=True).stdout
    return (int(pid) for pid in listed.split())


def _session(pid: int) -> int | None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        return os.getsid(pid)
    return None


def _has_ended(pid: int) -> bool:
    """Whether it is a zombie: nothing is left of it but its number."""
    if (PROC / "self").exists():
        with contextlib.suppress(OSError):
            return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] in "ZX"
        return True
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return not listed.strip() or listed.strip().startswith("Z")
