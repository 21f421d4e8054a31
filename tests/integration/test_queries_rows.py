"""Rows and jobs from their hashes: decoded once, never fetched whole, right after every change."""

import base64
import pickle
import time

import pytest
from rq import Queue

from jobs import _keys
from tests import fixture_jobs, raw_jobs
from webapp.queries import calls as calls_module
from webapp.queries import job as job_module
from webapp.queries import rows as rows_module
from webapp.queries.calls import FIELD_BYTES
from webapp.queries.clock import RedisClock
from webapp.queries.job import JobReader
from webapp.queries.rows import RowReader
from webapp.queries.titles import Titles


@pytest.fixture
def kept() -> RowReader:
    return RowReader(Titles())


@pytest.fixture
def row(kept, reader):
    """The row of one job, by a reader that remembers."""
    return lambda job_id: kept.rows(reader, [job_id])[0]


def test_a_call_is_shown_as_it_was_written(row, redis):
    job = Queue("a/b", connection=redis).enqueue(fixture_jobs.add, 1, b="x" * 10)
    shown = row(job.id)
    assert (shown.func, shown.args, shown.queue) == ("tests.fixture_jobs.add", "1, b='xxxxxxxxxx'", "a/b")
    assert (shown.status, shown.title, shown.type) == ("queued", "tests.fixture_jobs.add", None)
    assert shown.note is None


def test_a_job_type_is_shown_by_its_title(reader, redis):
    titles = Titles()
    entry = '{"name": "wait", "title": "Wait a while", "func": "jobs.wait.wait", "schema": {"properties": {}}}'
    redis.hset(_keys.CATALOG, "wait", entry)
    titles.refresh(reader)
    job_id = raw_jobs.listed(redis, "queued", data=raw_jobs.payload("jobs.wait.wait", (), {"steps": 5}))
    (shown,) = RowReader(titles).rows(reader, [job_id])
    assert (shown.type, shown.title, shown.args) == ("wait", "Wait a while", "steps=5")


def test_a_payload_is_decoded_once(row, redis, monkeypatch):
    job_id = raw_jobs.listed(redis, "queued")
    decoded = []
    plain = calls_module.decode.call
    monkeypatch.setattr(calls_module.decode, "call", lambda *given: decoded.append(1) or plain(*given))
    for status in ("queued", "started", "finished"):
        redis.hset(f"rq:job:{job_id}", "status", status)
        assert row(job_id).status == status
    assert len(decoded) == 1


def test_another_job_under_the_same_id_is_decoded_anew(row, redis):
    raw_jobs.write(redis, "same", data=raw_jobs.payload("m.first"))
    assert row("same").func == "m.first"
    redis.delete("rq:job:same")
    assert row("same").status is None
    raw_jobs.write(redis, "same", data=raw_jobs.payload("m.second"))
    assert row("same").func == "m.second"


def test_a_large_payload_is_not_fetched_and_told_by_its_description(row, redis):
    data = raw_jobs.payload("m.large", (bytes(range(256)) * 400,))
    assert len(data) < FIELD_BYTES
    noisy = b"x" * (FIELD_BYTES + 1)
    job_id = raw_jobs.listed(redis, "queued", data=noisy, description="m.large(5, name='x')")
    shown = row(job_id)
    assert (shown.func, shown.args, shown.note) == ("m.large", "5, name='x'", None)


def test_a_large_description_is_not_fetched(row, read, redis):
    """RQ spells every argument in it."""
    text = f"m.large({'x' * 2_000_000})"
    for data, func in ((raw_jobs.payload("m.large"), "m.large"), (b"x" * (FIELD_BYTES + 1), None)):
        job_id = raw_jobs.listed(redis, "queued", data=data, description=text)
        before = redis.info("stats")["total_net_output_bytes"]
        assert row(job_id).func == func
        assert read(job_id).description == ""
        assert redis.info("stats")["total_net_output_bytes"] - before < 200_000


def test_rows_of_many_new_jobs_cost_a_bounded_number_of_round_trips(kept, reader, redis):
    ids = [raw_jobs.listed(redis, status) for status in ("queued", "started", "scheduled", "failed") for _ in range(5)]
    reader.ping()
    # The fields; payloads of new jobs; `meta` of those that run; the time of those that are scheduled.
    for most in (4, 2):
        reads = redis.info("stats")["total_reads_processed"]
        assert len(kept.rows(reader, ids)) == 20
        assert redis.info("stats")["total_reads_processed"] - reads - 1 <= most


def test_progress_in_meta_is_followed(row, redis):
    job_id = raw_jobs.listed(redis, "started", meta=pickle.dumps({"progress": 0.25}))
    assert row(job_id).progress.fraction == 0.25
    for done in (1, 2, 3):
        redis.hset(f"rq:job:{job_id}", "meta", pickle.dumps({"progress": {"done": done, "total": 4}}))
        assert row(job_id).progress.fraction == done / 4
    redis.hdel(f"rq:job:{job_id}", "meta")
    assert row(job_id).progress is None


def test_our_own_progress_comes_before_that_in_meta(row, redis):
    ours = '{"run": "r", "at": 5, "stages": [{"message": "m", "done": 3, "total": 4}]}'
    job_id = raw_jobs.listed(redis, "started", meta=pickle.dumps({"progress": 0.1}))
    redis.hset(f"rq:job:{job_id}", _keys.PROGRESS_FIELD, ours)
    assert (row(job_id).progress.source, row(job_id).progress.fraction) == ("job", 0.75)
    redis.hset(f"rq:job:{job_id}", "status", "finished")
    assert row(job_id).progress is None


