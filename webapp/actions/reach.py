"""What an action is about, as narrowed rights see it: the queue and the function of a job, a queue, all of a queue.

Asked for narrowed rights only: whoever may all pays nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import redis

from jobs import _keys
from webapp import decode, rqkeys
from webapp.actions import refusals
from webapp.errors import NotAllowed, NotFound
from webapp.offload import offload
from webapp.queries.fields import reply, text
from webapp.rights import Rights

#: Verbs with one job that is not there yet: what it will be is told to `authorize` when it is known.
NEW = frozenset({"enqueue", "enqueue_many"})
#: Verbs whose `queue` is where a job goes, beside the one that it is in.
TO_QUEUE = frozenset({"move"})
#: Verbs that hide from everybody what is about no one queue or function.
FOR_ALL = frozenset({"mute", "unmute"})


@dataclass(frozen=True)
class About:
    """One thing that is acted upon."""

    queue: str | None = None
    function: str | None = None
    #: Its id, "" where it is not about a job that is there.
    job: str = ""
    #: Whether its hash is there; one that is not is told like one that may not be seen.
    is_there: bool = True
    #: "job", "new job", "queue" (all that is in it), "target" (where a job goes), "everybody".
    kind: str = "job"

    def check_seen(self, rights: Rights) -> None:
        """Raise NotFound for what these rights do not show."""
        if self.kind == "job" and not (self.is_there and rights.sees_job(self.queue, self.function)):
            raise refusals.not_found(self.job)
        if self.kind == "queue" and not rights.sees_queue(self.queue or ""):
            raise NotFound(f"There is no queue {(self.queue or '')[:100]!r}.", fix="GET /api/queues names them.")

    def check_covered(self, rights: Rights) -> None:
        """Raise NotAllowed for what these rights show, and do not reach."""
        if self.kind in ("target", "new job") and not rights.sees_queue(self.queue or ""):
            raise _outside(f"the queue {(self.queue or '')[:100]!r}", "queues", rights.queues)
        if self.kind == "new job" and self.function is not None and not rights.sees_function(self.function):
            raise _outside(f"the function {self.function[:100]!r}", "functions", rights.functions)
        if self.kind == "everybody" and rights.is_narrowed:
            raise _outside("what concerns everybody", "a part", (*rights.queues, *rights.functions))
        if self.kind == "queue" and "*" not in rights.functions:
            raise _outside("jobs of all functions, as a whole queue has them", "functions", rights.functions)


def about(
    writer: redis.Redis, verb: str, job: str = "", queue: str | None = None, function: str | None = None
) -> tuple[About, ...]:
    """What `verb` on these is about. One round trip where a job is named that is there already, else none."""
    if verb in FOR_ALL:
        return (About(kind="everybody"),)
    if verb in NEW or function is not None:
        return (About(queue, function, kind="new job"),) if queue is not None else ()
    found = tuple(_jobs(writer, [job])) if job else ()
    if queue is None:
        return found
    return (*found, About(queue, kind="target" if job or verb in TO_QUEUE else "queue"))


def unseen(writer: redis.Redis, rights: Rights, ids: Sequence[str]) -> list[str]:
    """Those of these jobs that are not there, or that these rights do not show. One round trip."""
    found = _jobs(writer, ids)
    return [one.job for one in found if not (one.is_there and rights.sees_job(one.queue, one.function))]


def _jobs(writer: redis.Redis, ids: Sequence[str]) -> list[About]:
    """The jobs, also those that were deleted and can be put back."""
    with writer.pipeline(transaction=False) as pipe:
        for job_id in ids:
            pipe.hmget(rqkeys.job(job_id), "origin", "data")
            pipe.hmget(_keys.trash_part("job", job_id), "origin", "data")
        stored = [reply(told) or (None, None) for told in pipe.execute(raise_on_error=False)]
    kept = [there if any(there) else thrown for there, thrown in zip(stored[::2], stored[1::2], strict=True)]
    return [About(text(o), function_of(d), one, is_there=bool(o or d)) for one, (o, d) in zip(ids, kept, strict=True)]


def function_of(data: bytes | None) -> str | None:
    """The function that a stored payload names; None where it cannot be read."""
    return offload(decode.call, data).func if data else None


def _outside(what: str, kind: str, patterns: tuple[str, ...]) -> NotAllowed:
    reach = ", ".join(patterns[:5]) + (", …" if len(patterns) > 5 else "")
    return NotAllowed(
        f"Your rights do not reach {what}.",
        fix=f"They are narrowed to {kind} like {reach}: choose one, or ask who keeps the users of this server.",
    )
