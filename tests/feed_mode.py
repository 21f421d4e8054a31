"""The mode of the feed in which everything is tested that does not choose one itself: RQLIVE_TEST_FEED, or the best."""

import os
from typing import Any

import pytest

#: What was asked for, "" for the default of whoever runs.
ASKED = os.environ.get("RQLIVE_TEST_FEED", "")
MODE = ASKED or "tracking"
#: Without notices a change is a second late, and runs are counted by the workers' counters alone: no arrivals, no
#: functions, no times (docs/operations.md).
needs_notices = pytest.mark.skipif(MODE == "sampling", reason="about what notices tell")
needs_tracking = pytest.mark.skipif(MODE != "tracking", reason="about client tracking")


def is_live(health: dict[str, Any]) -> bool:
    """Whether the feed works in that mode, and has proved it where a mode can."""
    feed = health["feed"]
    return feed["mode"] == MODE and bool(feed["proved_at"] or MODE == "sampling")