def test_meta_that_has_grown_large_is_fetched_once_more_and_then_left(row, redis):
    job_id = raw_jobs.listed(redis, "started", meta=pickle.dumps({"progress": 0.5}))
    assert row(job_id).progress
    redis.hset(f"rq:job:{job_id}", "meta", pickle.dumps({"progress": 0.6, "x": "y" * 3_000_000}))
    assert row(job_id).progress is None
    before = redis.info("stats")["total_net_output_bytes"]
    assert row(job_id).progress is None
    assert redis.info("stats")["total_net_output_bytes"] - before < 100_000


def test_what_is_remembered_is_bounded(kept, reader, redis, monkeypatch):
    monkeypatch.setattr(calls_module, "CALLS_MAX", 10)
    monkeypatch.setattr(rows_module, "METAS_MAX", 10)
    meta = pickle.dumps({"progress": 0.5})
    for _ in range(3):
        ids = [raw_jobs.listed(redis, "started", meta=meta) for _ in range(10)]
        assert all(shown.progress for shown in kept.rows(reader, ids))
    assert len(kept._calls) == 10
    assert len(kept._metas_seen) == 10


@pytest.fixture
def read(kept, reader):
    """One job in full."""
    kept_jobs = JobReader(RedisClock(), kept)
    return lambda job_id: kept_jobs.read(reader, job_id)[0]


def test_a_job_in_full(read, redis):
    job = Queue(connection=redis).enqueue(
        fixture_jobs.add,
        1,
        b=2,
        job_timeout=600,
        result_ttl=86_400,
        failure_ttl=100,
        ttl=3_600,
        description="October",
        meta={"tenant": "acme"},
    )
    shown = read(job.id)
    assert shown.arguments == {"positional": [1], "named": {"b": 2}}
    assert (shown.timeout, shown.result_ttl, shown.failure_ttl, shown.ttl) == (600, 86_400, 100, 3_600)
    assert (shown.description, shown.meta) == ("October", {"tenant": "acme"})
    assert shown.expires_at - time.time() * 1_000 == pytest.approx(3_600_000, abs=10_000)
    assert shown.actions == ("cancel", "to_front", "move", "hold", "run_again", "delete")


def test_a_job_that_is_gone_is_none(read):
    assert read("nobody") is None


def test_what_changed_is_decoded_anew_and_what_did_not_is_remembered(read, redis, monkeypatch):
    decoded = []
    plain = job_module.decode_payload
    monkeypatch.setattr(job_module, "decode_payload", lambda *given: decoded.append(1) or plain(*given))
    job_id = raw_jobs.listed(redis, "started", meta=pickle.dumps({"n": 1}))
    for number in range(5):
        redis.hset(f"rq:job:{job_id}", _keys.PROGRESS_FIELD, f'{{"stages": [{{"done": {number}, "total": 9}}]}}')
        assert read(job_id).progress.done == number
    assert len(decoded) == 1
    redis.hset(f"rq:job:{job_id}", "meta", pickle.dumps({"n": 2}))
    assert read(job_id).meta == {"n": 2}
    redis.hset(f"rq:job:{job_id}", "data", raw_jobs.payload("m.other"))
    assert read(job_id).arguments == {"positional": [], "named": {}}
    redis.xadd(f"rq:results:{job_id}", {"type": 2})
    assert len(read(job_id).attempts) == 1
    assert len(decoded) == 4


def test_the_latest_result_is_shown_in_full_and_those_beside_it_in_short(read, redis):
    job_id = raw_jobs.listed(redis, "finished")
    for value in (list(range(9_000)), list(range(400)), {"latest": list(range(9_000))}):
        stored = base64.b64encode(pickle.dumps(value))
        redis.xadd(f"rq:results:{job_id}", {"type": 1, "return_value": stored})
    redis.xadd(f"rq:results:{job_id}", {"type": 2})
    shown = read(job_id)
    assert shown.result == {"latest": list(range(9_000))}
    assert [attempt.outcome for attempt in shown.attempts] == ["failed", "successful", "successful", "successful"]
    described = {"__type__": "truncated", "text": "26 KB"}
    assert [attempt.result for attempt in shown.attempts] == [None, described, list(range(400)), described]


def test_arguments_beyond_a_megabyte_are_described(read, redis):
    job_id = raw_jobs.listed(redis, "queued", data=b"x" * 2_000_000, meta=b"y" * 3_000_000)
    shown = read(job_id)
    assert shown.arguments is None
    assert "too large" in (shown.note or "")
    assert shown.meta == {"__type__": "truncated", "text": "2,929 KB"}


@pytest.mark.parametrize(("place", "position"), [(0, 0), (1_500, 1_500), (5_000, None)])
def test_a_place_far_behind_is_not_searched_for(read, redis, place, position):
    job_id = raw_jobs.listed(redis, "queued")
    if place:
        redis.lpush("rq:queue:default", *(f"x{number}" for number in range(place)))
    # Without an overview nothing is known of the queue; the place itself is asked for all the same.
    asked = redis.lpos("rq:queue:default", job_id, maxlen=job_module.POSITION_MAX)
    assert asked == position
    assert read(job_id).status == "queued"


def test_many_dependents_are_cut(read, redis):
    job_id = raw_jobs.listed(redis, "started")
    redis.sadd(f"rq:job:{job_id}:dependents", *(f"child-{number}" for number in range(5_000)))
    assert len(read(job_id).dependents) == job_module.DEPENDENTS_MAX
