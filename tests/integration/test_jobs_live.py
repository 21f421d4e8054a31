"""What a job tells while it runs under a stock `rq worker`: its log and its progress, and what becomes of them."""

import json
import os
import tempfile
import threading
from itertools import pairwise
from pathlib import Path

import pytest
import rq
from rq.command import send_stop_job_command
from rq.job import Job, JobStatus

from jobs import _keys
from tests.support import eventually

YEAR = 365 * 24 * 3600


@pytest.fixture
def enqueue(redis):
    """Enqueue a job type of `tests/live_jobs.py` by its dotted name."""

    def put(name: str, *args, **options) -> Job:
        return rq.Queue(connection=redis).enqueue(f"tests.live_jobs.{name}", *args, **options)

    return put


def log_of(redis, job: Job) -> list[dict[str, str]]:
    entries = redis.xrange(_keys.log(job.id))
    return [{key.decode(): value.decode() for key, value in fields.items()} for _, fields in entries]


def texts(redis, job: Job) -> list[tuple[str, str]]:
    return [(line["level"], line["text"]) for line in log_of(redis, job)]


def progress_of(redis, job: Job) -> list[tuple]:
    raw = redis.hget(job.key, _keys.PROGRESS_FIELD)
    return [(stage["message"], stage["done"], stage["total"]) for stage in json.loads(raw)["stages"]] if raw else []


def result_of(job: Job):
    eventually(lambda: job.get_status() in (JobStatus.FINISHED, JobStatus.FAILED, JobStatus.STOPPED), 20)
    assert job.get_status() == JobStatus.FINISHED, job.latest_result().exc_string
    return job.return_value(refresh=True)


@pytest.mark.parametrize("worker_class", [None, "rq.SimpleWorker"])
def test_what_a_job_prints_and_logs_is_in_its_log(redis, worker_process, enqueue, worker_class) -> None:
    jobs = [enqueue("talk"), enqueue("talk_async"), enqueue("nothing"), enqueue("talk")]
    worker = worker_process("default", burst=True, worker_class=worker_class)
    for job in (jobs[0], jobs[3]):
        assert texts(redis, job) == [("OUT", "printed"), ("INFO", "logged"), ("OUT", "from a thread")]
        assert job.return_value(refresh=True) == "talked"
    assert texts(redis, jobs[1]) == [("OUT", "task a"), ("OUT", "task b"), ("WARNING", "both done")]
    assert not redis.exists(_keys.log(jobs[2].id))
    assert worker.output.count("from a thread") == 2, "the worker's terminal shows it too"


def test_the_time_limit_ends_an_async_job_that_is_in_a_callback_of_its_loop(redis, worker_process, enqueue) -> None:
    job = enqueue("busy_in_callbacks", job_timeout=1)
    worker_process("default", burst=True)
    assert job.get_status() == JobStatus.FAILED
    assert "JobTimeoutException" in job.latest_result().exc_string
    job.refresh()
    assert (job.ended_at - job.started_at).total_seconds() < 5


def test_a_line_says_when_in_which_run_and_its_number(redis, worker_process, enqueue) -> None:
    job = enqueue("talk")
    worker_process("default", burst=True)
    lines = log_of(redis, job)
    assert [line["n"] for line in lines] == ["1", "2", "3"]
    assert len({line["run"] for line in lines}) == 1
    assert int(lines[0]["run"], 16) < 2**32
    job.refresh()
    assert job.started_at.timestamp() * 1000 - 1 <= int(lines[0]["at"]) <= job.ended_at.timestamp() * 1000
    assert redis.zscore(_keys.LOG_INDEX, job.id) == pytest.approx(job.ended_at.timestamp(), abs=2)


def test_a_line_is_there_while_the_job_runs(redis, worker_process, enqueue, tmp_path: Path) -> None:
    job = enqueue("say_and_wait", gate=str(tmp_path / "gate"), lines=["é", "\x1b[31mred\x1b[0m", ""])
    worker_process("default")
    eventually(lambda: texts(redis, job) == [("OUT", "é"), ("OUT", "red"), ("OUT", "")])
    assert job.get_status() == JobStatus.STARTED
    (tmp_path / "gate").touch()
    result_of(job)


