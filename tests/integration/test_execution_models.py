"""The comparison as a stock worker runs it: its result, its progress, its log, and its end when it is stopped."""

import json

import rq
from rq.command import send_stop_job_command
from rq.job import Job, JobStatus

from jobs import _keys
from tests.support import eventually

LITTLE = {"tasks": 3, "wait_seconds": 0.05, "turns": 50_000, "tiny_tasks": 200}


def enqueue(redis, **arguments) -> Job:
    return rq.Queue(connection=redis).enqueue("jobs.execution_models.execution_models", **arguments)


def progress(redis, job: Job) -> dict:
    raw = redis.hget(job.key, _keys.PROGRESS_FIELD)
    return json.loads(raw)["stages"][0] if raw else {}


def log(redis, job: Job) -> list[str]:
    return [fields[b"text"].decode() for _, fields in redis.xrange(_keys.log(job.id))]


def test_a_stock_worker_measures_all_parts_and_tells_of_each(redis, worker_process) -> None:
    job = enqueue(redis, **LITTLE)
    worker = worker_process("default", burst=True)
    assert job.get_status() == JobStatus.FINISHED, worker.output
    result = job.return_value(refresh=True)
    assert result["view"] == "lanes"
    assert [one["title"] for one in result["comparisons"]] == ["io", "cpu", "blocking", "tiny", "deadlock"]
    assert progress(redis, job)["total"] == sum(len(one["groups"]) for one in result["comparisons"])
    said = "\n".join(log(redis, job))
    for words in (
        "I/O-bound, threads: 0.",
        "CPU-bound, processes: 0.",
        "Task 1 was waiting at jobs/_model_deadlock.py",
    ):
        assert words in said
    assert not worker.family()


def test_a_stopped_comparison_leaves_nobody_behind(redis, worker_process) -> None:
    """Stopped while its processes compute."""
    job = enqueue(redis, tasks=2, turns=100_000_000, limit=30, io_bound=False)
    worker = worker_process("default")
    eventually(lambda: progress(redis, job).get("message") == "CPU-bound: one after the other")
    send_stop_job_command(redis, job.id)
    eventually(lambda: job.get_status() == JobStatus.STOPPED)
    eventually(lambda: worker.family() == {worker.pid})


def test_nothing_to_measure_fails_with_the_next_step(redis) -> None:
    parts = dict.fromkeys(("io_bound", "cpu_bound", "blocking", "tiny", "deadlock"), False)
    job = enqueue(redis, **parts)
    rq.SimpleWorker(["default"], connection=redis).work(burst=True)
    assert "Switch on at least one part" in job.latest_result().exc_string
