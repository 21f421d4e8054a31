"""Why an action on a job was refused, in words that end with the next step. Pure."""

from webapp.errors import NotFound, StateChanged

#: What can be done instead, by verb and by the status that forbids it; "" for any other status.
INSTEAD = {
    "cancel": {
        "started": ("A running job is stopped, not canceled.", "Use stop."),
        "canceled": ("The job is canceled already.", "Nothing is left to do; run it again if it should run after all."),
        "": ("The job has ended, so there is nothing to cancel.", "Delete it if it should go."),
    },
    "stop": {
        "": ("Only a running job can be stopped.", "Cancel it if it still waits."),
    },
    "requeue": {
        "started": ("The job runs.", "Wait until it ends, or stop it first."),
        "finished": ("The job has finished.", "Use run again: it makes a new job with the same arguments."),
        "canceled": ("The job was canceled.", "Use run again: it makes a new job with the same arguments."),
        "": ("Only failed and stopped jobs can be requeued.", "Look at the job as it is now, then choose again."),
    },
    "run_now": {
        "queued": ("The job waits in its queue already.", "Nothing is left to do: a worker takes it in its turn."),
        "rate_limited": (
            "The job waits for a slot of its rate limit, which is not to be exceeded.",
            "Wait until a slot is free, or let it be the first to get one: to the front.",
        ),
        "": (
            "Only a job that waits for its time or for other jobs can be run now.",
            "Look at the job as it is now, then choose again.",
        ),
    },
    "move": {
        "started": ("The job runs.", "Wait until it ends, or stop it first."),
        "": ("The job is about to enter its queue.", "Try again in a moment."),
    },
    "to_front": {
        "": ("The job does not wait.", "Look at the job as it is now, then choose again."),
    },
    "hold": {
        "": ("Only a job that waits in its queue can be set aside.", "Look at the job as it is now."),
    },
    "release": {
        "": ("Only a job that is set aside can be released.", "Look at the job as it is now."),
    },
    "delete": {
        "": ("A running job cannot be deleted: its worker would write it anew.", "Stop it, then delete it."),
    },
    "run_again": {
        "": ("The job runs, and a second run could meet the first.", "Wait until it ends, or stop it first."),
    },
}


def check(verb: str, job_id: str, word: str, now: str, drawn: str | None, more: str = "") -> None:
    """Return where a script answered "done" of a job that is `now`; raise NotFound or StateChanged otherwise."""
    match word:
        case "done":
            return
        case "missing":
            raise not_found(job_id)
        case "moved":
            raise StateChanged(f"The job was {drawn} and is now {now or 'without a status'}.")
        case "taken" | "nowhere":
            raise StateChanged(
                f"A worker has just taken the job, so it is too late to {verb} it.",
                fix="Stop it as soon as it shows as started.",
                code="taken",
            )
        case "runs":
            raise may_run(now)
        case "due":
            raise due(job_id)
        case "no_queue":
            raise no_queue(job_id)
        case "exists":
            raise StateChanged(
                f"There is a job {job_id[:100]!r} again.", fix="Delete that one first, or leave it.", code="exists"
            )
        case "over":
            raise StateChanged(
                f"The job {job_id[:100]!r} cannot be put back any more.",
                fix="Submit it anew: a deleted job is kept for a minute.",
                code="over",
            )
        case "no_payload":
            raise no_payload(job_id)
        case "same_queue":
            raise StateChanged("The job is in that queue already.", fix="Choose another queue.", code="same_queue")
        case "held":
            raise StateChanged("The job is set aside already.", fix="Release it when it is to run.", code="held")
        case "not_held":
            raise StateChanged("The job is not set aside.", fix="Nothing is left to release.", code="not_held")
        case "not_heard":
            raise not_heard(job_id, more.partition(" ")[2])
    raise instead(verb, now)


def instead(verb: str, status: str) -> StateChanged:
    """The verb does not fit a job of this status."""
    choices = INSTEAD[verb]
    message, fix = choices.get(status) or choices[""]
    return StateChanged(f"{message} It is {status or 'without a status'} now.", fix=fix)


def may_run(status: str) -> StateChanged:
    """The hash says that the job has ended, and the heartbeat of a run is not over."""
    return StateChanged(
        f"The job is {status}, but an earlier run of it may still be alive.",
        fix="Wait two minutes, until its heartbeat is over, then try again.",
        code="may_run",
    )


def due(job_id: str) -> StateChanged:
    """Its scheduler may have read it already."""
    return StateChanged(
        f"The job {job_id!r} is due: the scheduler of its queue is about to queue it.",
        fix="Wait a second. If nothing happens, that scheduler has died: try again in a minute, when its lock is over.",
        code="due",
    )


def not_found(job_id: str) -> NotFound:
    """No hash of that id."""
    return NotFound(f"There is no job {job_id[:100]!r}.")


def not_heard(job_id: str, workers: str) -> StateChanged:
    """A command reached nobody."""
    return StateChanged(
        f"No worker heard it: {workers or 'the worker of this job'} does not listen any more.",
        fix="Start a worker of its queue. RQ's maintenance, at a worker's start and every ten minutes, marks the job "
        "as failed once its heartbeat is over; then requeue or delete it.",
        code="not_heard",
    )


def no_queue(job_id: str) -> StateChanged:
    """The hash does not say where the job belongs."""
    return StateChanged(
        f"The job {job_id!r} names no queue any more.", fix="Submit it anew, or delete it.", code="no_queue"
    )


def no_payload(job_id: str) -> StateChanged:
    """There is nothing to run."""
    return StateChanged(f"The job {job_id!r} has no payload to run.", fix="Submit it anew.", code="no_payload")
