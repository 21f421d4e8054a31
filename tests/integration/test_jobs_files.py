"""Arguments and files of a job, on their way through Redis, the files folder and a stock `rq worker`."""

import json

import pytest
import rq
from rq.job import Job, JobStatus

from jobs import _keys
from tests import live_jobs

NAME = "tests.live_jobs.{}"


@pytest.fixture
def run(redis, worker_process, tmp_path):
    """Enqueue a function (or its dotted name), let a worker run it, and return its job."""

    def work(func, *args, **kwargs) -> Job:
        name = NAME.format(func) if isinstance(func, str) and "." not in func else func
        job = rq.Queue(connection=redis).enqueue(name, *args, **kwargs)
        worker_process("default", burst=True, env={"RQLIVE_FILES": tmp_path / "files"})
        return job

    return work


def upload(folder, name: str, data: bytes) -> str:
    """As the web process stores it; returns what stands for it among a job's arguments."""
    path = folder / "files" / _keys.upload_path("0f" * 16, name)
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    return f"upload:{'0f' * 16}/{name}"


def test_a_job_type_is_enqueued_as_an_object_and_by_its_name(run) -> None:
    assert run(live_jobs.typed, 1).return_value() == [1, 0.5, None]
    assert run("typed", count=2, share=1).return_value() == [2, 1.0, None]
    assert run(live_jobs.talk_async).return_value() == "talked"


def test_wrong_arguments_fail_the_job_with_all_that_is_wrong(run) -> None:
    job = run("typed", count="two", share=[], colour="red")
    assert job.get_status() == JobStatus.FAILED
    told = job.latest_result().exc_string
    for words in (
        "typed cannot run with these arguments",
        "count: must be a whole number, is 'two'",
        "share: must be a number, is []",
        "colour: there is no such parameter",
        "It takes count, share, name. Submit it again with these put right.",
    ):
        assert words in told


def test_a_file_goes_in_and_a_file_comes_out(run, tmp_path) -> None:
    job = run("shout", file=upload(tmp_path, "mein wort.txt", "grüße".encode()))
    assert job.return_value() == {
        "size": 7,
        "made": {
            "artifact": f"{job.id}/mein wort.shout.txt",
            "name": "mein wort.shout.txt",
            "size": len("GRÜSSE".encode()),
            "media_type": "text/plain",
        },
    }
    stored = tmp_path / "files" / _keys.artifact_path(job.id, "mein wort.shout.txt")
    assert stored.read_text(encoding="utf-8") == "GRÜSSE"


def test_a_file_that_is_not_there_fails_the_job_with_a_next_step(run, tmp_path) -> None:
    upload(tmp_path, "here.txt", b"")
    job = run("shout", file=f"upload:{'0f' * 16}/gone.txt")
    assert "Upload it again, or give both the same" in job.latest_result().exc_string


def test_a_csv_is_profiled_by_a_worker(run, redis, tmp_path) -> None:
    data = b"id,name\n" + b"".join(b"%d,n%d\n" % (number, number % 7) for number in range(5000)) + b'5000,"open\n'
    job = run("jobs.csv_profile.csv_profile", file=upload(tmp_path, "data.csv", data), delimiter="auto")
    result = job.return_value()
    assert (result["view"], result["rows"], result["malformed"]["count"]) == ("profile", 5000, 1)
    assert [artifact["name"] for artifact in result["artifacts"]] == ["profile.json", "malformed.csv"]
    for artifact in result["artifacts"]:
        assert artifact["artifact"] == f"{job.id}/{artifact['name']}"
        stored = tmp_path / "files" / _keys.artifact_path(job.id, artifact["name"])
        assert stored.stat().st_size == artifact["size"] > 0
    json.dumps(result, allow_nan=False)
    progress = json.loads(redis.hget(job.key, _keys.PROGRESS_FIELD))["stages"]
    assert [(stage["done"], stage["total"], stage["unit"]) for stage in progress] == [(2, 2, "columns")]
    log = [fields[b"text"].decode() for _, fields in redis.xrange(_keys.log(job.id))]
    assert log == [
        "Columns: 2; delimiter: ','",
        "Line 5002 is malformed: a quote is opened and not closed",
        "Rows: 5,000; columns: 2; malformed lines: 1",
    ]
