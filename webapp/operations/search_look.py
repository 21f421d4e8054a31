"""Looks at one window of jobs: reads of each only as much as settles whether it matches. Reads only.

At most seven round trips a window, of at most 512 commands and BURST_BYTES each. It yields while Redis works, so that
another window is judged meanwhile.
"""

import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from webapp import decode, rqkeys
from webapp.operations.bursts import Bursts, command
from webapp.queries.fields import text
from webapp.rights import EVERYTHING, Rights
from webapp.search.candidate import Candidate
from webapp.search.facets import Hit
from webapp.search.judges import ERROR, FIELDS, PAYLOAD
from webapp.search.matcher import Matcher

#: Stored bytes of a payload or a description beyond which it is not looked into.
FIELD_BYTES = 64 * 1024
#: The same where it says what of a traceback may be shown: as much as the page of a job reads.
ARGUMENTS_BYTES = 1024 * 1024
#: Payload bytes asked for at once: Redis copies 1 MB in a fraction of a millisecond.
BURST_BYTES = 1024 * 1024
#: Results asked for at once: each may hold a traceback.
BURST_RESULTS = 32
#: Seconds of judging after which others get their turn.
SLICE = 0.02

T = TypeVar("T")

_JOB = rqkeys.JOB_PREFIX.encode()
_RESULTS = rqkeys.results("").encode()
_DATA_LENGTH = command("HSTRLEN", "data")
_DESCRIPTION_LENGTH = command("HSTRLEN", "description")
_LAST_RESULT = command("XREVRANGE", "+", "-", "COUNT", 1)
_FACETS = ("status", "origin", "worker_name")
_ASK_FACETS = command("HMGET", *_FACETS)
_ASK_PAYLOAD = {
    (False, False): command("HMGET", "status"),
    (True, False): command("HMGET", "status", "data"),
    (False, True): command("HMGET", "status", "description"),
    (True, True): command("HMGET", "status", "data", "description"),
}


