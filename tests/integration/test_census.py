"""The recorder's list of jobs that RQ lists nowhere, or not by queue: whole, right as they move, and never made up."""

import pytest
from rq import Queue, RateLimit
from rq.job import Job

from jobs import _keys
from tests import fixture_jobs, raw_jobs
from tests.feed_mode import needs_notices
from tests.figures import is_recording
from tests.live import Page
from tests.support import eventually
from webapp.operations import census
from webapp.operations.census import Census
from webapp.operations.lease import Lease
from webapp.queries import unlisted


@pytest.fixture
def lease(redis):
    made = Lease(redis, "recorder")
    made.take()
    redis.set(_keys.RECORDER, "at work")
    return made


def written(redis, made: Census) -> dict:
    """What web processes read after the next write."""
    made.walk()
    with redis.pipeline(transaction=False) as pipe:
        if made.ask(pipe) and pipe.execute() == [1]:
            made.written()
    return unlisted.read(redis)


def test_jobs_that_were_there_before_are_found_by_a_walk_and_told_when_it_is_through(redis, lease, monkeypatch):
    monkeypatch.setattr(census, "WINDOW", 5)
    for number in range(40):
        raw_jobs.write(redis, status="created", queue="ab"[number % 2])
    raw_jobs.write(redis, status="rate_limited", queue="a")
    raw_jobs.listed(redis, "queued")
    made = Census(redis, lease)
    assert written(redis, made)["sure"] is None, "a walk that goes on does not know all"
    told = eventually(lambda: (now := written(redis, made))["sure"] and now)
    assert told == {"created": {"a": 20, "b": 20}, "rate_limited": {"a": 1}, "sure": "all"}


def test_what_moves_on_or_goes_is_counted_no_more(redis, lease):
    ids = [raw_jobs.write(redis, status="created", queue="a") for _ in range(3)]
    made = Census(redis, lease)
    assert written(redis, made)["created"] == {"a": 3}
    made.note(ids[0], b"queued", b"a")
    made.note(ids[1], None, None)
    made.note("new", b"rate_limited", b"b")
    assert written(redis, made) == {"created": {"a": 1}, "rate_limited": {"b": 1}, "sure": "all"}


def test_what_was_missed_makes_it_unsure_until_all_was_looked_at_again(redis, lease, monkeypatch):
    job_id = raw_jobs.write(redis, status="created", queue="a")
    made = Census(redis, lease)
    written(redis, made)
    redis.delete(f"rq:job:{job_id}")
    made.doubt()
    assert written(redis, made)["sure"] is None
    monkeypatch.setattr(census, "WALK_EVERY", 0.0)
    assert written(redis, made) == {"created": {}, "rate_limited": {}, "sure": "all"}


def test_beyond_its_cap_it_says_that_there_are_more(redis, lease):
    for _ in range(5):
        raw_jobs.write(redis, status="created", queue="a")
    told = written(redis, Census(redis, lease, most=3))
    assert told == {"created": {"a": 3}, "rate_limited": {}, "sure": "more"}
    assert redis.hlen(_keys.UNLISTED) == 4


def test_who_lost_the_lease_writes_nothing_and_without_a_recorder_nobody_knows(redis, lease):
    made = Census(redis, lease)
    written(redis, made)
    redis.set(lease.key, "somebody else")
    made.note("late", b"created", b"a")
    assert written(redis, made)["created"] == {}
    redis.delete(_keys.RECORDER)
    assert unlisted.read(redis)["sure"] is None


@needs_notices
def test_a_page_hears_how_many_were_created_and_wait_for_a_limit(redis, web, operations_process, worker_process):
    operations_process()
    eventually(lambda: is_recording(redis), message="a recorder is at work")
    with Page(web, {"boards": ["unlisted"]}) as page:

        def told() -> dict | None:
            return next((event["value"] for event in reversed(page.events) if event.get("board") == "unlisted"), None)

        page.until(lambda: told() == {"created": {}, "rate_limited": {}, "sure": "all"})
        Job.create(fixture_jobs.nothing, connection=redis, origin="mail").save()
        queue, limit = Queue("api", connection=redis), RateLimit(key="partner", concurrency=1)
        for _ in range(3):
            queue.enqueue(fixture_jobs.nothing, rate_limit=limit)
        page.until(lambda: told() == {"created": {"mail": 1}, "rate_limited": {"api": 2}, "sure": "all"})
        worker_process("api", burst=True)
        page.until(lambda: told()["rate_limited"] == {})
