"""What a job waits for and what waits for it, as RQ keeps it: of 3.0 by RQ itself, of 2.12 field by field."""

import json
from itertools import pairwise

import pytest
from rq import Queue
from rq.job import Dependency

from tests import fixture_jobs, raw_jobs
from tests.live import Page
from tests.support import eventually
from webapp.boards.graph import Graph
from webapp.live.interest import Dirty
from webapp.queries import graph
from webapp.queries.rows import RowReader
from webapp.queries.titles import Titles


@pytest.fixture
def queue(redis, shared_app):
    # Boards are shared for a second: not with the test before.
    shared_app.extensions["live"].boards._kept.clear()
    return Queue("default", connection=redis)


def read(api, job_id):
    """(jobs by id, edges) of a graph."""
    value = api.get(f"/api/boards/graph/{job_id}")["value"]
    return {job["id"]: job for job in value["jobs"]}, sorted(map(tuple, value["edges"]))


def levels(jobs):
    return {job_id: job["level"] for job_id, job in jobs.items()}


def add(queue, job_id, *depends_on, **more):
    return queue.enqueue(fixture_jobs.nothing, job_id=job_id, depends_on=list(depends_on) or None, **more)


def test_both_sides_of_a_job_are_told_with_their_states(api, queue):
    for job_id, needs in {"a": [], "b": ["a"], "c": ["b"], "d": ["b"], "e": ["c", "d"]}.items():
        add(queue, job_id, *needs)
    jobs, edges = read(api, "b")
    assert levels(jobs) == {"b": 0, "a": -1, "c": 1, "d": 1, "e": 2}
    assert edges == [("a", "b"), ("b", "c"), ("b", "d"), ("c", "e"), ("d", "e")]
    assert {job["status"] for job_id, job in jobs.items() if job_id != "a"} == {"deferred"}
    assert (jobs["a"]["status"], jobs["a"]["func"]) == ("queued", "tests.fixture_jobs.nothing")


def test_other_parents_of_a_dependent_are_counted_and_not_drawn(api, queue):
    add(queue, "a")
    add(queue, "x")
    queue.enqueue(fixture_jobs.nothing, job_id="c", depends_on=Dependency(["a", "x"], allow_failure=True))
    jobs, edges = read(api, "a")
    assert edges == [("a", "c")]
    assert (jobs["c"]["more_parents"], jobs["c"]["allow_failure"], jobs["a"]["allow_failure"]) == (1, True, False)
    assert api.get("/api/boards/graph/a")["value"]["more"] == 1


def test_three_levels_each_way_and_what_lies_beyond_is_counted(api, queue):
    names = [f"n{number}" for number in range(10)]
    add(queue, names[0])
    for parent, child in pairwise(names):
        add(queue, child, parent)
    jobs, edges = read(api, "n5")
    assert sorted(jobs) == names[2:9]
    assert len(edges) == 6
    assert (jobs["n2"]["more_parents"], jobs["n8"]["more_dependents"]) == (1, 1)


def test_a_job_with_a_thousand_dependents_is_cut(api, redis, queue):
    add(queue, "a")
    redis.sadd("rq:job:a:dependents", *(f"gone-{number}" for number in range(1_000)))
    jobs, edges = read(api, "a")
    assert len(jobs) == graph.JOBS_MAX
    assert jobs["a"]["more_dependents"] == 1_000 - len(edges)


def test_what_is_gone_says_so_in_its_place(api, redis, queue):
    add(queue, "a")
    add(queue, "b", "a")
    redis.delete("rq:job:a")
    jobs, edges = read(api, "b")
    assert (jobs["a"]["gone"], jobs["a"]["status"]) == (True, None)
    assert edges == [("a", "b")]


def test_jobs_that_wait_for_each_other_are_told_once(api, redis, queue):
    add(queue, "a")
    add(queue, "b", "a")
    redis.hset("rq:job:a", "dependency_ids", json.dumps(["b", "a"]))
    jobs, edges = read(api, "a")
    assert sorted(jobs) == ["a", "b"]
    assert edges == [("a", "a"), ("a", "b"), ("b", "a")]


