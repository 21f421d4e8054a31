"""Repeat, dependencies, unique, rate limit, group and lifetimes: as RQ writes them, and as stock workers obey."""

import json

import pytest
from rq import Queue, RateLimit, Repeat
from rq.group import Group
from rq.job import Dependency

from jobs import _keys
from tests import fixture_jobs
from tests.in_redis import open_door, status, stored, where
from tests.support import eventually
from webapp.actions import jobs, submit
from webapp.actions.options import Options
from webapp.errors import BadInput, Refused


def entry(name, **shapes):
    schema = {"type": "object", "properties": shapes, "required": list(shapes), "additionalProperties": False}
    return {"name": name, "title": name, "func": f"tests.fixture_jobs.{name}", "schema": schema, "schema_version": 1}


@pytest.fixture
def door(redis, tmp_path):
    known = [entry("add", a={"type": "integer"}, b={"type": "integer"}), entry("nothing"), entry("div_by_zero")]
    redis.hset(_keys.CATALOG, mapping={one["name"]: json.dumps(one) for one in known})
    return open_door(redis, tmp_path)


@pytest.fixture
def queue(redis):
    return Queue("default", connection=redis)


def add(door, **options):
    return submit.enqueue(door, "add", {"a": 2, "b": 3}, Options(**options)).job_id


def told(redis, job_id):
    """The hash without moments, and without what only we write."""
    fields = stored(redis, job_id)
    for name in ("created_at", "enqueued_at", _keys.ACTOR_FIELD, _keys.SUBMITTED_FIELD):
        fields.pop(name, None)
    return fields


@pytest.mark.parametrize("at_front", [False, True])
@pytest.mark.parametrize("allow_failure", [False, True])
def test_a_job_that_waits_for_others_lies_where_rq_puts_it(redis, door, queue, allow_failure, at_front):
    parents = [queue.enqueue(fixture_jobs.nothing).id for _ in range(2)]
    ours = add(door, after=tuple(parents), allow_failure=allow_failure, at_front=at_front, ttl=90)
    depends_on = Dependency(parents, allow_failure, at_front) if allow_failure or at_front else parents
    theirs = queue.enqueue("tests.fixture_jobs.add", a=2, b=3, depends_on=depends_on, ttl=90)
    assert told(redis, ours) == told(redis, theirs.id)
    assert "enqueued_at" not in stored(redis, ours)
    assert where(redis, queue.fetch_job(ours)) == where(redis, theirs)
    for suffix in (f":{ours}:dependencies", ours):
        assert 80 < redis.ttl(f"rq:job:{suffix}") <= 90
    assert redis.smembers(f"rq:job::{ours}:dependencies") == {one.encode() for one in parents}


def test_a_job_after_two_others_runs_once_both_have_finished(redis, door, queue, worker_process):
    slow = queue.enqueue(fixture_jobs.wait_for_key, "gate").id
    fast = queue.enqueue(fixture_jobs.nothing).id
    child = add(door, after=(slow, fast))
    for _ in range(2):
        worker_process("default")
    eventually(lambda: status(redis, fast) == "finished")
    assert status(redis, child) == "deferred"
    redis.set("gate", 1)
    eventually(lambda: status(redis, child) == "finished")
    assert queue.fetch_job(child).return_value() == 5


def test_a_job_after_one_that_has_finished_is_queued_at_once(redis, door, queue, worker_process):
    parent = queue.enqueue(fixture_jobs.nothing).id
    worker_process("default", burst=True)
    child = add(door, after=(parent,))
    assert (status(redis, child), queue.job_ids) == ("queued", [child])
    assert not redis.exists(f"rq:job:{parent}:dependents", f"rq:job::{child}:dependencies")


def test_what_a_finished_job_is_waited_for_by_goes_with_it(redis, door, queue, worker_process):
    parent = queue.enqueue(fixture_jobs.nothing, result_ttl=100).id
    worker_process("default", burst=True)
    add(door, after=(parent, queue.enqueue(fixture_jobs.nothing).id))
    assert 90 < redis.ttl(f"rq:job:{parent}:dependents") <= 100


def test_a_parent_that_fails_lets_only_those_go_that_allow_it(redis, door, queue, worker_process):
    parent = queue.enqueue(fixture_jobs.div_by_zero).id
    strict, patient = add(door, after=(parent,)), add(door, after=(parent,), allow_failure=True)
    worker_process("default", burst=True)
    assert (status(redis, strict), status(redis, patient)) == ("deferred", "finished")
    assert status(redis, add(door, after=(parent,), allow_failure=True)) == "queued"
    assert status(redis, add(door, after=(parent,))) == "deferred"


