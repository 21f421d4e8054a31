"""What the rights of who asked for an operation keep it to: asked as it collects, and again before each job is done.

A job may have been moved to another queue meanwhile.
"""

import json

import redis

from webapp import decode, rqkeys
from webapp.operations.chunks import Kept, raw
from webapp.queries.fields import reply, text
from webapp.rights import Rights

#: Stored bytes of a payload beyond which its function is not known, and the job is left alone; jobs asked for at once.
PAYLOAD_BYTES = 64 * 1024
BATCH = 50
#: A status that no job has: the script leaves such a job as one that has moved on.
OUTSIDE = "outside"


def of(stored: dict[bytes, bytes]) -> Rights | None:
    """The rights that are stored with an operation; None where they reach everything."""
    told = stored.get(b"rights")
    if told is None:
        return None
    queues, functions = json.loads(told)
    return Rights("operator", tuple(queues), tuple(functions))


def keep(client: redis.Redis, rights: Rights, jobs: list[Kept]) -> list[Kept]:
    """The jobs, those marked OUTSIDE that these rights do not reach (any more). Two round trips for BATCH jobs."""
    kept = []
    for start in range(0, len(jobs), BATCH):
        batch = jobs[start : start + BATCH]
        for one, (origin, data) in zip(batch, _read(client, batch), strict=True):
            function = decode.call(data).func if data and "*" not in rights.functions else None
            # What is not there is told as missing; a job that was deleted comes back under the same rights.
            is_fine = (origin is None and data is None) or rights.sees_job(text(origin), function)
            kept.append(one if is_fine else one._replace(status=OUTSIDE))
    return kept


def _read(client: redis.Redis, jobs: list[Kept]) -> list[tuple[bytes | None, bytes | None]]:
    pipe = client.pipeline(transaction=False)
    for one in jobs:
        pipe.hget(raw(rqkeys.job(one.id)), "origin").hstrlen(raw(rqkeys.job(one.id)), "data")
    told = [reply(answer) for answer in pipe.execute(raise_on_error=False)]
    origins, sizes = told[::2], told[1::2]
    for one, size in zip(jobs, sizes, strict=True):
        pipe.hget(raw(rqkeys.job(one.id)), "data" if 0 < (size or 0) <= PAYLOAD_BYTES else "no such field")
    data = [reply(answer) for answer in pipe.execute(raise_on_error=False)]
    # One that is too large to be read is one whose function is not known: b"-" names none.
    found = [value if value is not None else (b"-" if size else None) for value, size in zip(data, sizes, strict=True)]
    return list(zip(origins, found, strict=True))
