"""POST /api/jobs/batch: a table becomes a group of jobs, each row once; what is wrong is told first."""

import json

import pytest
from rq import Queue

from jobs import _keys
from tests.in_redis import status, stored
from webapp.actions import batch

ADD = {
    "title": "Add",
    "func": "tests.fixture_jobs.add",
    "schema": {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "integer", "maximum": 1000}},
        "required": ["a", "b"],
        "additionalProperties": False,
    },
}


@pytest.fixture
def client(redis, shared_client):
    redis.hset(_keys.CATALOG, "add", json.dumps(ADD))
    return shared_client


@pytest.fixture
def queue(redis):
    return Queue("default", connection=redis)


def post(client, text="a,b\n1,2\n3,4\n", **more):
    return client.post("/api/jobs/batch", json={"type": "add", "text": text, "format": "csv"} | more)


def fields(answer):
    assert answer.status_code == 400, answer.json
    return set(answer.json["error"]["fields"])


def test_a_line_that_is_no_json_is_named_by_its_own_number(client):
    answer = post(client, '{"a": 1, "b": 2}\nnot json\n{"a": NaN}\n', format="jsonl", check=True)
    wrong = {row["row"]: (row["line"], row["fields"][""]) for row in answer.json["check"]["wrong_rows"]}
    assert wrong == {
        2: (2, "is not JSON: Expecting value: column 1 (char 0)."),
        3: (3, "JSON has no NaN."),
    }


def test_a_table_becomes_a_group_of_jobs_that_a_stock_worker_runs(client, redis, queue, worker_process):
    answer = post(client, group="sums", id="b1")
    assert answer.status_code == 201
    made = answer.json["batch"]
    assert (made["created"], made["rows"], made["group"], made["queue"]) == (2, 2, "sums", "default")
    assert made["jobs"] == queue.job_ids == [batch.job_id("b1", 1), batch.job_id("b1", 2)]
    assert redis.smembers("rq:group:sums") == {one.encode() for one in queue.job_ids}
    assert redis.smembers("rq:groups") == {b"sums"}
    worker_process("default", burst=True)
    assert [queue.fetch_job(one).return_value() for one in made["jobs"]] == [3, 7]
    assert redis.xrange(_keys.ACTIVITY)[0][1][b"action"] == b"enqueue_many"


def test_each_job_lies_in_redis_as_one_that_was_submitted_alone(client, redis):
    options = {"retry": 2, "ttl": 600, "repeat": 1, "description": None}
    many = post(client, group="g", options=options).json["batch"]["jobs"][0]
    alone = client.post("/api/jobs", json={"type": "add", "args": {"a": 1, "b": 2}, "group": "g"} | options)
    one, other = stored(redis, many), stored(redis, alone.json["job"]["id"])
    for moment in ("created_at", "enqueued_at"):
        assert one.pop(moment)
        assert other.pop(moment)
    assert one == other
    assert 500 < redis.ttl(f"rq:job:{many}") <= 600


