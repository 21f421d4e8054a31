"""The sweep: what has no job ends, what is too much goes, oldest first; nothing else is touched."""

import json
import os
import time
from collections.abc import Callable

import pytest
from rq import Queue
from rq.job import Job

from jobs import _keys
from tests import fixture_jobs
from webapp.config import Config
from webapp.connections import connect
from webapp.operations import file_sweep, log_sweep
from webapp.operations.figures_sweep import FiguresSweep
from webapp.operations.file_sweep import FileSweep
from webapp.operations.sweep import Sweeper


@pytest.fixture
def config(redis_server, tmp_path):
    return Config(redis_url=redis_server.url, own_redis=True, files=str(tmp_path / "files"))


@pytest.fixture
def sweeper(redis, config):
    connections = connect(config)
    yield Sweeper(connections, config)
    connections.close()


@pytest.fixture
def job(redis):
    return Queue(connection=redis).enqueue(fixture_jobs.nothing)


def write_log(redis, job_id, at=1_000_000, text="line"):
    redis.xadd(_keys.log(job_id), {"at": at * 1000, "run": "00000000", "level": "INFO", "text": text})
    redis.zadd(_keys.LOG_INDEX, {job_id: at})


def test_a_log_ends_when_its_job_is_gone(redis, sweeper, job):
    write_log(redis, job.id)
    write_log(redis, "gone")
    sweeper.sweep()
    assert redis.zrange(_keys.LOG_INDEX, 0, -1) == [job.id.encode()]
    assert redis.exists(_keys.log(job.id))
    assert not redis.exists(_keys.log("gone"))
    job.delete()
    sweeper.sweep()
    assert not redis.exists(_keys.log(job.id), _keys.LOG_INDEX)


def test_many_logs_are_walked_in_several_sweeps_of_bounded_length(redis, sweeper, monkeypatch):
    monkeypatch.setattr(log_sweep, "CHUNKS", 2)
    with redis.pipeline() as pipe:
        for number in range(2_500):
            pipe.zadd(_keys.LOG_INDEX, {f"gone-{number}": number})
        pipe.execute()
    sweeper.sweep()
    assert 0 < redis.zcard(_keys.LOG_INDEX) < 2_500
    for _ in range(5):
        sweeper.sweep()
    assert not redis.exists(_keys.LOG_INDEX)


def test_logs_beyond_their_share_go_oldest_first(redis, sweeper, monkeypatch):
    monkeypatch.setattr(_keys, "LOGS_BYTES", 200_000)
    jobs = Queue(connection=redis).enqueue_many([Queue.prepare_data(fixture_jobs.nothing) for _ in range(8)])
    for age, job in enumerate(jobs):
        write_log(redis, job.id, at=1_000_000 - age, text="x" * 50_000)
    sweeper.sweep()
    kept = redis.zrange(_keys.LOG_INDEX, 0, -1)
    assert 1 <= len(kept) <= 4
    assert kept == [job.id.encode() for job in reversed(jobs[: len(kept)])], "the newest stay"
    assert [bool(redis.exists(_keys.log(job.id))) for job in jobs] == [True] * len(kept) + [False] * (8 - len(kept))
    assert all(redis.exists(job.key) for job in jobs)


def test_on_a_small_redis_everything_of_ours_has_a_small_share():
    assert _keys.ours_bytes(0) == 64 * 1024 * 1024
    assert _keys.ours_bytes(16 * 1024**3) == 64 * 1024 * 1024
    assert _keys.ours_bytes(100 * 1024**2) == 2 * 1024**2


@pytest.mark.parametrize("own_redis_server", [{"options": {"maxmemory": "50mb"}}], indirect=True)
def test_the_share_follows_the_servers_own_limit(own_redis_server, tmp_path):
    redis = own_redis_server.connection()
    jobs = Queue(connection=redis).enqueue_many([Queue.prepare_data(fixture_jobs.nothing) for _ in range(20)])
    for job in jobs:
        write_log(redis, job.id, text="x" * 100_000)
    connections = connect(Config(redis_url=own_redis_server.url, own_redis=True, files=str(tmp_path)))
    Sweeper(connections, Config(redis_url=own_redis_server.url)).sweep()
    connections.close()
    assert sum(redis.memory_usage(_keys.log(job.id)) or 0 for job in jobs) <= 1024 * 1024


