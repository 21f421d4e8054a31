"""What an operation asks of Redis for each job, counted: it must not grow by lists that are empty."""

import pytest

from tests import raw_jobs
from tests.in_process import running
from tests.operations import run

JOBS = 200


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
def client(redis_server, files):
    with running(redis_server.url, files) as client:
        yield client


def calls(redis) -> dict[str, int]:
    return {name.removeprefix("cmdstat_"): one["calls"] for name, one in redis.info("commandstats").items()}


@pytest.mark.parametrize(("verb", "options"), [("move", {"queue": "other"}), ("requeue", {"rate": 0})])
def test_a_job_takes_few_commands(redis, client, operations_process, files, verb, options):
    operations_process(env={"RQLIVE_WRITE": 1, "RQLIVE_FILES": files})
    for _ in range(JOBS):
        raw_jobs.listed(redis, "failed")
    before = calls(redis)
    done = run(client, verb, {"queue": "default", "status": "failed"}, **options)
    assert done["done"] == JOBS
    said = {name: count - before.get(name, 0) for name, count in calls(redis).items()}
    for name in ("zscore", "zrem", "sadd", "hset", "zcount"):
        # One for each job, and what goes on besides.
        assert said.get(name, 0) < 1.6 * JOBS, (name, said[name])
