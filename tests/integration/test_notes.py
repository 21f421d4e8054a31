"""Notes on a job: left and taken back through the door, told to every open page, bounded, and gone with the job."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from jobs import _keys
from tests import raw_jobs
from tests.accounts import browser, user
from tests.feed_mode import MODE, needs_notices
from tests.in_process import error, running
from tests.in_redis import activity, stored
from tests.live import Page, ask
from tests.processes import WebServer
from webapp import memory
from webapp.config import Config
from webapp.connections import connect
from webapp.operations.sweep import Sweeper

#: Seconds within which all pages have it.
SOON = 1.0


@pytest.fixture
def client(redis, redis_server, tmp_path) -> Iterator[FlaskClient]:
    with running(redis_server.url, tmp_path / "files") as made:
        yield made


@pytest.fixture
def job_id(redis) -> str:
    return raw_jobs.listed(redis, "failed")


def leave(client: FlaskClient, job_id: str, text: str, **who: str):
    return client.post(f"/api/jobs/{job_id}/notes", json={"text": text, **who})


def notes(client: FlaskClient, job_id: str) -> list[dict]:
    return client.get(f"/api/boards/notes/{job_id}").json["value"]["notes"]


def size(redis, job_id: str) -> float | None:
    return redis.zscore(_keys.NOTES_INDEX, job_id)


def test_a_note_has_its_author_its_time_and_a_line_of_activity(client, redis, job_id):
    answer = leave(client, job_id, " The disk was full:\x00 see https://wiki/disk ", name="Mina", key="k1")
    assert answer.status_code == 201
    (note,) = notes(client, job_id)
    assert note | {"at": 0} == {
        "id": answer.json["note"]["id"],
        "at": 0,
        "name": "Mina",
        "by": answer.json["note"]["by"],
        "text": "The disk was full: see https://wiki/disk",
    }
    assert note["at"] == int(note["id"].split("-")[0])
    assert activity(redis) == [("anyone", "note", job_id, "done")]
    assert client.get("/api/jobs", query_string={"queue": "default", "status": "failed"}).json["jobs"][0]["notes"] == 1
    assert client.get(f"/api/jobs/{job_id}").json["job"]["notes"] == 1


def test_who_left_it_can_take_it_back_and_nobody_else(client, redis, job_id):
    note_id = leave(client, job_id, "mine", name="Mina", key="k1").json["note"]["id"]
    address = f"/api/jobs/{job_id}/notes/{note_id}"
    refused = client.delete(address, json={"name": "Mina", "key": "k2"})
    assert (refused.status_code, error(refused)["code"]) == (403, "not_yours")
    assert "Mina" in error(refused)["message"]
    assert client.delete(address, json={"key": "k1"}).status_code == 204
    assert client.delete(address, json={"key": "k1"}).status_code == 404
    # Nothing of it is left, in no key and not on the job.
    assert _keys.NOTES_FIELD not in stored(redis, job_id)
    assert not redis.exists(_keys.notes(job_id), _keys.NOTES_INDEX)
    assert [line[1:] for line in activity(redis)[1:]] == [
        ("unnote", job_id, "not_yours"),
        ("unnote", job_id, "done"),
    ]


def test_programs_without_a_key_are_all_the_same_anyone(client, job_id):
    note_id = leave(client, job_id, "deployed").json["note"]["id"]
    assert notes(client, job_id)[0]["name"] == "anyone"
    assert client.delete(f"/api/jobs/{job_id}/notes/{note_id}", json={"key": "k"}).status_code == 403
    assert client.delete(f"/api/jobs/{job_id}/notes/{note_id}").status_code == 204


def test_a_login_is_the_author_whatever_else_is_said(redis, redis_server, tmp_path, job_id):
    users = user("ada", "operator") + user("bob", "operator")
    with running(redis_server.url, tmp_path / "files", users=users) as nobody:
        for name in ("ada", "bob"):
            client = browser(nobody.application, name)
            leave(client, job_id, "hello", name="Mina", key="k")
        first, second = notes(client, job_id)
        assert (first["name"], second["name"]) == ("ada", "bob")
        assert client.delete(f"/api/jobs/{job_id}/notes/{first['id']}", json={"key": "k"}).status_code == 403
        assert client.delete(f"/api/jobs/{job_id}/notes/{second['id']}").status_code == 204


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "bad_input"),
        ({"text": 5}, 400, "bad_input"),
        ({"text": " \u202e\n"}, 400, "empty"),
        ({"text": "x" * 2_001}, 413, "too_large"),
        ({"text": "x", "key": 5}, 400, "bad_input"),
        ({"text": "x", "name": "x" * 301}, 400, "bad_input"),
        ({"text": "x", "more": 1}, 400, "bad_input"),
    ],
)
def test_what_is_no_note_is_said_and_leaves_nothing(client, redis, job_id, body, status, code):
    answer = client.post(f"/api/jobs/{job_id}/notes", json=body)
    assert (answer.status_code, error(answer)["code"]) == (status, code)
    assert not redis.exists(_keys.notes(job_id), _keys.NOTES_INDEX, _keys.ACTIVITY)


def test_the_longest_note_in_the_widest_letters_comes_back_as_it_was(client, job_id):
    text = "말" * _keys.NOTE_CHARS
    assert leave(client, job_id, text).status_code == 201
    assert notes(client, job_id)[0]["text"] == text


def test_there_is_no_note_on_a_job_that_there_is_not(client, redis):
    assert leave(client, "nobody", "hello").status_code == 404
    assert client.get("/api/boards/notes/nobody").status_code == 404
    assert not redis.exists("rq:job:nobody", _keys.notes("nobody"), _keys.NOTES_INDEX)
    assert client.delete("/api/jobs/nobody/notes/1-1").status_code == 404
    assert client.delete("/api/jobs/nobody/notes/x").status_code == 400


def test_beyond_fifty_notes_of_a_job_one_is_refused_with_the_way_on(client, redis, job_id):
    for number in range(_keys.NOTES_MAX):
        assert leave(client, job_id, str(number)).status_code == 201
    refused = leave(client, job_id, "one too many")
    assert (refused.status_code, error(refused)["code"]) == (409, "notes_full")
    assert [note["text"] for note in notes(client, job_id)] == [str(number) for number in range(_keys.NOTES_MAX)]
    assert stored(redis, job_id)[_keys.NOTES_FIELD] == b"50"


@pytest.mark.parametrize(("setting", "most"), [("NOTES_BYTES", 1_000), ("NOTED_JOBS_MAX", 2)])
def test_all_notes_together_are_bounded_and_those_of_vanished_jobs_make_room(client, redis, monkeypatch, setting, most):
    monkeypatch.setattr(_keys, setting, most)
    ids = [raw_jobs.listed(redis, "failed") for _ in range(3)]
    for job_id in ids[:2]:
        assert leave(client, job_id, "x" * 300).status_code == 201
    assert error(leave(client, ids[2], "x" * 300))["code"] == "notes_full"
    redis.delete(f"rq:job:{ids[0]}")
    assert leave(client, ids[2], "x" * 300).status_code == 201
    assert not redis.exists(_keys.notes(ids[0]))
    assert {member.decode() for member in redis.zrange(_keys.NOTES_INDEX, 0, -1)} == set(ids[1:])
    assert size(redis, ids[1]) == size(redis, ids[2])


def test_a_small_redis_gives_notes_a_thousandth(client, redis, job_id, monkeypatch):
    monkeypatch.setattr(memory, "FRESH", 0)
    redis.config_set("maxmemory", 1_000_000_000)
    try:
        redis.zadd(_keys.NOTES_INDEX, {job_id: 999_800})
        assert error(leave(client, job_id, "x" * 300))["code"] == "notes_full"
    finally:
        redis.config_set("maxmemory", 0)
    assert leave(client, job_id, "x" * 300).status_code == 201


def test_taking_back_gives_the_room_back(client, redis, job_id):
    leave(client, job_id, "one")
    before = size(redis, job_id)
    note_id = leave(client, job_id, "말" * 100, key="k").json["note"]["id"]
    assert size(redis, job_id) > before + 300
    client.delete(f"/api/jobs/{job_id}/notes/{note_id}", json={"key": "k"})
    assert size(redis, job_id) == before


@pytest.mark.parametrize("key", ["job", "notes", "index"])
def test_a_key_that_holds_something_else_is_said_and_nothing_is_written(client, redis, key):
    job_id = raw_jobs.listed(redis, "failed")
    name = {"job": f"rq:job:{job_id}", "notes": _keys.notes(job_id), "index": _keys.NOTES_INDEX}[key]
    redis.delete(name)
    redis.set(name, "x")
    before = {found: redis.dump(found) for found in redis.scan_iter()}
    refused = leave(client, job_id, "hello")
    assert (refused.status_code, error(refused)["code"]) == (403, "wrong_type")
    assert {found: redis.dump(found) for found in redis.scan_iter() if found != _keys.ACTIVITY.encode()} == before


def test_a_redis_that_is_only_looked_at_takes_none(redis, redis_server, tmp_path, job_id):
    with running(redis_server.url, tmp_path / "files", own_redis=False) as client:
        before = stored(redis, job_id)
        refused = leave(client, job_id, "hello")
        assert (refused.status_code, error(refused)["code"]) == (403, "look_only")
        assert "RQLIVE_WRITE=1" in error(refused)["fix"]
        assert client.delete(f"/api/jobs/{job_id}/notes/1-1").status_code == 403
        assert stored(redis, job_id) == before
        assert not redis.exists(_keys.notes(job_id), _keys.NOTES_INDEX, _keys.ACTIVITY)


def test_the_sweep_ends_notes_whose_job_is_gone_and_no_others(client, redis, redis_server, tmp_path):
    kept, gone = raw_jobs.listed(redis, "failed"), raw_jobs.listed(redis, "failed")
    for job_id in (kept, gone):
        leave(client, job_id, "hello")
    redis.delete(f"rq:job:{gone}")
    config = Config(redis_url=redis_server.url, own_redis=True, files=str(tmp_path / "files"))
    connections = connect(config)
    Sweeper(connections, config).sweep()
    connections.close()
    assert redis.zrange(_keys.NOTES_INDEX, 0, -1) == [kept.encode()]
    assert redis.exists(_keys.notes(kept))
    assert not redis.exists(_keys.notes(gone))


def test_what_others_write_among_the_notes_is_shown_as_far_as_it_goes(client, redis, job_id):
    redis.xadd(_keys.notes(job_id), {b"name": b"\xff" * 500, b"text": b"x" * 9_000})
    redis.xadd(_keys.notes(job_id), {"hello": "world"})
    first, second = notes(client, job_id)
    assert (len(first["name"]), len(first["text"])) == (40, 2_000)
    assert second["text"] == ""
    redis.hset(f"rq:job:{job_id}", _keys.NOTES_FIELD, "many")
    assert client.get(f"/api/jobs/{job_id}").json["job"]["notes"] == 0


@needs_notices
def test_every_page_on_every_server_has_it_at_once(redis, web, web_server):
    """A row tells how many there are, an open job shows them."""
    other: WebServer = web_server(env={"RQLIVE_WRITE": 1})
    job_id = raw_jobs.listed(redis, "failed")
    watch = {"overview": True, "rows": [job_id], "boards": [f"notes/{job_id}"]}

    def texts(page: Page) -> list[str] | None:
        shown = [event for event in page.events if event["type"] == "board" and event["value"]]
        return [note["text"] for note in shown[-1]["value"]["notes"]] if shown else None

    with Page(web, watch) as here, Page(other, watch) as there:
        for page in (here, there):
            page.until(lambda: texts(page) == [] and page.mode == MODE)  # noqa: B023
        status, answer = ask(other, "POST", f"/api/jobs/{job_id}/notes", {"text": "look here"})
        assert status == 201
        for page in (here, there):
            page.until(lambda: texts(page) == ["look here"] and page.rows[job_id]["notes"] == 1, SOON)  # noqa: B023
        address = f"/api/jobs/{job_id}/notes/{answer['note']['id']}"
        assert ask(other, "DELETE", address)[0] == 204
        for page in (here, there):
            page.until(lambda: texts(page) == [] and page.rows[job_id]["notes"] == 0, SOON)  # noqa: B023


def test_nobody_reads_notes_that_nobody_looks_at(redis, web):
    job_id = raw_jobs.listed(redis, "failed")
    with Page(web, {"overview": True, "job": job_id}) as page:
        page.until(lambda: page.complete and job_id in page.jobs)
        redis.config_resetstat()
        redis.xadd(_keys.notes(job_id), {"name": "x", "by": "x", "text": "x"})
        page.settle(1.5)
        assert "cmdstat_xrange" not in redis.info("commandstats")
