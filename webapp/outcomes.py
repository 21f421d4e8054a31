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
_JOBS = re.compile(r"jobs (\d{1,9})")
_CAUSE = re.compile(r"cause ([0-9a-f]{12}) (\S{1,200})")
_OPERATION = re.compile(r"operation ([0-9a-f]{16}) ([a-z_]{1,20}) (\d{1,9})")
_CODE = re.compile(r"[a-z][a-z_]{0,39}")


#: What an outcome is called; "unknown" is what we never write.
WORDS = ("done", "refused", "failed", "unknown")


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
    #: The cause of failure that was muted or unmuted: (id, exception type or kind).
    cause: tuple[str, str] | None = None
    #: How many jobs it was done to.
    jobs: int | None = None
    #: What was done to many jobs: (id of the operation, verb, how many jobs it holds).
    operation: tuple[str, str, int] | None = None


def heard_by(workers: str) -> str:
    return f"{_HEARD_BY}{workers}"


def again_of(job_id: str) -> str:
    return f"{_AGAIN_OF}{job_id}"


def jobs(count: int) -> str:
    return f"jobs {count}"


def of_cause(cause_id: str, name: str) -> str:
    return f"cause {cause_id} {name}"


def of_operation(operation_id: str, verb: str, total: int) -> str:
    return f"operation {operation_id} {verb} {total}"


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
    if text and (cause := _CAUSE.fullmatch(text)):
        return Outcome(DONE, cause=(cause[1], cause[2]))
    if text and (jobs := _JOBS.fullmatch(text)):
        return Outcome(DONE, jobs=int(jobs[1]))
    if text and (told := _OPERATION.fullmatch(text)):
        return Outcome(DONE, operation=(told[1], told[2], int(told[3])))
    if text and _CODE.fullmatch(text):
        return Outcome("refused", reason=text)
    return Outcome("unknown")
