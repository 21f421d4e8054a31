"""What an action must know about a job before its script runs: what never changes while the job exists."""

from collections.abc import Iterable
from dataclasses import dataclass

import redis

from webapp import rqkeys
from webapp.actions import refusals
from webapp.actions.job_keys import JobKeys


@dataclass(frozen=True)
class Found:
    """A job that exists."""

    keys: JobKeys
    fields: dict[str, bytes]

    def text(self, name: str) -> str:
        """A field as text; "" where it is unset."""
        return self.fields.get(name, b"").decode(errors="replace")

    @property
    def limit(self) -> tuple[str, int] | None:
        """(name, concurrency) of the job's rate limit."""
        name, concurrency = self.text("rate_limit_key"), self.text("rate_limit_concurrency")
        return (name, int(concurrency)) if name and concurrency.isdigit() and int(concurrency) else None


def find(writer: redis.Redis, job_id: str, names: Iterable[str] = ()) -> Found:
    """The job's queue and rate limit, and the fields `names`. Raises NotFound. One round trip."""
    wanted = ["origin", "rate_limit_key", "rate_limit_concurrency", *names]
    with writer.pipeline(transaction=False) as pipe:
        pipe.exists(rqkeys.job(job_id))
        pipe.hmget(rqkeys.job(job_id), wanted)
        exists, values = pipe.execute(raise_on_error=False)
    for answer in (exists, values):
        # A key of another type under this name is no job; anything else went wrong for real.
        if isinstance(answer, redis.RedisError) and "WRONGTYPE" not in str(answer):
            raise answer
    if not exists or isinstance(values, redis.RedisError):
        raise refusals.not_found(job_id)
    fields = {name: value for name, value in zip(wanted, values, strict=True) if value is not None}
    return Found(JobKeys(job_id, fields.get("origin", b"").decode(errors="replace")), fields)
