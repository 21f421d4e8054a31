"""Which jobs lie in the failed registries, remembered from look to look: a steady installation costs one round trip.

RQ keeps a registry in the order in which its jobs expire, never-expiring ones (-1) at the low end. So many of the
newest as there is room for are remembered. That some have left is seen by their number; which, by walking the ranks.
"""

import time
from dataclasses import dataclass, field

import redis

from webapp import rqkeys
from webapp.queries.clock import RedisClock
from webapp.queries.fields import reply
from webapp.queries.plan import Plan
from webapp.rights import EVERYTHING, Rights

#: Jobs that are remembered over all queues.
JOBS_MAX = 20_000
QUEUES_MAX = 1_000
#: The head that tells of new jobs; members of one command of a walk (0.3 ms of Redis), and of one look.
HEAD, CHUNK, LOOK_MAX = 100, 1_000, 5_000
#: Ranks shift while a walk goes on: so far it goes back each time.
OVERLAP = 50
#: Jobs that a walk did not meet are asked for one by one, where they are no more than these.
MISSED_MAX = 1_000
#: Seconds after which a registry is walked though nothing seems to have left it.
WALK_EVERY = 60.0

Members = dict[str, float]


@dataclass
class _List:
    """What is known of one failed registry."""

    #: id -> score, of the newest.
    members: Members = field(default_factory=dict)
    #: Members of the registry, and those of them that have expired.
    count: int = 0
    expired: int = 0
    top: list | None = None
    has_new_top: bool = False
    #: How many of the newest are remembered.
    room: int = JOBS_MAX
    #: How many members it has if all that came was seen; None: it must be walked.
    expected: int | None = None
    #: What the walk that goes on has found so far.
    walk: Members | None = None
    rank: int = 0
    #: More came during the walk than its head told: it must be walked again.
    is_flooded: bool = False
    walked_at: float = field(default_factory=time.monotonic)

    @property
    def needs_walk(self) -> bool:
        changed = self.count != self.expected or time.monotonic() - self.walked_at > WALK_EVERY
        return self.walk is not None or (changed and bool(self.count or self.members))


