"""All keys of ours together stay below 64 MB and 2 % of maxmemory, also where each kind is filled to its cap."""

import json

import pytest
from rq import Queue

from jobs import _keys
from tests import fixture_jobs
from webapp.config import Config
from webapp.connections import connect
from webapp.operations import ledger, searches, tenure
from webapp.operations.sweep import Sweeper

MEGABYTE = 1024 * 1024


def fill(redis, maxmemory: int) -> list:
    """Every key that we keep, as large as what writes it lets it become here; returns the jobs that have logs."""
    share = _keys.ours_bytes(maxmemory)
    jobs = Queue(connection=redis).enqueue_many([Queue.prepare_data(fixture_jobs.nothing) for _ in range(40)])
    with redis.pipeline(transaction=False) as pipe:
        for number in range(_keys.CATALOG_MAX):
            entry = {"published_at": number, "schema": "x" * (_keys.CATALOG_ENTRY_BYTES - 60)}
            pipe.hset(_keys.CATALOG, f"type{number}", json.dumps(entry))
        for number in range(_keys.ACTIVITY_MAX):
            pipe.xadd(
                _keys.ACTIVITY, {"at": number, "actor": "ada", "action": "requeue", "job": "x" * 100, "more": "y" * 80}
            )
        for _ in range(_keys.ROOM_MAX):
            pipe.xadd(_keys.ROOM, {"text": "x" * 8_000})
        for _ in range(_keys.ROOM_HERE_MAX):
            pipe.xadd(_keys.ROOM_HERE, {"people": "x" * 45_000})
        for job in jobs:
            pipe.zadd(_keys.LOG_INDEX, {job.id: 1})
            for number in range(_keys.log_bytes(maxmemory, _keys.LOG_BYTES) // 1_000):
                pipe.xadd(_keys.log(job.id), {"at": number, "level": "INFO", "text": "x" * 1_000})
        pipe.xadd(_keys.notes(jobs[0].id), {"text": "x" * int(maxmemory * 0.001)})
        pipe.zadd(_keys.NOTES_INDEX, {jobs[0].id: int(maxmemory * 0.001)})
        pipe.hset(_keys.MUTES, mapping={f"cause{number:036}": "x" * 300 for number in range(_keys.MUTES_MAX)})
        unlisted = int(share * tenure.UNLISTED_SHARE / tenure.UNLISTED_BYTES)
        pipe.hset(_keys.UNLISTED, mapping={f"{number:036}": "created\x1f" + "q" * 40 for number in range(unlisted)})
        for number in range(_keys.SEARCHES_MAX):
            pipe.zadd(_keys.SEARCHES, {f"s{number}": 1}).hset(_keys.search(f"s{number}"), "query", "x" * 500)
            most = min(_keys.SEARCH_HITS_BYTES, int(maxmemory * searches.MEMORY_SHARE / _keys.SEARCHES_MAX))
            pipe.rpush(_keys.search_hits(f"s{number}"), *(f"{at:036}" for at in range(most // 37)))
        chunks = int(share * ledger.SHARE)
        for number in range(_keys.OPERATIONS_MAX):
            pipe.zadd(_keys.OPERATIONS, {f"o{number}": 1}).hset(_keys.operation(f"o{number}"), "of", "x" * 2_000)
        pipe.hset(_keys.operation("o0"), "bytes", chunks)
        pipe.rpush(_keys.operation_jobs("o0"), *["x" * 10_000] * (chunks // 10_000))
        pipe.hset(_keys.SUPERVISORS, "m", json.dumps({"server": "s", "at": 1}))
        for number in range(_keys.ADDED_TOLD):
            pipe.hset(_keys.added("m"), f"m.{number}", "x" * 1_000)
            for _ in range(_keys.OUTPUT_LINES):
                pipe.xadd(_keys.output(f"m.{number}"), {"line": "x" * _keys.OUTPUT_CHARS})
        pipe.execute()
        now = redis.time()[0] // 60
        for minute in range(now - 400, now):
            counts = {f"run:{bound}\x1fq{number}": 1 for bound in (1, 5, 20) for number in range(30)}
            pipe.hset(_keys.figures(minute), mapping=counts)
            pipe.hset(_keys.functions(minute), mapping={f"{name}\x1ffunction": 1 for name in counts})
        pipe.execute()
    return jobs


def ours(redis) -> dict[str, int]:
    """Bytes by kind of key."""
    found: dict[str, int] = {}
    for key in redis.scan_iter(f"{_keys.PREFIX}*", count=1_000):
        kind = key.decode().removeprefix(_keys.PREFIX).partition(":")[0]
        found[kind] = found.get(kind, 0) + redis.memory_usage(key, samples=0)
    return found


@pytest.mark.parametrize("own_redis_server", [{"options": {"maxmemory": "256mb"}}], indirect=True)
def test_filled_to_every_cap_all_of_ours_is_within_its_share(own_redis_server, tmp_path):
    redis = own_redis_server.connection()
    jobs = fill(redis, 256 * MEGABYTE)
    share = _keys.ours_bytes(256 * MEGABYTE)
    assert share == int(256 * MEGABYTE * 0.02)
    assert sum(ours(redis).values()) > 3 * share
    config = Config(redis_url=own_redis_server.url, files=str(tmp_path))
    connections = connect(config)
    sweeper = Sweeper(connections, config)
    for _ in range(2):
        sweeper.sweep()
    connections.close()
    left = ours(redis)
    assert sum(left.values()) <= share, left
    assert all(left[kind] for kind in ("activity", "catalog", "figures", "room", "output", "searches", "notes")), left
    assert all(redis.exists(job.key) for job in jobs), "nothing but our own was touched"
    newest = redis.hgetall(_keys.CATALOG)
    assert f"type{_keys.CATALOG_MAX - 1}".encode() in newest, "what was published last stays"


def test_without_a_limit_ours_is_64_megabytes_and_everywhere_a_log_is_a_small_part_of_it():
    assert _keys.ours_bytes(0) == 64 * MEGABYTE == _keys.ours_bytes(16 * 1024 * MEGABYTE)
    assert _keys.log_bytes(0, _keys.LOG_BYTES) == _keys.LOG_BYTES
    assert _keys.log_bytes(64 * MEGABYTE, _keys.LOG_BYTES) < _keys.ours_bytes(64 * MEGABYTE) / 19