def test_dependencies_as_2_12_and_as_older_versions_write_them(api, redis, queue):
    raw_jobs.write(redis, "new", dependency_ids=json.dumps(["p1", "p2"]), dependency_id="p1", status="deferred")
    raw_jobs.write(redis, "old", dependency_id="p1", status="deferred")
    raw_jobs.write(redis, "p1", status="failed")
    redis.sadd("rq:job:p1:dependents", "new", "old")
    jobs, edges = read(api, "p1")
    assert edges == [("p1", "new"), ("p1", "old")]
    assert read(api, "new")[1] == [("p1", "new"), ("p2", "new")]
    assert jobs["new"]["more_parents"] == 1


@pytest.mark.parametrize(
    "broken",
    [
        {"dependency_ids": b"\xff\xfe", "dependency_id": b"\xff"},
        {"dependency_ids": b'{"a": 1}'},
        {"dependency_ids": b"[[], null, 7]"},
        {"allow_dependency_failures": b"maybe"},
    ],
)
def test_odd_dependencies_are_no_error(api, redis, queue, broken):
    raw_jobs.write(redis, "a", **broken)
    redis.set("rq:job:a:dependents", "no set")
    assert read(api, "a")[0]["a"]["status"] == "queued"


def test_there_is_no_graph_of_a_job_that_is_not_there(api):
    status, answer = api.status("/api/boards/graph/nobody")
    assert (status, answer["error"]["code"]) == (404, "not_found")


def test_what_waited_for_a_job_stays_in_sight_when_rq_forgets_it(web, redis, queue, worker_process):
    add(queue, "a")
    low = Queue("low", connection=redis)
    add(low, "b", "a")
    with Page(web, {"boards": ["graph/a"]}) as page:
        page.until_seen("board")
        worker_process("default", burst=True)

        def told():
            value = next(event["value"] for event in reversed(page.events) if event["type"] == "board")
            return {job["id"]: job["status"] for job in value["jobs"]}

        page.until(lambda: told() == {"a": "finished", "b": "queued"})
        assert not redis.exists("rq:job:a:dependents"), "RQ has forgotten it"
        redis.delete("rq:job:b")
        page.until(lambda: told() == {"a": "finished"})


def test_what_was_seen_before_counts_only_where_the_dependent_itself_says_so(reader, queue):
    add(queue, "a")
    add(queue, "other")
    edges = [("a", "other"), ("a", "gone"), ("elsewhere", "a")]
    value, told = graph.read(reader, RowReader(Titles()), "a", edges)
    assert [job["id"] for job in value["jobs"]] == ["a"]
    assert told == []


def test_a_new_dependent_shows(web, queue):
    add(queue, "a")
    with Page(web, {"boards": ["graph/a"]}) as page:
        page.until_seen("board")
        add(queue, "b", "a")
        page.until(lambda: any((event.get("value") or {}).get("edges") == [["a", "b"]] for event in page.events))


def test_a_graph_is_read_sooner_when_a_job_of_it_or_a_deferred_one_changes():
    board, value = Graph(), {"jobs": [{"id": "a"}], "edges": [], "more": 0}
    assert board.concerned(Dirty(jobs={"a", "x"}), "a", value)
    assert board.concerned(Dirty(lists={("low", "deferred")}), "a", value), (
        "its own hash does not tell of a new dependent"
    )
    assert not board.concerned(Dirty(jobs={"x"}, lists={("low", "queued")}), "a", value)


def test_a_graph_takes_few_round_trips(reader, queue):
    for job_id, needs in {"a": [], "b": ["a"], "c": ["b"], "d": ["c"], "e": ["d"]}.items():
        add(queue, job_id, *needs)
    sent = []
    execute = reader.pipeline
    reader.pipeline = lambda **more: sent.append(1) or execute(**more)
    value, _ = graph.read(reader, RowReader(Titles()), "b")
    assert len(value["jobs"]) == 5
    assert len(sent) <= 8


def test_dependencies_are_in_the_jobs_own_answer(api, redis, queue):
    add(queue, "a")
    redis.sadd("rq:job:a:dependents", *(f"x{number}" for number in range(300)))
    add(queue, "b", "a", at_front=True)
    told = eventually(lambda: api.get("/api/jobs/a")["job"])
    assert told["dependents_total"] == 301
    assert len(told["dependents"]) <= 100
    assert api.get("/api/jobs/b")["job"]["depends_on"] == ["a"]
