"""A verb done to one job: the script, the second look, and what RQ's own rate-limit calls do afterwards."""

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import redis
from rq.rate_limit import RateLimitRegistry
from rq.utils import utcformat

from webapp import rqkeys
from webapp.actions import refusals, scripts
from webapp.actions.door import Entry
from webapp.actions.verbs import FREES, TAKES

#: Seconds after which a second look tells. A queued job that is in no list has just been popped by a worker, or was
#: lost by one that died: one that lives has written its execution long before. A scheduled job that is due may be in
#: the hands of RQ's scheduler, which has written it to its queue by then.
LOST_AFTER = 1.0


@dataclass(frozen=True)
class Answer:
    """What a script said of one job."""

    word: str
    #: The status that the job had.
    status: str
    #: What the verb adds.
    more: bytes
    look_again: bool
    queue: str
    #: Name of its rate limit, "" for none.
    limit: str
    concurrency: int


def act(
    writer: redis.Redis,
    verb: str,
    job_id: str,
    drawn: str | None,
    line: Entry,
    data: bytes | None = None,
    **options: Any,
) -> Answer:
    """`verb` was done to the job. Raises StateChanged, NotFound, Refused. One round trip, two with a rate limit more.

    Takes LOST_AFTER longer for a job that no list holds, and for a scheduled one that is due.
    """
    options["stamp"] = stamp()
    answer = _run(writer, verb, job_id, drawn or "", options, data)
    line.queue = answer.queue
    if answer.word == "nowhere":
        time.sleep(LOST_AFTER)
        answer = _run(writer, verb, job_id, drawn or "", options | {"lost": True})
    elif answer.look_again:
        time.sleep(LOST_AFTER)
        second = _run(writer, verb, job_id, "", options | {"again": True})
        answer = answer if second.word == "missing" or second.status == "canceled" else second
    if answer.word == "wrong_type":
        raise scripts.wrong_type(rqkeys.job(job_id))
    refusals.check(verb, job_id, answer.word, answer.status, drawn, _text(answer.more))
    _settle_limit(writer, verb, job_id, answer)
    return answer


def stamp() -> str:
    """Now, as RQ writes it."""
    return utcformat(datetime.now(UTC))


def _run(
    writer: redis.Redis, verb: str, job_id: str, drawn: str, options: dict[str, Any], data: bytes | None = None
) -> Answer:
    args = [job_id, drawn, json.dumps(options), *([] if data is None else [data])]
    said = scripts.run(writer, "one", [rqkeys.job(job_id)], args, verb)
    word, status, more, again, queue, limit = said[:6]
    return Answer(_text(word), _text(status), more, bool(again), _text(queue), _text(limit), said[6])


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace")


def _settle_limit(writer: redis.Redis, verb: str, job_id: str, answer: Answer) -> None:
    """Free the job's slot or take one. RQ's own maintenance does the same should we die before this."""
    if not answer.limit:
        return
    registry = RateLimitRegistry(answer.limit, writer)
    if verb in FREES:
        registry.cancel(job_id)
    elif verb in TAKES:
        registry.acquire_and_enqueue(answer.concurrency)
