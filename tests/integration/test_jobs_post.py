"""What a run writes to Redis, script by script: for what a whole job would show too seldom."""

from types import SimpleNamespace

import pytest

from jobs import _keys
from jobs._log import Line
from jobs._post import LINES_AT_ONCE, RedisPost

JOB = "job-1"


@pytest.fixture
def post(redis):
    """Posts of runs of one job that exists."""
    redis.hset(_keys.job(JOB), "status", "started")
    job = SimpleNamespace(id=JOB, connection=redis, failure_ttl=None, result_ttl=None, repeats_left=None)
    posts = []

    def of(run: str) -> RedisPost:
        posts.append(RedisPost(job, run))
        return posts[-1]

    yield of
    for each in posts:
        each.close()


def lines(*numbers: int) -> list[Line]:
    return [Line(1000 + number, "OUT", f"line {number}", number) for number in numbers]


def kept(redis) -> list[tuple[str, int]]:
    return [(fields[b"run"].decode(), int(fields[b"n"])) for _, fields in redis.xrange(_keys.log(JOB))]


def test_lines_sent_again_because_their_reply_was_lost_are_there_once(redis, post) -> None:
    first = post("aaaa")
    assert first.deliver(lines(1, 2), None, None)
    assert first.deliver(lines(1, 2, 3), None, None)
    assert kept(redis) == [("aaaa", 1), ("aaaa", 2), ("aaaa", 3)]
    assert post("bbbb").deliver(lines(1), None, None)
    assert kept(redis)[3:] == [("bbbb", 1)], "another run counts from one again"


def test_many_lines_are_written_in_several_scripts_and_one_round_trip(redis, post) -> None:
    assert post("aaaa").deliver(lines(*range(1, LINES_AT_ONCE * 2 + 2)), None, None)
    assert len(kept(redis)) == LINES_AT_ONCE * 2 + 1
    calls = redis.info("commandstats")["cmdstat_eval"]["calls"]
    assert post("aaaa").deliver(lines(5000), [{"message": "x"}], None)
    assert redis.info("commandstats")["cmdstat_eval"]["calls"] == calls + 2


def test_the_end_of_a_run_that_said_nothing_gives_an_earlier_log_its_time(redis, post) -> None:
    assert post("aaaa").deliver(lines(1), None, None)
    assert post("bbbb").deliver([], None, 77)
    assert 70 < redis.ttl(_keys.log(JOB)) <= 77
    assert post("bbbb").deliver([], None, -1)
    assert redis.ttl(_keys.log(JOB)) == -1
    assert post("bbbb").deliver([], None, 0)
    assert not redis.exists(_keys.log(JOB))


def test_a_run_that_said_nothing_leaves_no_log(redis, post) -> None:
    assert post("aaaa").deliver([], [{"message": "x"}], 77)
    assert not redis.exists(_keys.log(JOB), _keys.LOG_INDEX)


def test_of_a_job_that_is_gone_nothing_is_kept(redis, post) -> None:
    one = post("aaaa")
    assert one.deliver(lines(1), [{"message": "x"}], None)
    redis.delete(_keys.job(JOB))
    assert not one.deliver(lines(2), [{"message": "x"}], None)
    assert not redis.exists(_keys.job(JOB), _keys.log(JOB), _keys.LOG_INDEX)


def test_a_log_that_someone_else_has_written_into_is_gone_on_with(redis, post) -> None:
    redis.xadd(_keys.log(JOB), {"text": "foreign", "b": "x", "n": "y", "run": "aaaa"})
    assert post("aaaa").deliver(lines(1), None, None)
    assert redis.xlen(_keys.log(JOB)) == 2