def test_stages_nest_and_the_last_value_stays(redis, worker_process, enqueue, tmp_path: Path) -> None:
    inner, outer = tmp_path / "inner", tmp_path / "outer"
    job = enqueue("nested", str(inner), str(outer))
    worker_process("default")
    eventually(lambda: progress_of(redis, job) == [("Files", 1, 3), ("Pages of 1", 2, 5)])
    told = json.loads(redis.hget(job.key, _keys.PROGRESS_FIELD))
    assert set(told) == {"run", "at", "stages"}
    assert set(told["stages"][0]) == {"message", "done", "total", "unit", "rate", "left"}
    assert told["stages"][0]["unit"] == "files"
    inner.touch()
    eventually(lambda: progress_of(redis, job) == [("Files", 3, 3)])
    outer.touch()
    result_of(job)
    assert progress_of(redis, job) == [("Last", 7, 7)]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_child_processes_of_a_silent_job_are_heard_while_they_run(
    redis, worker_process, enqueue, tmp_path: Path, method: str
) -> None:
    job = enqueue("in_children", method, str(tmp_path / "gate"))
    worker_process("default")
    said = {("OUT", "child prints 0"), ("OUT", "child prints 1"), ("INFO", "child logs 0"), ("INFO", "child logs 1")}
    eventually(lambda: set(texts(redis, job)) == said, 20)
    eventually(lambda: sorted(progress_of(redis, job)) == [("Child 0", 1, 3), ("Child 1", 1, 3)])
    (tmp_path / "gate").touch()
    assert result_of(job) == [0, 1]
    assert set(texts(redis, job)) - said == {("OUT", "child ends 0"), ("OUT", "child ends 1")}
    assert len({line["run"] for line in log_of(redis, job)}) == 1


def test_the_stage_of_a_child_that_was_killed_does_not_stay(redis, worker_process, enqueue, tmp_path: Path) -> None:
    job = enqueue("in_a_killed_child", str(tmp_path / "gate"))
    worker_process("default")
    eventually(lambda: progress_of(redis, job) == [("Child 1", 1, 3)])
    eventually(lambda: ("OUT", "it is dead") in texts(redis, job))
    eventually(lambda: progress_of(redis, job) == [])
    (tmp_path / "gate").touch()
    assert result_of(job) == -9


@pytest.mark.parametrize("worker_class", [None, "rq.SimpleWorker"])
def test_a_second_run_adds_to_the_log_and_clears_the_progress(redis, worker_process, enqueue, worker_class) -> None:
    job = enqueue("fail_once", "said", retry=rq.Retry(max=1))
    worker_process("default", burst=True, worker_class=worker_class)
    assert result_of(job) == "said"
    assert texts(redis, job) == [("OUT", "said first"), ("OUT", "said again")]
    assert len({line["run"] for line in log_of(redis, job)}) == 2
    assert not redis.hexists(job.key, _keys.PROGRESS_FIELD)
    assert redis.ttl(_keys.log(job.id)) <= 500


@pytest.mark.parametrize(
    ("options", "lives"),
    [({}, 500), ({"result_ttl": 77}, 77), ({"result_ttl": -1}, -1), ({"result_ttl": 0}, -2)],
)
def test_the_log_of_a_finished_job_lives_as_long_as_the_job(redis, worker_process, enqueue, options, lives) -> None:
    job = enqueue("talk", **options)
    worker_process("default", burst=True)
    ttl = redis.ttl(_keys.log(job.id))
    assert lives - 30 < ttl <= lives if lives > 0 else ttl == lives


@pytest.mark.parametrize(("options", "lives"), [({}, YEAR), ({"failure_ttl": 77}, 77), ({"failure_ttl": -1}, -1)])
def test_the_log_of_a_failed_job_lives_as_long_as_the_job(redis, worker_process, enqueue, options, lives) -> None:
    job = enqueue("raise_error", **options)
    worker_process("default", burst=True)
    assert texts(redis, job) == [("OUT", "before")]
    ttl = redis.ttl(_keys.log(job.id))
    assert lives - 30 < ttl <= lives if lives > 0 else ttl == lives


def test_a_job_deleted_while_it_runs_leaves_no_ghost(redis, worker_process, enqueue, tmp_path: Path) -> None:
    job = enqueue("until_gate", str(tmp_path / "gate"))
    worker = worker_process("default")
    eventually(lambda: progress_of(redis, job) and texts(redis, job))
    redis.delete(job.key)
    eventually(lambda: not redis.exists(_keys.log(job.id)))
    # Ten deliveries later there is still nothing: neither the job's hash nor the log came back.
    seen = worker.output.count("turn")
    eventually(lambda: worker.output.count("turn") > seen + 100)
    assert not redis.exists(job.key, _keys.log(job.id))
    assert redis.zscore(_keys.LOG_INDEX, job.id) is None
    (tmp_path / "gate").touch()
    worker.wait_idle()
    assert not redis.exists(_keys.log(job.id))
    assert not redis.hexists(job.key, _keys.PROGRESS_FIELD)


def test_a_stopped_job_keeps_its_log_as_long_as_a_failed_one(redis, worker_process, enqueue, tmp_path: Path) -> None:
    job = enqueue("until_gate", str(tmp_path / "never"))
    worker_process("default")
    eventually(lambda: texts(redis, job))
    send_stop_job_command(redis, job.id)
    eventually(lambda: job.get_status() == JobStatus.STOPPED)
    assert texts(redis, job)[0] == ("OUT", "turn 0")
    assert redis.ttl(_keys.log(job.id)) > YEAR - 60