class FailureLists:
    """The failed registries of one Redis. One per web process; not thread-safe."""

    def __init__(self, rights: Rights = EVERYTHING) -> None:
        """Of the queues that `rights` cover."""
        self._rights = rights
        self._lists: dict[str, _List] = {}
        #: Grows with each change of what is remembered.
        self.version = 0

    @property
    def is_walking(self) -> bool:
        """Whether the next look goes on with what this one did not finish."""
        return any(one.walk is not None for one in self._lists.values())

    @property
    def total(self) -> int:
        """How many failed and stopped jobs there are."""
        return sum(max(0, one.count - one.expired) for one in self._lists.values())

    @property
    def is_whole(self) -> bool:
        """Whether there are no more than are remembered."""
        return all(one.count <= one.room for one in self._lists.values())

    def members(self) -> dict[str, tuple[str, float]]:
        """id -> (queue, score) of all that are remembered. O(JOBS_MAX)."""
        return {job_id: (queue, score) for queue, one in self._lists.items() for job_id, score in one.members.items()}

    def look(self, reader: redis.Redis, clock: RedisClock) -> None:
        """See what has changed. One round trip where nothing has, one more for new jobs or queues; where jobs have
        left, up to seven more, for LOOK_MAX members at most: then the next look goes on. Raises redis.RedisError.
        """
        plan = Plan(reader)
        plan.ask("clock", lambda pipe: pipe.time())
        plan.ask("queues", lambda pipe: pipe.smembers(rqkeys.QUEUES))
        names = self._count(plan, list(self._lists), clock)
        clock.absorb(reply(plan["clock"][0]))
        every = rqkeys.names(reply(plan["queues"][0]), rqkeys.QUEUE_PREFIX)
        names = [name for name in every if self._rights.sees_queue(name)][:QUEUES_MAX]
        self._forget_all_but(set(names))
        self._count(Plan(reader), [name for name in names if name not in self._lists], clock)
        self._make_room()
        self._read_heads(reader)
        self._read_ranks(reader)

    def _forget_all_but(self, names: set[str]) -> None:
        for name in self._lists.keys() - names:
            del self._lists[name]
            self.version += 1

    def _count(self, plan: Plan, names: list[str], clock: RedisClock) -> None:
        now = f"({clock.now_ms() / 1000:.3f}"
        for name in names:
            plan.ask(f"count {name}", _ask_count, rqkeys.registry("failed", name), now)
        plan.execute()
        for name in names:
            one = self._lists.setdefault(name, _List())
            count, expired, top = (reply(answer) for answer in plan[f"count {name}"])
            one.has_new_top, one.top = top != one.top, top
            one.count, one.expired = count or 0, expired or 0

    def _make_room(self) -> None:
        """The same room for every registry; half of it at a time, so that it does not change with every job."""
        room = JOBS_MAX
        while room > 1 and sum(min(one.count, room) for one in self._lists.values()) > JOBS_MAX:
            room //= 2
        for one in self._lists.values():
            if min(one.count, room) != min(one.count, one.room):
                one.expected = None
            one.room = room

    def _read_heads(self, reader: redis.Redis) -> None:
        """Take in what is new at the head of registries that were walked before."""
        heads = {name: one for name, one in self._lists.items() if one.has_new_top and one.expected is not None}
        for name, found in _ranges(reader, {name: (0, HEAD) for name in heads}).items():
            one = heads[name]
            new = {job_id: score for job_id, score in found if one.members.get(job_id) != score}
            came = len(new.keys() - one.members.keys())
            # All of the head is new: there may be more below it.
            one.is_flooded = len(new) >= HEAD
            one.expected = None if one.is_flooded else (one.expected or 0) + came
            one.members |= new
            if one.walk is not None:
                one.walk |= new
            self.version += bool(new)

    def _read_ranks(self, reader: redis.Redis) -> None:
        left = LOOK_MAX
        ended: list[str] = []
        while left > 0:
            wanted: dict[str, tuple[int, int]] = {}
            for name, one in self._lists.items():
                if name not in ended and one.needs_walk and left > 0:
                    size = min(CHUNK, max(1, one.room - one.rank))
                    wanted[name] = (one.rank, size)
                    left -= min(size, one.count + 1)
            if not wanted:
                break
            for name, found in _ranges(reader, wanted).items():
                if self._step(self._lists[name], found, wanted[name][1]):
                    ended.append(name)
        self._end_walks(reader, ended)

    @staticmethod
    def _step(one: _List, found: list[tuple[str, float]], size: int) -> bool:
        """Add what was found to the walk; returns whether that was its last part."""
        if one.walk is None:
            one.walk, one.is_flooded = {}, False
        one.walk |= dict(found)
        one.rank += max(1, size - OVERLAP)
        return len(found) < size or one.rank + OVERLAP >= one.room

    def _end_walks(self, reader: redis.Redis, names: list[str]) -> None:
        missed = {
            name: [job_id for job_id in one.members if job_id not in (one.walk or {})]
            for name in names
            if len((one := self._lists[name]).walk or {}) < one.room
        }
        if sum(map(len, missed.values())) <= MISSED_MAX:
            for name, members in _scores(reader, missed).items():
                self._lists[name].walk = (self._lists[name].walk or {}) | members
        for name in names:
            one = self._lists[name]
            found = one.walk or {}
            self.version += found != one.members
            one.members, one.walk, one.rank = found, None, 0
            one.expected, one.walked_at = None if one.is_flooded else one.count, time.monotonic()
            one.is_flooded = False


def _ask_count(pipe: redis.client.Pipeline, key: str, now: str) -> None:
    pipe.zcard(key).zcount(key, 0, now).zrange(key, 0, 0, desc=True, withscores=True)


def _ask_range(pipe: redis.client.Pipeline, name: str, rank: int, size: int) -> None:
    pipe.zrange(rqkeys.registry("failed", name), rank, rank + size - 1, desc=True, withscores=True)


def _ask_scores(pipe: redis.client.Pipeline, name: str, ids: list[str]) -> None:
    for job_id in ids:
        pipe.zscore(rqkeys.registry("failed", name), job_id)


def _ranges(reader: redis.Redis, wanted: dict[str, tuple[int, int]]) -> dict[str, list[tuple[str, float]]]:
    """queue -> members with scores, from a rank so many. One round trip."""
    plan = Plan(reader)
    for name, (rank, size) in wanted.items():
        plan.ask(name, _ask_range, name, rank, size)
    plan.execute()
    found = {name: reply(plan[name][0]) or () for name in wanted}
    return {name: [(_text(member), float(score)) for member, score in members] for name, members in found.items()}


def _scores(reader: redis.Redis, wanted: dict[str, list[str]]) -> dict[str, Members]:
    """queue -> those of the ids that are still in its registry. One round trip."""
    plan = Plan(reader)
    for name, ids in wanted.items():
        plan.ask(name, _ask_scores, name, ids)
    plan.execute()
    found = {name: zip(ids, map(reply, plan[name]), strict=True) for name, ids in wanted.items()}
    return {
        name: {job_id: float(score) for job_id, score in pairs if score is not None} for name, pairs in found.items()
    }


def _text(member: bytes) -> str:
    return member.decode("utf-8", "replace")
