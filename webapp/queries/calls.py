"""What jobs call: read and decoded once for each job, and remembered as long as its hash is the same one.

Payload, `meta` and RQ's description, which spells every argument, can be megabytes. Their length is asked first.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import redis

from webapp import decode, rqkeys
from webapp.offload import offload
from webapp.queries.fields import reply, text
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

    def __init__(self) -> None:
        self._calls: OrderedDict[str, Call] = OrderedDict()

    def __len__(self) -> int:
        return len(self._calls)

    def get(self, job_id: str) -> Call | None:
        return self._calls.get(job_id)

    def learn(self, reader: redis.Redis, jobs: Mapping[str, tuple[bytes | None, int]]) -> None:
        """Know what these jobs call: by id, their `created_at` and the bytes of their `data`.

        No round trip where all of them are known, else one, and one more where RQ's description must help out.
        """
        unknown = {job_id: told for job_id, told in jobs.items() if self._is_new(job_id, told[0])}
        if not unknown:
            return
        stored = _read(reader, unknown)
        decoded = dict(zip(stored, off_hub(_decode, [one.data for one in stored.values()]), strict=True))
        described = _descriptions(
            reader,
            [job_id for job_id, one in stored.items() if decoded[job_id].problem and one.description_length],
            stored,
        )
        for job_id, one in stored.items():
            self._calls[job_id] = _call(decoded[job_id], described.get(job_id, ""), one)
            self._calls.move_to_end(job_id)
        while len(self._calls) > CALLS_MAX:
            self._calls.popitem(last=False)

    def has_large_meta(self, job_id: str) -> None:
        """Its `meta` has grown since its length was asked: reading it once is enough."""
        known = self._calls[job_id]
        self._calls[job_id] = Call(known.created_at, known.func, known.args, known.note, False, known.title)

    def _is_new(self, job_id: str, created_at: bytes | None) -> bool:
        known = self._calls.get(job_id)
        return known is None or known.created_at != created_at


def off_hub(decoder: Callable[[Any], Any], values: list) -> list:
    """`decoder` of each value, in a native thread where they are several."""
    decoded = partial(list, map(decoder, values))
    return decoded() if len(values) <= INLINE_MAX else offload(decoded)


def _read(reader: redis.Redis, jobs: Mapping[str, tuple[bytes | None, int]]) -> dict[str, _Stored]:
    pipe = reader.pipeline(transaction=False)
    for job_id, (_, length) in jobs.items():
        key = rqkeys.job(job_id)
        pipe.hget(key, "data" if length <= FIELD_BYTES else "no such field")
        pipe.hstrlen(key, "meta")
        pipe.hstrlen(key, "description")
    replies = [reply(answer) for answer in pipe.execute(raise_on_error=False)]
    return {
        job_id: _Stored(created_at, replies[3 * at], length, replies[3 * at + 1] or 0, replies[3 * at + 2] or 0)
        for at, (job_id, (created_at, length)) in enumerate(jobs.items())
    }


def _descriptions(reader: redis.Redis, ids: list[str], stored: Mapping[str, _Stored]) -> dict[str, str]:
    wanted = [job_id for job_id in ids if stored[job_id].description_length <= FIELD_BYTES]
    if not wanted:
        return {}
    pipe = reader.pipeline(transaction=False)
    for job_id in wanted:
        pipe.hget(rqkeys.job(job_id), "description")
    found = pipe.execute(raise_on_error=False)
    return {job_id: text(reply(answer)) or "" for job_id, answer in zip(wanted, found, strict=True)}


def _decode(payload: bytes | None) -> decode.Call:
    return decode.call(payload, decode.ROW_BYTES)


def _call(call: decode.Call, description: str, stored: _Stored) -> Call:
    """Where the payload cannot be shown, RQ's own description says what is called."""
    small_meta = stored.meta_length <= FIELD_BYTES
    if call.problem is None:
        return Call(stored.created_at, call.func, call_line(call.args, call.kwargs), None, small_meta)
    func = decode.function_of_description(description)
    args = description[len(func) :].strip("()")[:200] if func else ""
    note = None if func and stored.data_length > FIELD_BYTES else call.problem[0].upper() + call.problem[1:] + "."
    return Call(stored.created_at, func, args, note, small_meta, description[:TITLE_CHARS])