def test_a_job_that_runs_out_of_time_keeps_what_it_said(redis, worker_process, enqueue, tmp_path: Path) -> None:
    job = enqueue("say_and_wait", gate=str(tmp_path / "never"), lines=["said"], job_timeout=1)
    worker_process("default", burst=True)
    assert job.get_status() == JobStatus.FAILED
    assert "JobTimeoutException" in job.latest_result().exc_string
    assert texts(redis, job) == [("OUT", "said")]


def test_a_flood_of_prints_is_kept_within_the_cap_and_its_end_is_there(redis, worker_process, enqueue) -> None:
    job = enqueue("flood", 100_000)
    worker_process("default", burst=True)
    assert job.get_status() == JobStatus.FINISHED
    lines = log_of(redis, job)
    assert (lines[-1]["text"], lines[-1]["n"]) == ("line 99999", "100000")
    assert sum(len(line["text"]) for line in lines) <= _keys.LOG_BYTES
    assert redis.memory_usage(_keys.log(job.id)) < 3 * _keys.LOG_BYTES
    numbers = [int(line["n"]) for line in lines]
    assert numbers == sorted(numbers)
    for before, line in pairwise(lines):
        missing = int(line["n"]) - int(before["n"]) - 1
        assert missing == 0 or "Lines missing here" in line["text"]


def test_older_lines_go_first_when_a_log_is_full(redis, worker_process, enqueue, tmp_path: Path) -> None:
    lines = [f"{number} " + "é" * 2000 for number in range(100)]
    job = enqueue("say_and_wait", gate=str(tmp_path / "gate"), lines=lines)
    worker_process("default")
    eventually(lambda: texts(redis, job)[-1:] == [("OUT", lines[-1])])
    kept = [line["text"] for line in log_of(redis, job) if line["level"] == "OUT"]
    assert kept == lines[-len(kept) :]
    size = sum(len(line.encode()) for line in kept)
    assert _keys.LOG_BYTES * 0.9 < size <= _keys.LOG_BYTES
    (tmp_path / "gate").touch()


def enqueue_on(server, name: str, *args) -> Job:
    return rq.Queue(connection=server.connection()).enqueue(f"tests.live_jobs.{name}", *args)


def test_a_redis_that_hangs_holds_up_no_job(own_redis_server, worker_process, tmp_path: Path) -> None:
    job = enqueue_on(own_redis_server, "slowest_turn", str(tmp_path / "gate"), 2.0)
    worker_process("default", url=own_redis_server.url)
    client = own_redis_server.connection()
    eventually(lambda: texts(client, job))
    client.execute_command("CLIENT", "PAUSE", 3000, "ALL")
    (tmp_path / "gate").touch()
    assert result_of(job) < 0.4


def test_what_was_said_while_redis_was_away_is_told_when_it_is_back(
    own_redis_server, worker_process, tmp_path: Path
) -> None:
    job = enqueue_on(own_redis_server, "until_gate", str(tmp_path / "gate"))
    worker = worker_process("default", url=own_redis_server.url)
    eventually(lambda: texts(own_redis_server.connection(), job))
    own_redis_server.stop()
    said = worker.output.count("turn")
    eventually(lambda: worker.output.count("turn") > said + 100)
    own_redis_server.start()
    client = own_redis_server.connection()
    eventually(lambda: len(texts(client, job)) > said + 100, 20)
    (tmp_path / "gate").touch()
    turns = result_of(job)
    assert [text for _, text in texts(client, job)] == [f"turn {turn}" for turn in range(turns)]
    assert progress_of(client, job) == [("Turning", turns - 1, 1000)]


def test_without_the_right_to_write_a_log_the_job_runs_all_the_same(own_redis_server, worker_process) -> None:
    client = own_redis_server.connection()
    client.execute_command("ACL", "SETUSER", "plain", "on", ">secret", "~*", "&*", "+@all", "-eval")
    job = enqueue_on(own_redis_server, "talk")
    url = own_redis_server.url.replace("unix://", "unix://plain:secret@")
    worker_process("default", url=url, burst=True)
    assert result_of(job) == "talked"
    assert not client.exists(_keys.log(job.id))


def test_nothing_of_a_run_outlives_it_in_a_worker_that_does_not_fork(redis, tmp_path: Path, enqueue) -> None:
    worker = rq.SimpleWorker(["default"], connection=redis)

    def work() -> int:
        jobs = [enqueue("talk"), enqueue("nested", str(tmp_path), str(tmp_path)), enqueue("in_children", "fork", "/")]
        worker.work(burst=True)
        assert [job.get_status() for job in jobs] == [JobStatus.FINISHED] * 3
        assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("job-")]
        assert not list(Path(tempfile.gettempdir()).glob(f"rqlive-{os.getpid()}-*"))
        return len(os.listdir("/proc/self/fd"))

    first = work()
    assert max(work() for _ in range(5)) <= first + 1
