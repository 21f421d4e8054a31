"""Which jobs a search looks at, in windows: RQ's lists where the query is confined to them, else every job's key.

A walk can be left and gone on with at its `position`, by another process too. Each command is bounded.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import redis

from jobs import _keys
from webapp import rqkeys
from webapp.models import STATUSES
from webapp.operations.bursts import Bursts, command
from webapp.queries.fields import reply
from webapp.rights import EVERYTHING, Rights
from webapp.search.demands import Demands, fits

#: Jobs looked at in one round trip: some 0.3 ms of Redis.
WINDOW = 256
#: Statuses that have lists. A job that was only created lies in none.
LISTED = frozenset(STATUSES) - {"created"}
_JOB = rqkeys.JOB_PREFIX.encode()


@dataclass(frozen=True)
class Source:
    """One list of RQ."""

    key: str
    status: str


class ListWalk:
    """Through lists, each from its newest end; scheduled jobs from the next one on."""

    kind = "lists"

    def __init__(self, sources: list[Source], listed: int, position: str | None) -> None:
        self._sources = sources
        self._listed = listed
        self._at, self._rank = 0, 0
        self._anchor: bytes | None = None
        if position:
            key, rank = json.loads(position)
            before = [source.key for source in sources if source.key < key]
            self._at = len(before)
            self._rank = rank if any(source.key == key for source in sources) else 0

    def total(self, scanned: int) -> int:
        """How many ids the lists hold."""
        return max(self._listed, scanned)

    @property
    def position(self) -> str:
        return json.dumps([self._sources[self._at].key if self._at < len(self._sources) else "\x7f", self._rank])

    def window(self, bursts: Bursts) -> list[bytes] | None:
        """The ids of the next window, perhaps none; None at the end. One round trip."""
        if self._at >= len(self._sources):
            return None
        source = self._sources[self._at]
        read = self._of_queue if source.status == "queued" else self._of_registry
        members = read(source, bursts)
        if len(members) < WINDOW:
            self._at, self._rank, self._anchor = self._at + 1, 0, None
        if source.status == "started":
            return [member.rpartition(b":")[0] or member for member in members]
        return members

    def _of_queue(self, source: Source, bursts: Bursts) -> list[bytes]:
        # From the right end, where jobs are added: what workers pop on the left moves nothing here.
        ask = command("LRANGE", -self._rank - WINDOW, -self._rank - 1)
        members = bursts.about(ask, [source.key.encode()])[0] or []
        self._rank += len(members)
        return members[::-1]

    def _of_registry(self, source: Source, bursts: Bursts) -> list[bytes]:
        """A window that begins where the last one ended, or before: what left the list since has moved the rest up."""
        down = "" if source.status == "scheduled" else "REV"
        key = source.key.encode()
        commands = [command(f"Z{down}RANGE", self._rank, self._rank + WINDOW - 1)(key)]
        if self._anchor is not None:
            commands.append(_rank_of(f"Z{down}RANK", key, self._anchor))
        members, *ranks = bursts.ask(commands)
        members = members or []
        moved = 0
        if ranks:
            moved = WINDOW if ranks[0] is None else max(0, self._rank - 1 - ranks[0])
        if moved and source.status != "started":
            # What was stepped over is looked at now, in a window of its own.
            self._rank = max(0, self._rank - min(moved, WINDOW))
            members = bursts.about(command(f"Z{down}RANGE", self._rank, self._rank + WINDOW - 1), [key])[0] or []
        self._rank += len(members)
        self._anchor = members[-1] if members else None
        return members


class KeyWalk:
    """Through all keys of jobs, in no order."""

    kind = "keys"

    def __init__(self, keys: int, position: str | None) -> None:
        self._cursor = int(position) if position else 0
        self._begun = bool(position)
        self._keys = keys

    @property
    def position(self) -> str:
        return str(self._cursor)

    @property
    def fraction(self) -> float:
        """How much of the keys was walked through: SCAN counts its cursor up from the highest bit, mirrored."""
        return sum(0.5 ** (bit + 1) for bit in range(self._cursor.bit_length()) if self._cursor >> bit & 1)

    def total(self, scanned: int) -> int:
        """About how many jobs there are, when so many were met so far."""
        return max(scanned, min(self._keys, round(scanned / self.fraction) if self.fraction > 0.01 else self._keys))

    def window(self, bursts: Bursts) -> list[bytes] | None:
        """The ids of the next window, perhaps none; None at the end. One round trip."""
        if self._begun and self._cursor == 0:
            return None
        ask = command("SCAN", "MATCH", rqkeys.pattern(rqkeys.JOB_PREFIX), "COUNT", WINDOW)
        answer = bursts.about(ask, [str(self._cursor).encode()])[0]
        if answer is None:
            raise RuntimeError("Redis refuses SCAN")
        self._begun, self._cursor = True, int(answer[0])
        ids = (key[len(_JOB) :] for key in answer[1])
        # `rq:job:<id>:dependents` and `rq:job::<id>:dependencies` are no jobs.
        return [job_id for job_id in ids if b":" not in job_id]


class IdWalk:
    """Through ids that somebody has chosen."""

    def __init__(self, ids: list[bytes]) -> None:
        self._ids = ids
        self._at = 0

    def total(self, scanned: int) -> int:
        """How many there are."""
        return len(self._ids)

    def window(self, bursts: Bursts) -> list[bytes] | None:
        """The next ids; None at the end. No round trip."""
        ids = self._ids[self._at : self._at + WINDOW]
        self._at += WINDOW
        return ids or None


def plan(
    reader: redis.Redis, demanded: Demands, position: str | None, rights: Rights = EVERYTHING
) -> ListWalk | KeyWalk:
    """How to walk for a query that demands this, where it is through lists: those of queues that `rights` cover.

    Two round trips, O(queues). Raises redis.RedisError.
    """
    statuses = demanded.statuses
    if statuses is None and demanded.queues is not None:
        statuses = LISTED
    if statuses is None or not statuses <= LISTED:
        return KeyWalk(reader.dbsize(), position)
    pipe = reader.pipeline(transaction=False)
    pipe.smembers(rqkeys.QUEUES).smembers(rqkeys.RATE_LIMIT_KEYS)
    queues, limits = (reply(answer) for answer in pipe.execute(raise_on_error=False))
    names = [name for name in rqkeys.names(queues, rqkeys.QUEUE_PREFIX) if rights.sees_queue(name)]
    if demanded.queues is not None:
        names = [name for name in names if any(fits(pattern, name.lower()) for pattern in demanded.queues)]
    found = sorted(_sources(statuses, names, limits or ()), key=lambda source: source.key)
    return ListWalk(found, _count(reader, found), position)


def _sources(statuses: frozenset[str], queues: list[str], limits: Iterable[bytes]) -> Iterator[Source]:
    for queue in queues:
        if "queued" in statuses:
            yield Source(rqkeys.queue(queue), "queued")
            yield Source(rqkeys.intermediate(queue), "queued")
            for key in (_keys.held(queue), _keys.parked(queue), _keys.resuming(queue)):
                yield Source(key, "queued")
        for status in statuses & set(rqkeys.REGISTRIES):
            yield Source(rqkeys.registry(status, queue), status)
        if "stopped" in statuses and "failed" not in statuses:
            yield Source(rqkeys.registry("failed", queue), "failed")
    if "rate_limited" in statuses:
        for limit in limits:
            yield Source(rqkeys.rate_limited(limit.decode("utf-8", "replace")), "rate_limited")


def _count(reader: redis.Redis, sources: list[Source]) -> int:
    if not sources:
        return 0
    pipe = reader.pipeline(transaction=False)
    for source in sources:
        (pipe.llen if source.status == "queued" else pipe.zcard)(source.key)
    return sum(reply(count, 0) for count in pipe.execute(raise_on_error=False))


def _rank_of(name: str, key: bytes, member: bytes) -> bytes:
    return b"*3\r\n" + b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in (name.encode(), key, member))
