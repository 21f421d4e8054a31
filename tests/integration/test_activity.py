"""The activity: what was done and refused is told once, to all, newest first, whatever else lies in its stream."""

import json
from collections.abc import Iterator

import pytest
import redis as redis_py

from jobs import _keys
from tests import raw_jobs
from tests.feed_mode import MODE, needs_notices
from tests.in_process import running
from tests.in_redis import open_door
from tests.live import Page, get_ok
from tests.servers import RedisServer
from webapp.errors import NotFound
from webapp.queries import activity

MODES = ["tracking", "keyspace", "sampling"]
#: Seconds within which a change is seen: sampling looks once a second, and machines are busy.
SOON = 8.0
ADD = {
    "title": "Add",
    "func": "tests.fixture_jobs.add",
    "schema": {"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": False},
    "hosts": [],
}


@pytest.fixture
def client(redis, redis_server, tmp_path):
    redis.hset(_keys.CATALOG, "add", json.dumps(ADD))
    with running(redis_server.url, tmp_path / "files") as made:
        yield made


@pytest.fixture
def server() -> Iterator[RedisServer]:
    """A server of its own that sends keyspace notices, so that each mode can be had."""
    own = RedisServer({"notify-keyspace-events": "KEA"})
    own.start()
    yield own
    own.close()


def write(redis: redis_py.Redis, *jobs: str, **more: str) -> list[str]:
    """Lines as the door leaves them, one a job; returns their ids, oldest first."""
    line = {"at": 1795360400022, "actor": "ada", "action": "cancel", "queue": "default", "outcome": "done"} | more
    return [redis.xadd(_keys.ACTIVITY, line | {"job": job}).decode() for job in jobs]


def told(answer: dict) -> list[str | None]:
    return [line["job"] for line in answer["lines"]]


def test_every_action_leaves_a_line_also_a_refused_one(client, redis):
    job = client.post("/api/jobs", json={"type": "add", "args": {"a": 2}}).json["job"]["id"]
    client.post(f"/api/jobs/{job}/cancel")
    assert client.post(f"/api/jobs/{job}/stop").status_code == 409
    again = client.post("/api/jobs", json={"again": job}).json["job"]["id"]
    client.post("/api/jobs", json={"type": "add", "args": {"a": 2}, "id": again})
    client.delete(f"/api/jobs/{again}")
    answer = client.get("/api/activity").json
    assert [(line["action"], line["job"], line["outcome"], line["reason"]) for line in answer["lines"]] == [
        ("delete", again, "done", None),
        ("enqueue", again, "done", "already_there"),
        ("run_again", again, "done", None),
        ("stop", job, "refused", "state_changed"),
        ("cancel", job, "done", None),
        ("enqueue", job, "done", None),
    ]
    assert answer["lines"][2]["of"] == job
    assert {line["actor"] for line in answer["lines"]} == {"anyone"}
    assert {line["queue"] for line in answer["lines"]} == {"default"}
    assert {line["note"] for line in answer["lines"]} == {None}
    assert len({line["server"] for line in answer["lines"]}) == 1
    # As the list of jobs shows them, and no more: the deleted one has no title any more.
    assert {line["job"]: line["title"] for line in answer["lines"]} == {job: "Add", again: None}
    assert (answer["total"], answer["next"], answer["note"]) == (6, None, None)


def test_a_line_tells_no_more_than_the_list_of_jobs(client, redis):
    client.post("/api/jobs", json={"type": "add", "args": {"a": 271828}, "description": "secret plans"})
    ((_, stored),) = redis.xrange(_keys.ACTIVITY)
    assert stored.keys() == {b"at", b"actor", b"action", b"job", b"queue", b"outcome", b"server", b"address"}
    assert stored[b"address"] == b"127.0.0.1"
    assert not any(secret in value.decode() for secret in ("271828", "secret plans") for value in stored.values())


def test_what_failed_on_our_side_is_a_line_and_what_meant_nothing_is_none(redis, tmp_path):
    door = open_door(redis, tmp_path)
    for error in (NotFound("no such job"), redis_py.ConnectionError("away")):
        with pytest.raises(type(error)), door.act("cancel", "j1"):
            raise error
    assert not redis.exists(_keys.ACTIVITY)
    with pytest.raises(RuntimeError), door.act("cancel", "j1", "high"):
        raise RuntimeError("a bug")
    ((_, stored),) = redis.xrange(_keys.ACTIVITY)
    assert (stored[b"job"], stored[b"queue"], stored[b"outcome"]) == (b"j1", b"high", b"failed")


