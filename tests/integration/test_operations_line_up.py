"""Undo of a delete whose jobs lay spread over a long queue: each is back in its place, whatever goes on meanwhile."""

import threading
import time
from itertools import pairwise

import pytest

from bench import _seed
from jobs import _keys
from tests.operations import now, run, turn, until
from webapp.actions import scripts

QUEUE = "rq:queue:default"
COUNT = 6_000


@pytest.fixture
def deleted(redis, client, operations_process):
    """An operation that has deleted every third job of a long queue; the queue as it was before, and the process."""
    process = operations_process(env={"RQLIVE_WRITE": 1})
    _seed.of_functions(redis, COUNT, "queued", ("mail.send", "other.run", "other.run"))
    before = redis.lrange(QUEUE, 0, -1)
    operation = run(client, "delete", {"q": "func:mail.send"})
    assert (operation["done"], redis.llen(QUEUE)) == (COUNT // 3, COUNT - COUNT // 3)
    return operation, before, process


def undo(client, operation: dict) -> dict:
    return turn(client, operation, "undo").json["operation"]


class Crowd(threading.Thread):
    """Workers that take from the left, programs that push on the right, and some that take jobs out of the middle."""

    def __init__(self, client, canceled: list[bytes]) -> None:
        super().__init__(daemon=True)
        self._client = client
        self._canceled = canceled
        self.pushed: list[bytes] = []
        self.gone: list[bytes] = []
        self.going = True

    def run(self) -> None:
        while self.going:
            self._client.lmove(QUEUE, "taken")
            self.pushed.append(b"new-%d" % len(self.pushed))
            self._client.rpush(QUEUE, self.pushed[-1])
            if len(self.pushed) % 20 == 0 and self._canceled:
                job_id = self._canceled.pop()
                if self._client.lrem(QUEUE, 1, job_id):
                    self.gone.append(job_id)


def test_each_is_back_in_its_place(redis, client, deleted):
    operation, before, _ = deleted
    back = until(client, undo(client, operation), "done")
    assert (back["done"], back["refused"]) == (COUNT // 3, {})
    assert redis.lrange(QUEUE, 0, -1) == before
    assert not redis.exists(_keys.operation_later(back["id"]))


def test_nothing_is_lost_doubled_or_out_of_order_while_others_take_and_push(redis, redis_server, client, deleted):
    operation, before, _ = deleted
    crowd = Crowd(redis_server.connection(), before[2000:5000:97])
    crowd.start()
    back = until(client, undo(client, operation), "done", timeout=60)
    crowd.going = False
    crowd.join()
    assert back["done"] == COUNT // 3
    stands, taken = redis.lrange(QUEUE, 0, -1), redis.lrange("taken", 0, -1)
    assert len(crowd.pushed) > 100
    assert sorted(stands + taken + crowd.gone) == sorted(before + crowd.pushed)
    rank = {job_id: number for number, job_id in enumerate(before + crowd.pushed)}
    ranks = [rank[job_id] for job_id in stands]
    wrong = sum(one > other for one, other in pairwise(ranks))
    assert wrong == 0, f"{wrong} of {len(ranks)} stand before one that was before them"


def test_another_process_puts_them_in_order_where_the_first_one_was_killed(redis, client, deleted, operations_process):
    operation, before, process = deleted
    undoing = undo(client, operation)
    key = _keys.operation(undoing["id"])
    late = time.monotonic() + 20
    # To put them in order takes some 50 ms: no pause between two looks.
    while redis.hget(key, "position") != str(COUNT // 3).encode():
        assert time.monotonic() < late
    process.kill()
    assert now(client, undoing)["state"] == "running"
    assert sorted(redis.lrange(QUEUE, 0, -1)) == sorted(before)
    assert redis.lrange(QUEUE, 0, -1) != before
    operations_process(env={"RQLIVE_WRITE": 1})
    until(client, undoing, "done", timeout=60)
    assert redis.lrange(QUEUE, 0, -1) == before


def test_jobs_change_places_all_at_once_or_none(redis):
    redis.rpush("line", *"abcdef")
    redis.set("lease", "me")
    redis.hset("operation", "state", "running")

    def change(*changes: object, owner: str = "me", first: str = "f") -> list:
        return scripts.run(redis, "line_up", ["lease", "operation", "line"], [owner, first, *changes])

    assert change(1, "e", "b", 4, "b", "e") == [b"done", 6]
    assert b"".join(redis.lrange("line", 0, -1)) == b"aecdbf"
    redis.lpop("line")
    redis.rpush("line", "g")
    assert change(1, "b", "e", 4, "e", "b") == [b"done", 5], "cells are counted from the same job"
    assert change(1, "e", "c", 3, "b", "e") == [b"changed", 5]
    assert change(1, "e", "a", 5, "a", "e") == [b"changed", 5], "it was taken"
    assert change(1, "e", "b", 4, "b", "e", first="z") == [b"changed", -1]
    assert change(1, "e", "b", 4, "b", "e", owner="you") == [b"lost"]
    redis.hset("operation", "state", "paused")
    assert change(1, "e", "b", 4, "b", "e") == [b"paused"]
    assert b"".join(redis.lrange("line", 0, -1)) == b"bcdefg"
