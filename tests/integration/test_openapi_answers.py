"""Every address that reads is asked over real jobs, and answers as the OpenAPI document says (`tests/openapi.py`)."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
import redis as redis_py
from flask.testing import FlaskClient
from rq import Queue, Retry

from jobs import _keys
from tests import fixture_jobs, in_process, raw_jobs
from tests.accounts import THREE, browser
from tests.e2e.conftest import publish
from tests.openapi import described
from tests.processes import WorkerProcess
from tests.servers import RedisServer
from tests.support import eventually
from webapp.models import STATUSES

READS = [path for path, methods in described()["paths"].items() if "get" in methods]


class Scene(NamedTuple):
    """An installation where there is something of everything."""

    client: FlaskClient
    names: dict[str, str]


@pytest.fixture(scope="module")
def scene(redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("openapi")
    with redis_py.Redis.from_url(redis_server.url) as redis:
        redis.flushall()
        for status in (*STATUSES, "odd"):
            raw_jobs.listed(redis, status, job_id=f"a-{status}", queue="elsewhere")
        raw_jobs.worker(redis, "w1", "busy", queue="elsewhere")
        raw_jobs.execution(redis, "a-started", "w1", queue="elsewhere")
        queue = Queue(connection=redis)
        job = queue.enqueue(fixture_jobs.fail_with, "boom", retry=Retry(max=1), meta={"progress": 0.5})
        Queue("other", connection=redis).enqueue(fixture_jobs.nothing, depends_on=job)
        with in_process.running(redis_server.url, folder, users=THREE) as anyone:
            client = browser(anyone.application, "ada")
            publish(redis_server.url)
            worker = WorkerProcess(redis_server.url, ["default"], "w2", ["--burst"], folder, None)
            assert worker.wait(30) == 0, worker.output
            redis.xadd(_keys.log(job.id), {"at": 5, "run": "r", "level": "INFO", "text": "line"})
            (folder / "artifacts" / job.id).mkdir(parents=True)
            (folder / "artifacts" / job.id / "made.txt").write_text("made")
            client.post(f"/api/jobs/{job.id}/notes", json={"text": "note", "name": "Ada", "key": "k"})
            client.post("/api/jobs/a-odd/cancel", json={})
            search = client.post("/api/searches", json={"query": "status:failed"}).json["search"]["id"]
            operation = client.post("/api/operations", json={"verb": "delete", "of": {"queue": "default"}}).json
            names = {"job_id": job.id, "search_id": search, "operation_id": operation["operation"]["id"]}
            yield Scene(client, names)


@pytest.mark.parametrize("path", READS)
def test_what_is_read_is_as_it_is_told(scene, path):
    names = scene.names | {"name": "failures"}
    query = {"name": "made.txt"} if path.endswith("/artifact") else {}
    answer = scene.client.get(path.format(**names), query_string=query)
    if path == "/readyz":
        answer = eventually(lambda: (again := scene.client.get(path)).status_code == 200 and again)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("status", ["", *STATUSES])
def test_every_list_is_as_it_is_told(scene, status):
    answer = scene.client.get("/api/jobs", query_string={"status": status, "limit": 200})
    assert answer.status_code == 200
    assert answer.json["jobs"] or status in ("created", "rate_limited"), "RQ lists the first nowhere"


@pytest.mark.parametrize("status", [*STATUSES, "odd"])
def test_a_job_in_every_status_is_as_it_is_told(scene, status):
    assert scene.client.get(f"/api/jobs/a-{status}").status_code == 200
