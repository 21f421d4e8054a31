"""Muting a cause of failure: for everybody, for a while, through the door, capped, and noted in the activity."""

import json
import time

import pytest

from jobs import _keys
from tests import raw_jobs
from tests.in_process import error, running
from webapp.failure_cause import cause
from webapp.queries import mutes

#: Of a failed job without any results entry.
CAUSE = cause(None, "elsewhere.tasks.run").id


@pytest.fixture
def client(redis, redis_server, tmp_path):
    raw_jobs.listed(redis, "failed")
    with running(redis_server.url, tmp_path / "files") as made:
        yield made


def board(client) -> dict:
    return client.get("/api/boards/failures").json["value"]


def shown(client) -> dict | None:
    """The mute that the board tells, which may be a second old."""
    time.sleep(1.01)
    (group,) = board(client)["groups"]
    return group["muted"]


def test_a_cause_is_muted_for_a_while_and_told_again(client, redis):
    answer = client.post(f"/api/failures/{CAUSE}/mute", json={"for": 3600})
    muted = answer.json["muted"]
    assert (answer.status_code, muted["by"], muted["type"]) == (200, "anyone", "unknown")
    assert muted["until"] - muted["at"] == 3_600_000
    assert shown(client) == muted
    assert (
        board(client)["last_hour"] == client.get("/api/boards/failures_count").json["value"] == {"causes": 0, "jobs": 0}
    )
    assert client.delete(f"/api/failures/{CAUSE}/mute").status_code == 204
    assert shown(client) is None
    assert error(client.delete(f"/api/failures/{CAUSE}/mute"))["code"] == "not_found"
    assert not redis.exists(_keys.MUTES)


def test_each_leaves_a_line_that_names_the_cause(client):
    client.post(f"/api/failures/{CAUSE}/mute", json={"for": None})
    client.delete(f"/api/failures/{CAUSE}/mute")
    client.delete(f"/api/failures/{CAUSE}/mute")
    lines = client.get("/api/activity").json["lines"]
    assert [(line["action"], line["outcome"], line["note"]) for line in lines] == [
        ("unmute", "done", None),
        ("mute", "done", None),
    ]
    assert {json.dumps(line["cause"]) for line in lines} == {json.dumps({"id": CAUSE, "name": "unknown"})}


def test_without_an_end_it_stays_muted_and_one_that_is_over_is_told(client, redis):
    client.post(f"/api/failures/{CAUSE}/mute", json={})
    assert shown(client)["until"] is None
    over = {"type": "unknown", "by": "ada", "at": 1, "until": int(time.time() * 1000) - 1}
    redis.hset(_keys.MUTES, CAUSE, json.dumps(over))
    assert shown(client) is None
    assert board(client)["last_hour"]["causes"] == 1


def test_no_more_are_kept_than_there_is_room_for_and_those_that_are_over_make_room(client, redis):
    mute = {"type": "E", "by": "ada", "at": 1, "until": None}
    redis.hset(_keys.MUTES, mapping={f"{n:012x}": json.dumps(mute) for n in range(_keys.MUTES_MAX)})
    assert error(client.post(f"/api/failures/{CAUSE}/mute", json={}))["code"] == "mutes_full"
    redis.hset(_keys.MUTES, f"{1:012x}", json.dumps(mute | {"until": 5}))
    redis.hset(_keys.MUTES, f"{2:012x}", "no json")
    assert client.post(f"/api/failures/{CAUSE}/mute", json={}).status_code == 200
    assert redis.hlen(_keys.MUTES) == _keys.MUTES_MAX - 1
    assert not redis.hexists(_keys.MUTES, f"{1:012x}")
    assert client.post(f"/api/failures/{CAUSE}/mute", json={"for": 60}).status_code == 200, (
        "once more, for another time"
    )


@pytest.mark.parametrize("seconds", [0, 59, -1, 1.5, "3600", True, 10**9, [60]])
def test_a_time_that_is_none_is_refused(client, redis, seconds):
    assert "for" in error(client.post(f"/api/failures/{CAUSE}/mute", json={"for": seconds}))["fields"]
    assert not redis.exists(_keys.MUTES)


@pytest.mark.parametrize("cause_id", ["0" * 12, "nonsense", "A" * 12])
def test_a_cause_that_there_is_not_is_not_muted(client, redis, cause_id):
    assert error(client.post(f"/api/failures/{cause_id}/mute", json={}))["code"] == "not_found"
    assert not redis.exists(_keys.MUTES)
    assert not redis.exists(_keys.ACTIVITY)


def test_where_one_may_only_look_it_is_refused_with_the_way_to_allow_it(redis, redis_server, tmp_path):
    raw_jobs.listed(redis, "failed")
    with running(redis_server.url, tmp_path / "files", own_redis=False) as client:
        for refused in (
            client.post(f"/api/failures/{CAUSE}/mute", json={}),
            client.delete(f"/api/failures/{CAUSE}/mute"),
        ):
            told = error(refused)
            assert (refused.status_code, told["code"]) == (403, "look_only")
            assert "RQLIVE_WRITE=1" in told["fix"]
    assert not redis.exists(_keys.MUTES)


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"[]", b'"x"', b'{"by": 1, "at": "x", "until": 1}', b'{"by": 1, "until": {}}', b"\xff"]
)
def test_what_is_no_mute_of_ours_hides_nothing(raw):
    assert mutes.parse({b"0" * 12: raw}) == {}
    assert mutes.parse(None) == mutes.parse(b"text") == {}
