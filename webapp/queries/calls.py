"""What jobs call: read and decoded once for each job, and remembered as long as its hash is the same one.

Payload, `meta` and RQ's description, which spells every argument, can be megabytes. Their length is asked first.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import redis

from webapp import decode, rqkeys
from webapp.offload import offload
from webapp.queries.fields import reply, text
from webapp.queries.plan import Plan
from webapp.queries.titles import Titles
from webapp.redact.redactor import Arguments, JobMask, Redactor
from webapp.tree import call_line

#: Calls remembered per web process; about 500 bytes each.
CALLS_MAX = 20_000
#: Stored bytes of `data`, `meta` or `description` that a row is worth.
FIELD_BYTES = 16 * 1024
#: Characters of a title: of a description where nothing better is known.
TITLE_CHARS = 200
#: Values of one read that are decoded at once in the hub's own thread: each takes 10 ms at worst.
INLINE_MAX = 1


@dataclass(frozen=True)
class Call:
    """What one job calls."""

    created_at: bytes | None
    func: str | None
    args: str
    note: str | None
    #: Whether `meta` was small enough to be read along.
    small_meta: bool
    #: What the row is called where no function is known.
    title: str | None = None
    #: For what else is told of the job; None where its arguments were not read.
    mask: JobMask | None = None


#: Of a job without a hash.
NOTHING = Call(None, None, "", None, False)


@dataclass(frozen=True)
class _Stored:
    """What was read of one job."""

    created_at: bytes | None
    data: bytes | None
    data_length: int
    meta_length: int
    description_length: int


class Calls:
    """Calls by job id. One per web process."""

    def __init__(self, titles: Titles, redactor: Redactor) -> None:
        self._titles = titles
        self._redactor = redactor
        self._version = redactor.version
        self._calls: OrderedDict[str, Call] = OrderedDict()

    def __len__(self) -> int:
        return len(self._calls)

    def get(self, job_id: str) -> Call | None:
        return self._calls.get(job_id)

    def learn(self, reader: redis.Redis, jobs: Mapping[str, tuple[bytes | None, int]]) -> None:
        """Know what these jobs call: by id, their `created_at` and the bytes of their `data`.

        No round trip where all of them are known, else one, and one more where RQ's description must help out. The
        catalog, which says what arguments are secret, is read along, where that was longer ago than five seconds.
        """
        self._heed_catalog()
        unknown = {job_id: told for job_id, told in jobs.items() if self._is_new(job_id, told[0])}
        if not unknown:
            return
        stored = _read(reader, self._titles, unknown)
        if self._version != self._redactor.version:
            # What was known of the others is masked as an older catalog said.
            self.learn(reader, jobs)
            return
        read = partial(_decode, self._redactor)
        decoded = dict(zip(stored, off_hub(read, [one.data for one in stored.values()]), strict=True))
        described = _descriptions(
            reader,
            [job_id for job_id, one in stored.items() if decoded[job_id][0].problem and one.description_length],
            stored,
        )
        for job_id, one in stored.items():
            self._keep(job_id, _call(self._redactor, *decoded[job_id], described.get(job_id, ""), one))

    def take(self, job_id: str, call: decode.Call, given: Arguments, stored: Mapping[str, bytes]) -> None:
        """Know what a job calls that was just written: this is its hash. No round trip."""
        self._heed_catalog()
        length, meta = len(stored.get("data", b"")), len(stored.get("meta", b""))
        self._keep(job_id, _call(self._redactor, call, given, "", _Stored(stored["created_at"], None, length, meta, 0)))

    def _keep(self, job_id: str, call: Call) -> None:
        self._calls[job_id] = call
        self._calls.move_to_end(job_id)
        while len(self._calls) > CALLS_MAX:
            self._calls.popitem(last=False)

    def _heed_catalog(self) -> None:
        """Forget what was masked as an older catalog said."""
        if self._version != self._redactor.version:
            self._version = self._redactor.version
            self._calls.clear()

    def has_large_meta(self, job_id: str) -> None:
        """Its `meta` has grown since its length was asked: reading it once is enough."""
        self._calls[job_id] = replace(self._calls[job_id], small_meta=False)

    def _is_new(self, job_id: str, created_at: bytes | None) -> bool:
        known = self._calls.get(job_id)
        return known is None or known.created_at != created_at


def off_hub(decoder: Callable[[Any], Any], values: list) -> list:
    """`decoder` of each value, in a native thread where they are several."""
    decoded = partial(list, map(decoder, values))
    return decoded() if len(values) <= INLINE_MAX else offload(decoded)


def _read(reader: redis.Redis, titles: Titles, jobs: Mapping[str, tuple[bytes | None, int]]) -> dict[str, _Stored]:
    plan = Plan(reader)
    if titles.is_old:
        titles.ask(plan)
    plan.ask("jobs", _ask, jobs)
    plan.execute()
    if "catalog" in plan:
        titles.absorb(plan)
    replies = [reply(answer) for answer in plan["jobs"]]
    return {
        job_id: _Stored(created_at, replies[3 * at], length, replies[3 * at + 1] or 0, replies[3 * at + 2] or 0)
        for at, (job_id, (created_at, length)) in enumerate(jobs.items())
    }


def _ask(pipe: redis.client.Pipeline, jobs: Mapping[str, tuple[bytes | None, int]]) -> None:
    for job_id, (_, length) in jobs.items():
        key = rqkeys.job(job_id)
        pipe.hget(key, "data" if length <= FIELD_BYTES else "no such field")
        pipe.hstrlen(key, "meta")
        pipe.hstrlen(key, "description")


def _descriptions(reader: redis.Redis, ids: list[str], stored: Mapping[str, _Stored]) -> dict[str, str]:
    wanted = [job_id for job_id in ids if stored[job_id].description_length <= FIELD_BYTES]
    if not wanted:
        return {}
    pipe = reader.pipeline(transaction=False)
    for job_id in wanted:
        pipe.hget(rqkeys.job(job_id), "description")
    found = pipe.execute(raise_on_error=False)
    return {job_id: text(reply(answer)) or "" for job_id, answer in zip(wanted, found, strict=True)}


def _decode(redactor: Redactor, payload: bytes | None) -> tuple[decode.Call, Arguments]:
    call = decode.call(payload, decode.ROW_BYTES)
    return call, redactor.call(call)


def _call(redactor: Redactor, call: decode.Call, given: Arguments, description: str, stored: _Stored) -> Call:
    """Where the payload cannot be shown, RQ's own description says what is called."""
    small_meta = stored.meta_length <= FIELD_BYTES
    if call.problem is None:
        args = call_line(given.args, given.kwargs)
        return Call(stored.created_at, call.func, args, None, small_meta, None, given.mask)
    func = decode.function_of_description(description)
    shown = redactor.described(func, description)
    args = shown[len(func) :].strip("()")[:200] if func else ""
    note = None if func and stored.data_length > FIELD_BYTES else call.problem[0].upper() + call.problem[1:] + "."
    return Call(stored.created_at, func, args, note, small_meta, shown[:TITLE_CHARS])
