"""How the outcome of an action stands in its line of activity: written by the actions, read by the queries. Pure.

A refusal stands there as its code (`state_changed`), everything else in the words below.
"""

import re
from dataclasses import dataclass

DONE = "done"
#: What went wrong on our side.
FAILED = "failed"
#: The id was taken, and nothing was done.
ALREADY_THERE = "already there"
_HEARD_BY = "heard by "
_AGAIN_OF = "of "
_CODE = re.compile(r"[a-z][a-z_]{0,39}")


@dataclass(frozen=True)
class Outcome:
    """What became of an action."""

    #: done, refused, failed; or unknown, for what we never write.
    word: str
    #: Code of a refusal, or `already_there`.
    reason: str | None = None
    #: Workers that heard a stop.
    heard_by: str | None = None
    #: The job that was run again.
    of: str | None = None


def heard_by(workers: str) -> str:
    return f"{_HEARD_BY}{workers}"


def again_of(job_id: str) -> str:
    return f"{_AGAIN_OF}{job_id}"


def read(text: str | None) -> Outcome:
    """The outcome that was written as `text`."""
    if text in (DONE, FAILED):
        return Outcome(text)
    if text == ALREADY_THERE:
        return Outcome(DONE, reason="already_there")
    if text and text.startswith(_HEARD_BY):
        return Outcome(DONE, heard_by=text.removeprefix(_HEARD_BY))
    if text and text.startswith(_AGAIN_OF):
        return Outcome(DONE, of=text.removeprefix(_AGAIN_OF))
    if text and _CODE.fullmatch(text):
        return Outcome("refused", reason=text)
    return Outcome("unknown")
