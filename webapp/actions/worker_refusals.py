"""Why an action on a worker was refused, in words that end with the next step. Pure."""

from typing import Any

from webapp.errors import NotFound, StateChanged

LOST_NEXT = (
    "What it ran is marked as failed, or queued again, once its heartbeat is over: by the maintenance of any worker of "
    "that queue. Start one if none listens."
)


def check(name: str, word: bytes, rest: list[Any], job_id: str = "", status: bytes = b"") -> int:
    """How many heard it, where a script answered "done"; raise NotFound or StateChanged otherwise."""
    match word:
        case b"done":
            return int(rest[0])
        case b"missing":
            raise NotFound(f"There is no worker {name[:100]!r} (any more).", fix="Look at the workers as they are now.")
        case b"leaving":
            raise leaving(name)
        case b"young":
            raise StateChanged(
                "The run has only just begun.",
                fix="Try again in two seconds, or use stop: of a run that begins or ends, a kill could hit the worker, "
                "or its next job.",
                code="young",
            )
        case b"told":
            raise StateChanged(
                "The worker was told to end this run a moment ago.",
                fix="Wait five seconds. If the run goes on, shut the worker down.",
                code="told",
            )
        case b"other":
            raise StateChanged(
                f"The worker runs another job by now: {rest[1].decode(errors='replace')[:100]}.",
                fix="Look at what it runs now, then choose again.",
            )
    now = status.decode(errors="replace")
    raise StateChanged(
        f"The worker does not run {job_id[:100]!r} any more. It is {now or 'without a status'} now.",
        fix="Nothing is left to kill.",
    )


def leaving(name: str) -> StateChanged:
    """It was asked before."""
    return StateChanged(
        f"The worker {name[:100]!r} was asked to shut down before, and ends after its job.",
        fix="Wait, or kill its running job. RQ would take a second request for a cold shutdown, and lose track of the "
        "job.",
        code="leaving",
    )


def not_heard(name: str) -> StateChanged:
    """A command reached nobody."""
    return StateChanged(
        f"No worker heard it: {name[:100]!r} does not listen any more. It is lost, or cut off from Redis.",
        fix=LOST_NEXT,
        code="not_heard",
    )


def lost(name: str) -> StateChanged:
    """Its channel has a subscriber that cannot act."""
    return StateChanged(
        f"No worker heard it: {name[:100]!r} is lost. Only the process of its job lives, and that hears no commands.",
        fix="Wait until the job ends by itself, or end that process on its host.",
        code="lost",
    )
