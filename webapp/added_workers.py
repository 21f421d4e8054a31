"""Workers that are added from the page: what the web process asks and `make run` obeys. Pure, no I/O.

What a page sends ends as arguments of a program, never as words of a shell: both sides check it here.
"""

import re
from typing import Any

QUEUES_MAX = 20
#: RQ joins the names with commas. A name that begins with a dash would be read as an option.
QUEUE = re.compile(r"[^\s,\x00-\x1f\x7f\-][^\s,\x00-\x1f\x7f]{0,99}")
ID = re.compile(r"([0-9a-f]{12})-[0-9a-f]{6}")

#: asked: not taken up yet; waiting: it crashed and is started again; failed: it crashed too often and is not.
ASKED, RUNNING, ENDING, KILLING, WAITING = "asked", "running", "ending", "killing", "waiting"
FAILED, ENDED = "failed", "ended"
#: Those that count, or will.
LIVING = (ASKED, RUNNING, ENDING, KILLING, WAITING)


def problem(queues: Any) -> str | None:
    """What is wrong with `queues` as a list of names of queues, as the end of a sentence; None where nothing is."""
    if not isinstance(queues, list) or not 0 < len(queues) <= QUEUES_MAX:
        return f"must be a list of 1 to {QUEUES_MAX} names"
    if not all(isinstance(name, str) and QUEUE.fullmatch(name) and name.isprintable() for name in queues):
        return "must be names of 1 to 100 characters without spaces and commas that do not begin with a dash"
    return "must name each queue once" if len(set(queues)) < len(queues) else None


def supervisor_of(worker_id: str) -> str | None:
    """The `make run` that an id names; None where it is no id."""
    found = ID.fullmatch(worker_id)
    return found and found[1]