def test_the_same_request_again_makes_nothing_though_its_jobs_are_gone(client, redis, queue):
    first = post(client, id="b1")
    redis.delete(*(f"rq:job:{one}" for one in queue.job_ids))
    queue.delete()
    again = post(client, id="b1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert (again.json["batch"]["created"], again.json["batch"]["already_there"]) == (0, 2)
    assert not redis.llen("rq:queue:default")
    assert 3500 < redis.ttl(_keys.batch("b1")) <= 3600


def test_a_request_that_broke_off_is_finished_by_its_repetition(client, redis, queue, monkeypatch):
    monkeypatch.setattr(batch, "CHUNK", 2)
    text = "a,b\n" + "".join(f"{n},1\n" for n in range(7))
    post(client, text, id="b1")
    gone = [batch.job_id("b1", row) for row in (3, 4, 7)]
    for one in gone:
        redis.delete(f"rq:job:{one}")
        redis.lrem("rq:queue:default", 0, one)
    redis.delete(_keys.batch("b1"))
    assert post(client, text, id="b1").json["batch"]["created"] == 3
    assert len(set(queue.job_ids)) == len(queue.job_ids) == 7


def test_wrong_rows_are_named_and_nothing_is_made_unless_the_others_are_wanted(client, redis, queue):
    text = "a,b\n1,2\nx,2\n3,4000\n"
    assert fields(post(client, text)) == {"row 2: a", "row 3: b"}
    assert not redis.exists("rq:queues")
    made = post(client, text, only_good=True).json["batch"]
    assert (made["created"], made["wrong"], len(queue.job_ids)) == (1, 2, 1)
    assert fields(post(client, "a,c\n1,2\n", only_good=True)) == {"column c", "column b"}


def test_a_check_tells_what_would_be_made_and_writes_nothing(client, redis):
    before = set(redis.keys())
    check = post(client, "a,b\n1,2\n\nx,2\n", check=True).json["check"]
    assert (check["total"], check["good"], check["wrong"], check["columns"]) == (2, 1, 1, {})
    assert check["wrong_rows"] == [
        {"row": 2, "line": 4, "args": {"a": "x", "b": 2}, "fields": {"a": "must be a whole number"}}
    ]
    assert set(redis.keys()) == before


def test_the_first_row_starts_first_at_the_front_and_under_a_limit(client, redis, queue, monkeypatch):
    monkeypatch.setattr(batch, "CHUNK", 2)
    text = "a,b\n" + "".join(f"{n},1\n" for n in range(5))
    queue.enqueue("tests.fixture_jobs.nothing", job_id="before")
    post(client, text, id="f", options={"at_front": True})
    assert queue.job_ids == [*(batch.job_id("f", row) for row in range(1, 6)), "before"]
    post(client, text, id="l", options={"rate_limit": {"key": "mail", "concurrency": 1}})
    waiting = [one.decode() for one in redis.zrange("rq:rl:mail:rate_limited", 0, -1)]
    assert [status(redis, batch.job_id("l", 1)), *waiting] == [
        "queued",
        *(batch.job_id("l", row) for row in range(2, 6)),
    ]


def test_all_wait_for_the_same_jobs(client, redis, queue, worker_process):
    parent = queue.enqueue("tests.fixture_jobs.nothing").id
    made = post(client, options={"after": [parent]}).json["batch"]
    assert (made["deferred"], {status(redis, one) for one in made["jobs"]}) == (True, {"deferred"})
    worker_process("default", burst=True)
    assert {status(redis, one) for one in made["jobs"]} == {"finished"}
    assert fields(post(client, options={"after": ["nope"]})) == {"after"}


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"text": None, "rows": None}, {"rows"}),
        ({"zone": "Mars/Olympus"}, {"zone"}),
        ({"zone": "../etc/passwd"}, {"zone"}),
        ({"id": "a b", "check": 1}, {"id", "check"}),
        ({"options": {"id": "x", "quue": 1}}, {"id", "quue"}),
        ({"options": {"timeout": 0}, "group": " g"}, {"timeout", "group"}),
        ({"options": []}, {"options"}),
        ({"type": "nope"}, {"type"}),
        ({"format": "xlsx"}, {"format"}),
        ({"options": {"queue": "defualt"}}, {"queue"}),
        ({"text": "a,b\n"}, set()),
    ],
)
def test_what_is_wrong_is_named(client, redis, more, named):
    assert fields(post(client, **more)) == named
    assert not redis.exists("rq:queues")


def test_rows_may_come_as_json(client, queue):
    rows = [{"a": 1, "b": 2}, {"a": 3, "b": 4}]
    assert client.post("/api/jobs/batch", json={"type": "add", "rows": rows}).json["batch"]["created"] == 2
    assert client.post("/api/jobs/batch", json={"type": "add", "rows": rows, "text": ""}).status_code == 400