def test_figures_beyond_their_share_go_by_function_first_then_by_age(redis):
    last = 29_922_480
    for minute in range(last - 10, last):
        redis.hset(_keys.figures(minute), mapping={f"f{number}": 1 for number in range(50)})
        redis.hset(_keys.functions(minute), mapping={f"f{number}": 1 for number in range(50)})
    figures = FiguresSweep(redis)
    assert figures.sweep(last, budget=10**9) == 0
    weight = figures.total
    assert weight == sum(redis.memory_usage(key, samples=0) for key in redis.scan_iter(f"{_keys.PREFIX}f*"))

    def left(key: Callable[[int], str]) -> list[bool]:
        return [bool(redis.exists(key(minute))) for minute in range(last - 10, last)]

    gone = figures.sweep(last, budget=weight * 3 // 4)
    assert 4 <= gone <= 6
    assert left(_keys.functions) == [False] * gone + [True] * (10 - gone)
    assert all(left(_keys.figures))
    figures.sweep(last, budget=weight // 4)
    assert not any(left(_keys.functions))
    kept = sum(left(_keys.figures))
    assert 4 <= kept <= 6
    assert left(_keys.figures) == [False] * (10 - kept) + [True] * kept


def test_a_catalog_beyond_its_cap_loses_what_was_published_longest_ago(redis, sweeper, monkeypatch):
    monkeypatch.setattr(_keys, "CATALOG_MAX", 3)
    for number in range(5):
        redis.hset(_keys.CATALOG, f"type{number}", json.dumps({"published_at": number * 1000}))
    redis.hset(_keys.CATALOG, "broken", b"\xff")
    sweeper.sweep()
    assert set(redis.hkeys(_keys.CATALOG)) == {b"type2", b"type3", b"type4"}


def test_only_keys_of_ours_are_touched(redis, sweeper, job):
    write_log(redis, "gone")
    redis.set("rq:live-not-ours", "x")
    redis.set("other:program", "x")
    foreign = {key for key in redis.scan_iter() if not key.startswith(_keys.PREFIX.encode())}
    before = {key: redis.dump(key) for key in foreign}
    sweeper.sweep()
    assert {key: redis.dump(key) for key in foreign} == before
    assert set(redis.keys()) == foreign | {_keys.SWEEP.encode(), _keys.LOG_ROOM.encode()}


def test_one_process_sweeps_at_a_time(redis, sweeper):
    redis.set(_keys.lease("sweep"), "somebody else", px=60_000)
    write_log(redis, "gone")
    sweeper.sweep()
    assert redis.exists(_keys.log("gone"))
    assert redis.get(_keys.lease("sweep")) == b"somebody else"


def aged(path, hours):
    then = time.time() - hours * 3600
    os.utime(path, (then, then))


def upload(config, upload_id, jobs=(), hours=25):
    folder = os.path.join(config.files, "uploads", upload_id)
    os.makedirs(os.path.join(folder, ".jobs"))
    names = ["sales.csv", *(os.path.join(".jobs", job) for job in jobs)]
    for name in names:
        with open(os.path.join(folder, name), "w") as file:
            file.write("a,b\n")
        aged(file.name, hours)
    return folder


def artifact(config, job_id, hours=25):
    folder = os.path.join(config.files, "artifacts", job_id)
    os.makedirs(folder)
    with open(os.path.join(folder, "profile.json"), "w") as file:
        file.write("{}")
    aged(file.name, hours)
    return folder


@pytest.fixture
def files(redis, config):
    return FileSweep(config, redis)


def test_an_upload_stays_as_long_as_a_job_that_it_was_given_to(redis, config, files, job):
    used, unused = upload(config, "a" * 32, [job.id, "gone"]), upload(config, "b" * 32, ["gone"])
    never = upload(config, "c" * 32)
    assert files.sweep() == 2
    assert (os.path.exists(used), os.path.exists(unused), os.path.exists(never)) == (True, False, False)
    job.delete()
    assert files.sweep() == 1
    assert not os.path.exists(used)


def test_artifacts_go_when_their_job_is_gone(config, files, job):
    kept, gone = artifact(config, job.id), artifact(config, "gone")
    assert files.sweep() == 1
    assert (os.path.exists(kept), os.path.exists(gone)) == (True, False)


def test_files_of_the_last_day_stay(config, files):
    young = [upload(config, "a" * 32, hours=23), artifact(config, "gone", hours=23)]
    assert files.sweep() == 0
    assert all(os.path.exists(folder) for folder in young)


def test_the_files_of_another_redis_are_not_swept(redis, config, files):
    gone = artifact(config, "gone")
    other = FileSweep(Config(redis_url="redis://elsewhere:6379/0", write=True, files=config.files), redis)
    assert files.sweep() == 1
    artifact(config, "gone-too")
    assert other.sweep() == 0
    assert not os.path.exists(gone)


def test_many_folders_are_looked_at_in_several_sweeps(config, files, monkeypatch):
    monkeypatch.setattr(file_sweep, "FOLDERS", 3)
    for number in range(8):
        artifact(config, f"gone-{number}")
    assert [files.sweep() for _ in range(4)] == [3, 3, 2, 0]


def test_without_a_folder_none_is_made(config, files):
    assert files.sweep() == 0
    assert not os.path.exists(config.files)


def test_files_stay_where_we_may_only_look(redis, config, tmp_path):
    looking = Config(redis_url=config.redis_url, files=config.files)
    folder = artifact(config, "gone")
    connections = connect(looking)
    Sweeper(connections, looking).sweep()
    connections.close()
    assert os.path.exists(folder)


def test_a_job_that_is_made_again_keeps_its_log(redis, sweeper):
    write_log(redis, "again")
    Job.create(fixture_jobs.nothing, id="again", connection=redis, origin="default").save()
    sweeper.sweep()
    assert redis.exists(_keys.log("again"))
