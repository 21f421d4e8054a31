"""Clocks that are wrong: libfaketime, which Debian and Ubuntu have as `faketime`."""

from pathlib import Path

FOUND = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
#: What a process preloads; empty where it is not installed.
FAKETIME = str(FOUND[0]) if FOUND else ""
MISSING = "" if FAKETIME else "libfaketime is not here (apt install faketime)"


def minutes_off(minutes: float) -> dict[str, str]:
    """Environment of a process whose clock is off by so many minutes; its monotonic clock is right."""
    return {"LD_PRELOAD": FAKETIME, "FAKETIME": f"{minutes * 60:+.0f}s", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