class Look:
    """One window of one search. `run()` may be left and gone on with; its findings are whole when it has ended."""

    def __init__(self, bursts: Bursts, matcher: Matcher, now_ms: int, rights: Rights = EVERYTHING) -> None:
        """`rights`: those of who asks; what they do not cover is not found."""
        self._rights = rights
        self._bursts = bursts
        self._matcher = matcher
        self._now_ms = now_ms
        self._ask_fields = command("HMGET", *matcher.fields) if matcher.fields else None
        self._slice_began = time.monotonic()
        #: Jobs whose hash is there.
        self.scanned = 0
        self._cut: set[bytes] = set()
        self.hits: list[Hit] = []

    @property
    def skipped(self) -> int:
        """Jobs that had a part too large to be looked into."""
        return len(self._cut)

    def run(self, ids: Sequence[bytes]) -> Iterator[None]:
        """Look at these jobs; yields where others may have their turn. Raises redis.RedisError."""
        jobs = [Candidate(job_id, {}, self._now_ms, self._matcher.redactor) for job_id in ids]
        undecided, found = yield from self._by_fields(jobs)
        if self._matcher.needs_payload and undecided:
            rest: list[Candidate] = []
            nameless: list[Candidate] = []
            for wanted in _portions((yield from self._weighed(undecided))):
                yield from self._by_payload(wanted, found, rest, nameless)
            if nameless:
                yield from self._by_description(nameless, found, rest)
            undecided = rest
        for start in range(0, len(undecided), BURST_RESULTS):
            yield from self._by_error(undecided[start : start + BURST_RESULTS], found)
        if found:
            yield from self._describe(found)

    def _asked(self, commands: list[bytes]) -> Generator[None, None, list[Any]]:
        """The replies, after others have had their turn."""
        self._bursts.send(commands)
        yield
        return self._bursts.take()

    def _by_fields(self, jobs: list[Candidate]) -> Generator[None, None, tuple[list[Candidate], list[Candidate]]]:
        """(jobs of which more must be read, jobs that match) by chosen fields alone."""
        if self._ask_fields is None:
            return self._judged(jobs, FIELDS)
        names, there = self._matcher.fields, []
        answers = yield from self._asked([self._ask_fields(_key(job)) for job in jobs])
        for job, values in zip(jobs, answers, strict=True):
            if values is not None and any(value is not None for value in values):
                job.fields = dict(zip(names, values, strict=True))
                there.append(job)
        self.scanned += len(there)
        return self._judged(there, FIELDS)

    def _judged(self, jobs: list[Candidate], stage: int) -> tuple[list[Candidate], list[Candidate]]:
        verdicts = [(job, self._matcher.verdict(job, stage)) for job in jobs]
        return [job for job, said in verdicts if said is None], [job for job, said in verdicts if said]

    def _weighed(self, jobs: list[Candidate]) -> Generator[None, None, list[tuple[tuple[Candidate, bool, bool], int]]]:
        """((job, whether its payload is read, whether its description is), bytes) of each."""
        keys = [_key(job) for job in jobs]
        commands = [_DATA_LENGTH(key) for key in keys]
        if self._matcher.needs_description:
            commands += [_DESCRIPTION_LENGTH(key) for key in keys]
        lengths = [length or 0 for length in (yield from self._asked(commands))]
        described = lengths[len(keys) :] or [0] * len(keys)
        weighed = []
        for job, data, description in zip(jobs, lengths, described, strict=False):
            if data > FIELD_BYTES or description > FIELD_BYTES:
                self._cut.add(job.id)
            parts = (0 < data <= FIELD_BYTES, 0 < description <= FIELD_BYTES)
            weighed.append(((job, *parts), data * parts[0] + description * parts[1]))
        return weighed

    def _by_payload(
        self,
        wanted: list[tuple[Candidate, bool, bool]],
        found: list[Candidate],
        rest: list[Candidate],
        nameless: list[Candidate],
    ) -> Iterator[None]:
        commands = [_ASK_PAYLOAD[data, description](_key(job)) for job, data, description in wanted]
        answers = yield from self._asked(commands)
        for (job, has_data, has_description), values in zip(wanted, answers, strict=True):
            if values is None or not any(value is not None for value in values):
                continue
            self.scanned += self._ask_fields is None
            job.data = values[1] if has_data else None
            job.fields["description"] = values[-1] if has_description else None
            if self._matcher.needs_name and job.named is None:
                nameless.append(job)
            else:
                self._settle(job, found, rest)
            if time.monotonic() - self._slice_began > SLICE:
                yield
                self._slice_began = time.monotonic()

    def _by_description(self, jobs: list[Candidate], found: list[Candidate], rest: list[Candidate]) -> Iterator[None]:
        """Judge those whose payload does not tell their function. One round trip, and one for each BURST_BYTES."""
        lengths = yield from self._asked([_DESCRIPTION_LENGTH(_key(job)) for job in jobs])
        weighed = [(job, length or 0) for job, length in zip(jobs, lengths, strict=True)]
        self._cut.update(job.id for job, length in weighed if length > FIELD_BYTES)
        for portion in _portions((job, length) for job, length in weighed if length <= FIELD_BYTES):
            answers = yield from self._asked([_ASK_PAYLOAD[False, True](_key(job)) for job in portion])
            for job, values in zip(portion, answers, strict=True):
                job.fields["description"] = (values or (None,))[-1]
        for job in jobs:
            self._settle(job, found, rest)

    def _settle(self, job: Candidate, found: list[Candidate], rest: list[Candidate]) -> None:
        said = self._matcher.verdict(job, PAYLOAD)
        if said is None:
            rest.append(job)
        elif said:
            found.append(job)

    def _by_error(self, jobs: list[Candidate], found: list[Candidate]) -> Iterator[None]:
        answers = yield from self._asked([_LAST_RESULT(_RESULTS + job.id) for job in jobs])
        for job, entries in zip(jobs, answers, strict=True):
            job.error = _traceback(entries)
        if doubtful := [job for job in jobs if self._matcher.needs_secrets(job)]:
            yield from self._read_payloads(doubtful, ARGUMENTS_BYTES)
        for job in jobs:
            if self._matcher.verdict(job, ERROR):
                found.append(job)

    def _describe(self, found: list[Candidate]) -> Iterator[None]:
        """Make hits of what was found. One round trip, three more where a payload was not read."""
        keys = [_key(job) for job in found]
        facets = yield from self._asked([_ASK_FACETS(key) for key in keys])
        # Who matched by its fields alone was read no further, though others of this window were.
        if unread := [job for job in found if job.data is None]:
            yield from self._read_payloads(unread, FIELD_BYTES)
        for job, values in zip(found, facets, strict=True):
            status, queue, worker = (text(value) or "" for value in values or (None, None, None))
            if self._rights.sees_job(queue or None, job.func):
                self.hits.append(Hit(job.id, status, queue, job.func or "", worker))

    def _read_payloads(self, jobs: list[Candidate], most: int) -> Iterator[None]:
        """Those of at most so many stored bytes. One round trip, and one for each BURST_BYTES."""
        lengths = yield from self._asked([_DATA_LENGTH(_key(job)) for job in jobs])
        small = [(job, length) for job, length in zip(jobs, lengths, strict=True) if 0 < (length or 0) <= most]
        for chunk in _portions(small):
            answers = yield from self._asked([_ASK_PAYLOAD[True, False](_key(job)) for job in chunk])
            for job, values in zip(chunk, answers, strict=True):
                job.take((values or (None, None))[1])


def _portions(weighed: Iterable[tuple[T, int]]) -> Iterator[list[T]]:
    """These in turn, each with its bytes: as many at a time as have BURST_BYTES."""
    portion: list[T] = []
    size = 0
    for one, weight in weighed:
        if size + weight > BURST_BYTES and portion:
            yield portion
            portion, size = [], 0
        portion.append(one)
        size += weight
    if portion:
        yield portion


def _key(job: Candidate) -> bytes:
    return _JOB + job.id


def _traceback(entries: list | None) -> str | None:
    """The last entry's traceback, where there is one."""
    if not entries:
        return None
    pairs = entries[0][1]
    stored = dict(pairs if isinstance(pairs, dict) else zip(pairs[::2], pairs[1::2], strict=False)).get(b"exc_string")
    return decode.traceback_text(stored) if stored else None
