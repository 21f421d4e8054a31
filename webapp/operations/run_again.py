"""What running many jobs again takes beside the script: an id for each new job, and its claim on uploads."""

from uuid import NAMESPACE_OID, uuid5

import redis

from jobs import _keys
from webapp import files
from webapp.operations.chunks import Kept, raw
from webapp.queries.fields import reply

#: Stored bytes of a payload beyond which no upload is looked for, and jobs read at once.
PAYLOAD_BYTES = 64 * 1024
BATCH = 50


def prepare(reader: redis.Redis, store: files.Store, operation_id: str, jobs: list[Kept]) -> list[tuple]:
    """The jobs as the script takes them, each with the id of its new job: the same whoever asks again.

    An upload that a new job is called with stays when the first one goes. Two round trips for BATCH jobs.
    """
    namespace = uuid5(NAMESPACE_OID, operation_id)
    ids = {kept.id: str(uuid5(namespace, kept.id.encode("utf-8", "replace").decode())) for kept in jobs}
    for start in range(0, len(jobs), BATCH):
        batch = [kept.id for kept in jobs[start : start + BATCH]]
        for job_id, data in zip(batch, _payloads(reader, batch), strict=True):
            store.claim(files.uploads_in(data), ids[job_id])
    return [(raw(kept.id), kept.status, ids[kept.id]) for kept in jobs]


def _payloads(reader: redis.Redis, ids: list[str]) -> list[bytes | None]:
    pipe = reader.pipeline(transaction=False)
    for job_id in ids:
        pipe.hstrlen(raw(_keys.job(job_id)), "data")
    small = [0 < (reply(size) or 0) <= PAYLOAD_BYTES for size in pipe.execute(raise_on_error=False)]
    for job_id, is_small in zip(ids, small, strict=True):
        if is_small:
            pipe.hget(raw(_keys.job(job_id)), "data")
    found = iter(pipe.execute(raise_on_error=False)) if any(small) else iter(())
    return [reply(next(found)) if is_small else None for is_small in small]
