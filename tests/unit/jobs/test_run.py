import contextlib
import io
import logging
import sys
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from jobs import _doors, _keys, _run, job_type
from jobs._post import FAILURE_TTL, RESULT_TTL, lifetime
from jobs._run import may_have_run


def job(**fields):
    return SimpleNamespace(**{"failure_ttl": None, "result_ttl": None, "repeats_left": None} | fields)


def test_a_run_that_says_nothing_starts_no_thread_and_delivers_nothing(run, post) -> None:
    with run:
        pass
    assert (post.lines, post.progress, post.lifetimes) == ([], [], [])
    assert run._courier is None


def test_a_silent_run_loads_neither_redis_nor_what_captures(loaded_after) -> None:
    code = "from jobs import _run\nwith _run.Run('id', '0', None):\n    pass"
    assert loaded_after(code).isdisjoint({"redis", "rq", "jobs._capture", "jobs._courier", "jobs._children"})


def test_streams_are_replaced_when_they_are_used_and_not_before(run, post) -> None:
    real = sys.stdout
    with run:
        assert isinstance(sys.stdout, _doors.StreamDoor)
        print("now")
        assert isinstance(sys.stdout, io.TextIOWrapper)
        assert isinstance(sys.stderr, _doors.StreamDoor)
    assert sys.stdout is real
    assert post.texts() == [("OUT", "now")]


def test_what_a_job_redirects_goes_where_it_wants_it_and_the_rest_is_heard(run, post) -> None:
    elsewhere = io.StringIO()
    with run:
        with contextlib.redirect_stdout(elsewhere):
            print("not for the log")
            print("for the log", file=sys.stderr)
        print("again for the log")
    assert elsewhere.getvalue() == "not for the log\n"
    assert post.texts() == [("ERR", "for the log"), ("OUT", "again for the log")]


def test_a_stream_that_the_job_has_put_there_itself_stays(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", sys.stdout)
    own = io.StringIO()
    with run:
        sys.stdout = own
    assert sys.stdout is own


def test_a_job_type_called_by_a_job_is_part_of_that_job(run, post) -> None:
    @job_type
    def inner(text: str) -> int:
        print(text)
        return len(text)

    with run:
        assert inner("said") == 4
        assert _run.current is run
    assert post.texts() == [("OUT", "said")]


def test_lines_are_numbered_across_threads_and_signals_without_a_lock(run, post) -> None:
    class Loud:
        def __del__(self) -> None:
            logging.getLogger("loud").warning("finalised")

    with run:
        for _ in range(100):
            Loud()
    assert [line.number for line in post.lines] == list(range(1, 101))


def test_a_flood_fills_a_log_once_a_second_and_not_ten_times(run, post, capsys: pytest.CaptureFixture) -> None:
    with run:
        start = time.monotonic()
        while time.monotonic() - start < 0.6:
            print("x" * 1000)
        seconds = time.monotonic() - start
    assert sum(len(line.text) for line in post.lines) <= _keys.LOG_BYTES * (seconds + 2)
    assert capsys.readouterr()


def test_a_post_that_fails_is_tried_again_and_costs_the_job_nothing(run, post, monkeypatch) -> None:
    deliver, failed = post.deliver, []

    def fail_first(*args) -> bool:
        if not failed:
            failed.append(args)
            raise ConnectionError("away")
        return deliver(*args)

    monkeypatch.setattr(post, "deliver", fail_first)
    with run:
        print("kept")
    assert post.texts() == [("OUT", "kept")]
    assert failed


def test_a_post_that_cannot_even_be_made_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_post():
        raise TypeError("an exotic connection")

    with _run.Run("id", "0", no_post, job()):
        print("printed all the same")


def test_nothing_more_is_said_once_nobody_wants_to_hear(run, post, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = []
    monkeypatch.setattr(post, "deliver", lambda *args: bool(heard.append(args)))
    with run:
        print("one")
        run._courier._thread.join(0.2)
        for _ in range(1000):
            print("more")
    assert run.muted
    assert len(heard) == 1


@pytest.mark.parametrize(
    ("made", "queued", "may"),
    [(0, 0.0001, False), (0, -0.0001, False), (0, 0.5, True), (0, -3600, True), (None, 0, True), (0, None, True)],
)
def test_only_a_job_that_was_queued_as_it_was_made_is_surely_new(made, queued, may: bool) -> None:
    start = datetime(2026, 1, 31, tzinfo=UTC)
    times = [None if offset is None else start + timedelta(seconds=offset) for offset in (made, queued)]
    assert may_have_run(job(created_at=times[0], enqueued_at=times[1])) is may


@pytest.mark.parametrize(
    ("fields", "succeeded", "seconds"),
    [
        ({}, None, FAILURE_TTL),
        ({"failure_ttl": 0}, None, FAILURE_TTL),
        ({"failure_ttl": 9}, None, 9),
        ({}, True, RESULT_TTL),
        ({"result_ttl": 0}, True, 0),
        ({"result_ttl": -1}, True, -1),
        ({"repeats_left": 2, "result_ttl": 5}, True, FAILURE_TTL),
        ({}, False, FAILURE_TTL),
        ({"failure_ttl": 0}, False, 0),
        ({"failure_ttl": -1}, False, -1),
    ],
)
def test_a_log_lives_as_long_as_rq_keeps_its_job(fields: dict, succeeded: bool | None, seconds: int) -> None:
    assert lifetime(job(**fields), succeeded) == seconds


def test_a_job_that_asks_to_be_retried_keeps_its_log() -> None:
    from rq import Retry

    assert lifetime(job(result_ttl=5), True, Retry(max=2)) == FAILURE_TTL
