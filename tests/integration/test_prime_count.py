"""Primes are counted by the children of a stock worker's horse; however the job ends, they end with it."""

import json
import os
import signal

import psutil
import pytest
import rq
from rq.command import send_stop_job_command
from rq.job import Job, JobStatus

from jobs import _keys
from tests.processes import WorkerProcess
from tests.support import eventually

#: Takes minutes: the job is ended before.
LONG = 100_000_000_000


def enqueue(redis, limit: int, **options) -> Job:
    return rq.Queue(connection=redis).enqueue("jobs.prime_count.prime_count", limit=limit, processes=2, **options)


def stages(redis, job: Job) -> list[dict]:
    raw = redis.hget(job.key, _keys.PROGRESS_FIELD)
    return json.loads(raw)["stages"] if raw else []


def horse_and_children(worker: WorkerProcess, redis, job: Job) -> tuple[int, list[int]]:
    """The pids of the horse and of its two children, once both children have told how far they are."""
    eventually(lambda: len(stages(redis, job)) == 3)
    (horse,) = psutil.Process(worker.pid).children()
    children = [child.pid for child in horse.children()]
    assert len(children) == 2
    return horse.pid, children


def test_a_stock_worker_counts_with_progress_from_its_children(redis, worker_process) -> None:
    job = enqueue(redis, LONG)
    worker = worker_process("default")
    _, children = horse_and_children(worker, redis, job)
    whole, *own = stages(redis, job)
    assert (whole["message"], whole["total"], whole["unit"]) == ("Counting primes", LONG, "numbers")
    assert {stage["message"] for stage in own} == {f"Process {pid}" for pid in children}
    before = {stage["message"]: stage["done"] for stage in own}
    eventually(lambda: all(stage["done"] > before[stage["message"]] for stage in stages(redis, job)[1:]))
    send_stop_job_command(redis, job.id)
    eventually(lambda: job.get_status() == JobStatus.STOPPED)
    eventually(lambda: worker.family() == {worker.pid}, message="nobody of the job lives on")


def test_the_result_is_kept_and_right(redis, worker_process) -> None:
    job = enqueue(redis, 20_000_000)
    worker = worker_process("default", burst=True)
    assert job.get_status() == JobStatus.FINISHED, worker.output
    result = job.return_value(refresh=True)
    assert (result["view"], result["primes"]) == ("lanes", 1_270_607)
    assert result["checked"] == {"up_to": 10_000_000, "primes": 664_579}
    assert not worker.family()


def test_children_end_when_the_horse_is_killed(redis, worker_process) -> None:
    job = enqueue(redis, LONG)
    worker = worker_process("default")
    horse, _ = horse_and_children(worker, redis, job)
    os.kill(horse, signal.SIGKILL)
    eventually(lambda: job.get_status() == JobStatus.FAILED)
    eventually(lambda: worker.family() == {worker.pid}, message="nobody of the job lives on")


def test_children_end_when_the_time_of_the_job_is_over(redis, worker_process) -> None:
    job = enqueue(redis, LONG, job_timeout=1)
    worker = worker_process("default")
    eventually(lambda: job.get_status() == JobStatus.FAILED)
    assert "JobTimeoutException" in job.latest_result().exc_string
    eventually(lambda: worker.family() == {worker.pid}, message="nobody of the job lives on")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"limit": 0}, "limit: must be at least 1, is 0"),
        ({"limit": 10**12}, "limit: must be at most 100000000000"),
        ({"limit": 10, "processes": 65}, "processes: must be at most 64, is 65"),
        ({"limit": "many"}, "limit: must be a whole number"),
    ],
)
def test_wrong_arguments_fail_with_words_that_name_them(redis, worker_process, wrong: dict, words: str) -> None:
    worker = rq.SimpleWorker(["default"], connection=redis)
    job = rq.Queue(connection=redis).enqueue("jobs.prime_count.prime_count", **wrong)
    worker.work(burst=True)
    assert words in job.latest_result().exc_string
