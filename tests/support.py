"""What tests say in plain words: wait until it is so, a free port, an environment without the developer's own.

No fixtures here (they are in `conftest.py`), no servers (`servers.py`), no processes (`processes.py`).
"""

import json
import os
import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from tests import feed_mode

T = TypeVar("T")

ROOT = Path(__file__).resolve().parent.parent
#: Settings of the developer's shell that would change what a started process does.
FOREIGN = ("RQLIVE_", "RQ_", "REDIS_", "SENTINEL")
KNOBS = frozenset({"HOST", "PORT", "WORKERS", "NO_COLOR", "FORCE_COLOR"})


def eventually(fn: Callable[[], T], timeout: float = 10.0, message: str = "") -> T:
    """Call `fn` until it returns something true without an AssertionError; return that.

    Raises AssertionError with `message` and the last value, or the last AssertionError itself, after `timeout`
    seconds. `fn` is called at least once, and once more after the time is up.
    """
    end, pause = time.monotonic() + timeout, 0.005
    while True:
        late = time.monotonic() > end
        try:
            value = fn()
            if value:
                return value
        except AssertionError:
            if late:
                raise
        if late:
            raise AssertionError(f"not so within {timeout} s: {message or fn}; the last value was {value!r}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)


def page_words(lang: str) -> dict[str, Any]:
    """All texts of the page in one language: those of the first screen, and those of each part that comes later."""
    files = sorted((ROOT / "webapp/static/i18n").glob(f"*{lang}.json"))
    own = [file for file in files if file.name == f"{lang}.json" or not file.name.startswith("said.")]
    return {key: text for file in own for key, text in json.loads(file.read_text()).items()}


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def clean_env(extra: Mapping[str, object] | None = None) -> dict[str, str]:
    """The environment for a child process: this one without any setting of ours or RQ's, and then `extra`.

    With the mode of the feed in which all is tested that does not choose one itself, see tests/feed_mode.py.
    The project is importable in it, wherever the child starts.
    """
    own = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN) and name not in KNOBS}
    own["PYTHONPATH"] = str(ROOT)
    own["PYTHONUNBUFFERED"] = "1"
    # Nor the users that somebody has made here.
    own["RQLIVE_USERS_FILE"] = ""
    if feed_mode.ASKED:
        own["RQLIVE_FEED"] = feed_mode.ASKED
    return own | {name: str(value) for name, value in (extra or {}).items()}