def test_pages_follow_each_other_to_the_oldest_line(api, redis):
    write(redis, *(f"j{number}" for number in range(120)))
    seen, before, pages = [], None, 0
    while before or not pages:
        answer = api.get("/api/activity", **({"before": before} if before else {}))
        seen, before, pages = seen + told(answer), answer["next"], pages + 1
    assert seen == [f"j{number}" for number in reversed(range(120))]
    assert pages == 3


def test_a_page_ends_where_the_reader_has_been(api, redis):
    ids = write(redis, "a", "b", "c", "d", "e")
    assert told(api.get("/api/activity", after=ids[1])) == ["e", "d", "c"]
    assert told(api.get("/api/activity", after=ids[0], before=ids[3])) == ["c", "b"]
    answer = api.get("/api/activity", after=ids[0], limit=2)
    assert (told(answer), answer["next"]) == (["e", "d"], ids[3])
    redis.xdel(_keys.ACTIVITY, ids[3])
    assert told(api.get("/api/activity", before=ids[3])) == ["c", "b", "a"], "from a line that is gone by now"
    assert told(api.get("/api/activity", after=ids[4])) == []


def test_only_what_is_asked_for_is_given_however_far_back_it_lies(api, redis):
    write(redis, "wanted")
    write(redis, *(f"j{number}" for number in range(600)), actor="bob", outcome="state_changed")
    write(redis, "wanted", action="delete")
    answer = api.get("/api/activity", job="wanted")
    assert [(line["action"], line["job"]) for line in answer["lines"]] == [("delete", "wanted"), ("cancel", "wanted")]
    assert (answer["looked_at"], answer["total"], answer["next"]) == (602, 602, None)
    assert told(api.get("/api/activity", actor="ada", action="delete")) == ["wanted"]
    refused = api.get("/api/activity", outcome="refused", limit=2)
    assert (told(refused), refused["looked_at"]) == (["j599", "j598"], 3)
    assert told(api.get("/api/activity", outcome="refused", limit=2, before=refused["next"])) == ["j597", "j596"]


def test_no_request_looks_at_more_than_it_may_and_says_where_to_look_on(api, redis, monkeypatch):
    monkeypatch.setattr(activity, "LOOKED_AT_MAX", 500)
    write(redis, "wanted")
    write(redis, *(f"j{number}" for number in range(700)), actor="bob")
    first = api.get("/api/activity", actor="ada")
    assert (first["lines"], first["looked_at"], first["total"]) == ([], 500, 701)
    second = api.get("/api/activity", actor="ada", before=first["next"])
    assert (told(second), second["looked_at"], second["next"]) == (["wanted"], 201, None)


@pytest.mark.parametrize(
    "query",
    [
        {"before": "x"},
        {"after": "1-2-3"},
        {"before": "-1"},
        {"limit": "many"},
        {"after": "9" * 30},
        {"job": "x" * 6_001},
    ],
)
def test_a_query_that_cannot_be_meant_is_said(api, query):
    status, body = api.status("/api/activity", **query)
    assert (status, body["error"]["code"]) == (400, "bad_input")
    assert next(iter(query)) in body["error"]["message"]


def test_no_more_lines_are_given_than_a_page_takes(api, redis):
    write(redis, *map(str, range(250)))
    assert len(api.get("/api/activity", limit=999_999)["lines"]) == 200
    assert api.status("/api/activity", limit=0)[0] == 400


def test_entries_that_are_not_ours_are_rows_that_say_so(api, redis):
    write(redis, "good")
    redis.xadd(_keys.ACTIVITY, {"hello": "world"})
    redis.xadd(_keys.ACTIVITY, {b"actor": b"\xff", b"action": b"x" * 5_000, b"job": b"\x00:\xfe", b"outcome": b""})
    answer = api.get("/api/activity")
    assert [line["note"] for line in answer["lines"]] == ["odd", "odd", None]


@pytest.mark.parametrize("nothing", [None, "string"])
def test_without_a_stream_there_are_no_lines_and_a_key_of_another_type_is_said(api, redis, nothing):
    if nothing:
        redis.set(_keys.ACTIVITY, nothing)
    answer = api.get("/api/activity")
    assert (answer["lines"], answer["total"], answer["next"]) == ([], 0, None)
    assert answer["note"] == ("unreadable" if nothing else None)