def test_parents_that_end_meanwhile_strand_no_child(redis, door, queue, worker_process):
    worker_process("default")
    children = []
    for _ in range(15):
        parent = queue.enqueue(fixture_jobs.nothing).id
        children += [add(door, after=(parent,)) for _ in range(4)]
    eventually(lambda: {status(redis, child) for child in children} == {"finished"}, 20)
    assert not redis.zcard("rq:deferred:default")


def test_unknown_and_canceled_parents_are_refused_and_nothing_is_written(redis, door, queue):
    canceled = queue.enqueue(fixture_jobs.nothing).id
    jobs.cancel(door, canceled)
    before = set(redis.keys("rq:job:*"))
    for parent, code in (("nope", "unknown_parent"), (canceled, "canceled_parent")):
        with pytest.raises(BadInput) as refused:
            add(door, after=(parent,), group="g", limit=("mail", 1))
        assert (refused.value.code, parent in refused.value.fields["after"]) == (code, True)
    assert set(redis.keys("rq:job:*")) == before
    assert not redis.exists("rq:groups", "rq:rl-keys")


def test_the_same_id_again_is_there_already_though_its_parent_is_gone(redis, door, queue):
    parent = queue.enqueue(fixture_jobs.nothing)
    add(door, id="report", after=(parent.id,))
    parent.delete()
    assert not submit.enqueue(door, "add", {"a": 1, "b": 1}, Options(id="report", after=(parent.id,))).created


def test_repeat_runs_so_many_times_more(redis, door, queue, worker_process):
    ours = add(door, repeats=2, repeat_intervals=(0, 1))
    theirs = queue.enqueue("tests.fixture_jobs.add", a=2, b=3, repeat=Repeat(2, [0, 1])).id
    assert told(redis, ours) == told(redis, theirs)
    worker_process("default", with_scheduler=True)
    eventually(lambda: len(queue.fetch_job(ours).results()) == 3, 20)
    eventually(lambda: status(redis, ours) == "finished")


def test_a_rate_limit_holds(redis, door, queue, worker_process):
    ours = [add(door, limit=("mail", 2), at_front=True) for _ in range(4)]
    assert [status(redis, one) for one in ours] == ["queued"] * 2 + ["rate_limited"] * 2
    assert queue.job_ids == ours[1::-1]
    theirs = queue.enqueue("tests.fixture_jobs.add", a=2, b=3, rate_limit=RateLimit("mail", 2), at_front=True)
    assert told(redis, ours[3]) == told(redis, theirs.id)
    worker_process("default", burst=True)
    assert {status(redis, one) for one in ours} == {"finished"}
    assert not redis.zcard("rq:rl:mail:allowed")


def test_a_limited_job_that_waits_for_another_takes_its_slot_afterwards(redis, door, queue, worker_process):
    parent = queue.enqueue(fixture_jobs.nothing).id
    child = add(door, after=(parent,), limit=("mail", 1))
    assert (status(redis, child), redis.exists("rq:rl-keys")) == ("deferred", 0)
    worker_process("default", burst=True)
    assert status(redis, child) == "finished"


def test_group_lifetimes_and_meta_are_rqs(redis, door, queue):
    ours = add(door, group="nightly", ttl=60, failure_ttl=70, meta={"who": "ada"})
    data = Queue.prepare_data("tests.fixture_jobs.add", kwargs={"a": 2, "b": 3}, ttl=60, failure_ttl=70)
    (theirs,) = Group.create(redis, "nightly").enqueue_many(queue, [data])
    assert queue.fetch_job(ours).meta == {"who": "ada"}
    written = told(redis, ours)
    assert written.pop("meta") == written.pop(_keys.META_FIELD)
    assert written == told(redis, theirs.id)
    assert where(redis, queue.fetch_job(ours)) == where(redis, theirs) == ["rq:group:nightly", "rq:queue:default"]
    assert 50 < redis.ttl(f"rq:job:{ours}") <= 60


def test_a_queue_that_is_no_list_is_refused_and_no_job_is_left_that_no_list_names(redis, door):
    redis.set("rq:queue:default", "odd")
    with pytest.raises(Refused):
        add(door)
    assert not redis.keys("rq:job:*")
