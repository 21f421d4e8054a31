"""Why an action on a queue was refused, in words that end with the next step. Pure."""

from jobs import _keys
from webapp.errors import NotFound, StateChanged

NOTHING = {
    "hold": ("No job waits in {queue}.", "New jobs start as they come: pause the queue if they should not."),
    "release": ("No job of {queue} is held.", "Look at the queue as it is now."),
    "resume": ("The queue {queue} is not paused.", "Look at the queue as it is now."),
}
#: What keeps a queue from being deleted, by what the script answers.
KEEPS = {
    "queued": ("The queue {queue} is not deleted: jobs wait in it.", "Empty it first."),
    "held": ("The queue {queue} is not deleted: jobs of it are held.", "Release them, then empty it."),
    "parked": ("The queue {queue} is not deleted: it is paused.", "Resume it, then empty it."),
    "taken": ("The queue {queue} is not deleted: a worker has just taken a job of it.", "Wait until it ends."),
    "started": ("The queue {queue} is not deleted: a job of it runs.", "Wait until it ends, or stop it."),
    "workers": (
        "The queue {queue} is not deleted: a worker listens to it and would make it anew.",
        "Stop its workers first.",
    ),
    "canceled": (
        "The queue {queue} is not deleted: jobs of it are canceled.",
        "Delete these jobs: RQ keeps them until somebody does.",
    ),
    "": (
        "The queue {queue} is not deleted: jobs of it are {kept}.",
        "Delete these jobs, or wait until RQ keeps them no longer.",
    ),
}


def nothing(verb: str, queue: str) -> StateChanged:
    """There is nothing to do it to."""
    message, fix = NOTHING[verb]
    return StateChanged(message.format(queue=repr(queue[:100])), fix=fix, code=f"nothing_to_{verb}")


def check_pause(queue: str, word: bytes) -> None:
    """Return where a pause was asked for; raise otherwise."""
    if word == b"missing":
        raise NotFound(f"There is no queue {queue[:100]!r}.", fix="GET /api/queues names them.")
    if word == b"full":
        raise StateChanged(
            f"{_keys.PAUSED_MAX} queues are paused already.", fix="Resume one of them first.", code="too_many_pauses"
        )


def nobody_pauses(queue: str) -> StateChanged:
    """Nobody has taken it up, and nothing was changed."""
    return StateChanged(
        f"No operations process has paused {queue[:100]!r}.",
        fix="Start one: python -m webapp.operations. Or hold the queue: that needs none.",
        code="nobody_pauses",
    )


def check_delete(queue: str, word: bytes, what: bytes) -> None:
    """Return where a queue was deleted; raise otherwise."""
    if word == b"missing":
        raise NotFound(f"There is no queue {queue[:100]!r}.", fix="GET /api/queues names them.")
    if word == b"keeps":
        kept = what.decode()
        message, fix = KEEPS.get(kept) or KEEPS[""]
        raise StateChanged(message.format(queue=repr(queue[:100]), kept=kept), fix=fix, code="queue_in_use")


def not_suspended() -> StateChanged:
    """RQ's switch is not set."""
    return StateChanged("The workers are not suspended.", fix="Look at them as they are now.", code="not_suspended")