@pytest.mark.parametrize("mode", MODES)
def test_who_watches_is_told_the_newest_lines_and_then_what_is_new(server, web_server, mode):
    redis = server.connection()
    web = web_server(server.url, env={"RQLIVE_FEED": mode})
    write(redis, *(f"j{number}" for number in range(70)))

    def shows(page: Page, *jobs: str) -> None:
        page.until(lambda: page.activity is not None and told({"lines": page.activity})[: len(jobs)] == [*jobs], SOON)

    with Page(web, {"overview": True, "activity": True}) as page:
        shows(page, "j69", "j68")
        assert len(page.activity) == 50
        assert page.activity == get_ok(web, "/api/activity")["lines"]
        write(redis, "a")
        shows(page, "a", "j69")
        (event,) = [event for event in page.events if event["type"] == "activity"][1:]
        assert (len(event["lines"]), event["reset"], event["total"]) == (1, False, 71)
        with Page(web, {"activity": True}) as second:
            shows(second, "a", "j69")
            # More than are told at once: what was shown before is over.
            write(redis, *(f"k{number}" for number in range(60)))
            for one in (page, second):
                shows(one, "k59", "k58")
                one.until(lambda: len(one.activity) <= 60)  # noqa: B023
        job_id = raw_jobs.listed(redis, "queued")
        (last,) = write(redis, job_id)
        shows(page, job_id, "k59")
        assert page.activity[0]["title"] == "elsewhere.tasks.run"
        redis.xdel(_keys.ACTIVITY, last)
        shows(page, "k59", "k58")
        redis.delete(_keys.ACTIVITY)
        page.until(lambda: page.activity == [], SOON, "the lines are gone")
        redis.set(_keys.ACTIVITY, "no stream")
        page.until_seen("activity", SOON, note="unreadable")
        redis.delete(_keys.ACTIVITY)
        page.until_seen("activity", SOON, note=None)
        write(redis, "new life")
        shows(page, "new life")


@needs_notices
def test_a_line_is_told_within_moments(server, web_server):
    redis = server.connection()
    web = web_server(server.url)
    with Page(web, {"activity": True}) as page:
        page.until(lambda: page.activity == [] and page.mode == MODE)
        page.settle(0.4)
        write(redis, "a")
        page.until(lambda: page.activity, 0.9, "by a notice, not by a look once a second")


def test_a_program_that_leaves_hundreds_of_lines_is_told_of_a_few_times_and_nothing_is_missed(server, web_server):
    redis = server.connection()
    web = web_server(server.url)
    with Page(web, {"activity": True}) as page:
        page.until(lambda: page.activity == [])
        jobs = [f"j{number}" for number in range(200)]
        for job in jobs:
            write(redis, job)
            page.settle(0.005)
        page.until(lambda: page.activity and page.activity[0]["job"] == jobs[-1], SOON)
        heard = [event for event in page.events if event["type"] == "activity"]
        if not any(event["reset"] for event in heard[1:]):
            assert told({"lines": page.activity}) == jobs[::-1]
        assert len(heard) < 20


def test_while_nobody_watches_it_is_not_read(server, web_server):
    redis = server.connection()
    web = web_server(server.url)
    with Page(web, {"overview": True}) as page:
        page.until(lambda: page.complete)
        redis.config_resetstat()
        write(redis, "a")
        page.settle(2)
        assert "cmdstat_xrevrange" not in redis.info("commandstats")
        page.watch(overview=True, activity=True)
        page.until(lambda: page.activity, SOON)


def test_an_export_has_every_line_and_no_other(client, redis):
    ids = write(redis, *(f"job {nth}" for nth in range(1_050)))
    write(redis, "of bob", actor="bob", outcome="state_changed")
    answer = client.get("/api/activity/export")
    assert (answer.status_code, answer.mimetype) == (200, "application/jsonl")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="activity.jsonl"'
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["job"] for line in lines] == ["of bob", *(f"job {nth}" for nth in reversed(range(1_050)))]
    assert lines[-1]["id"] == ids[0]
    of_bob = client.get("/api/activity/export?actor=bob").text.splitlines()
    assert [json.loads(line)["job"] for line in of_bob] == ["of bob"]


def test_an_export_of_what_cannot_be_read_is_empty_and_no_error(client, redis):
    redis.set(_keys.ACTIVITY, "no stream")
    answer = client.get("/api/activity/export")
    assert (answer.status_code, answer.text) == (200, "")


def test_an_export_is_sent_as_it_is_read(client, redis):
    write(redis, *(f"job {nth}" for nth in range(1_000)))
    answer = client.get("/api/activity/export", buffered=False)
    parts = iter(answer.response)
    assert next(parts).count(b"\n") == 200
    redis.delete(_keys.ACTIVITY)
    assert sum(part.count(b"\n") for part in parts) == 0, "what was not read yet is not there to be sent"
