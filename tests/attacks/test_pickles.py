"""Pickles that run something, lie in wherever RQ keeps bytes: nothing of them runs, and none of them takes long."""

import base64
import contextlib
import json
import os
import pickle
import sys
import time
import tracemalloc
import zlib
from urllib.parse import quote

import pytest

from jobs import _keys
from tests import raw_jobs
from tests.attacks import wire
from tests.in_process import running
from webapp import decode
from webapp.models import STATUSES

#: Seconds of the processor for one payload, where 1 is the worst that is seen, and 4 what colliding keys took.
SECONDS = 2.0
MB = 1024 * 1024


@contextlib.contextmanager
def measured():
    """Gives what tells the most bytes that were allocated at once within the block."""
    told = []
    tracemalloc.start()
    try:
        yield lambda: told[0]
    finally:
        told.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()


class Runs:
    def __init__(self, function, *args):
        self.made = (function, args)

    def __reduce__(self):
        return self.made


def number(value):
    body = pickle.encode_long(value)
    return pickle.LONG1 + bytes([len(body)]) + body


COLLIDING = b"".join(number(sys.hash_info.modulus * at) for at in range(1, 21_000))
PAIRS = b"".join(number(sys.hash_info.modulus * at) + b"N" for at in range(1, 20_000))
ONE_BY_ONE = b"".join(number(sys.hash_info.modulus * at) + b"Ns" for at in range(1, 18_000))
BOMBS = {
    "colliding numbers in a set": b"\x80\x04\x8f(" + COLLIDING + b"\x90.",
    "colliding numbers in a frozenset": b"\x80\x04(" + COLLIDING + b"\x91.",
    "colliding keys of a dict": b"\x80\x04}(" + PAIRS + b"u.",
    "colliding keys of an old dict": b"\x80\x04(" + PAIRS + b"d.",
    "colliding keys one by one": b"\x80\x04}" + ONE_BY_ONE + b".",
    "a memo of millions": b"\x80\x04Nr\xff\xff\xff\x7f.",
    "a bytearray of gigabytes": b"\x80\x05\x96" + (1 << 30).to_bytes(8, "little") + b".",
    "very deep": b"]" * 120_000 + b"a" * 119_999 + b".",
    "very wide": b"(" + b"N" * 200_000 + b"l.",
    "itself": b"]\x94h\x00a.",
    "sixty-fold sharing": b"]\x94" + b"]\x94h\x00ah\x00a" * 2 + b"(h\x00h\x00l" * 60 + b".",
    "persistent": b"\x80\x04\x8c\x01xQ.",
    "an extension": b"\x80\x04\x82\x01.",
    "out of band": b"\x80\x05\x97.",
    "a long number": b"L" + b"9" * 200_000 + b"L\n.",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_no_payload_takes_long(bomb):
    raw = BOMBS[bomb]
    assert len(raw) <= decode.DETAIL_BYTES
    began = time.process_time()
    with contextlib.suppress(decode.Undecodable):
        decode.loads(raw)
    assert time.process_time() - began < SECONDS


@pytest.mark.parametrize("bomb", ["a memo of millions", "a bytearray of gigabytes"])
def test_no_payload_takes_the_memory_that_it_asks_for(bomb):
    with measured() as peak, contextlib.suppress(decode.Undecodable):
        decode.loads(BOMBS[bomb])
    assert peak() < MB


@pytest.mark.parametrize(
    "value",
    [
        {2**100 + at: at for at in range(2_000)},
        {frozenset({at, at + 1}) for at in range(2_000)},
        [{2**64 + 5: 1}] * 40,
        {-(2**61): 1, 2**61: 2, 2**61 - 1: 3, 0: 4},
    ],
    ids=["large keys", "frozensets", "one large key again and again", "around the modulus"],
)
def test_large_keys_that_nobody_made_to_collide_are_read(value):
    assert decode.loads(pickle.dumps(value)) == value


def test_what_is_small_only_while_packed_is_not_inflated():
    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(bytes(MB)) for _ in range(64)) + packer.flush()
    with measured() as peak:
        assert "larger than" in decode.call(bomb).problem
        assert decode.traceback_text(base64.b64encode(bomb), 1_000) == "\0" * 1_000
    assert peak() < 2 * MB


def planted(client, mark):
    """Jobs in whose every field lies a pickle that would make the file `mark`; their ids."""
    ran = f"touch {mark}"
    evil = [
        Runs(os.system, ran),
        Runs(eval, f"__import__('os').system({ran!r})"),
        Runs(exec, f"open({str(mark)!r}, 'w').close()"),
        Runs(getattr, Runs(__import__, "os"), "system"),
    ]
    ids = []
    for at, status in enumerate(("queued", "failed", "finished", "started", "scheduled", "deferred")):
        bad = pickle.dumps(evil[at % len(evil)], at % 6)
        packed, encoded = zlib.compress(bad), base64.b64encode(bad)
        odd = raw_jobs.fields()["data"] if at % 2 else packed
        more = {name: packed for name in ("exc_info", "result", "live_progress", "live_submitted", "webhooks")}
        more |= {"meta": bad, "group_id": "night", "dependency_ids": packed, "repeat_intervals": packed}
        job_id = raw_jobs.listed(client, status, data=odd, **more)
        for text in (bad, packed, encoded, base64.b64encode(packed)):
            client.xadd(f"rq:results:{job_id}", {"type": 1 + at % 3, "return_value": text, "exc_string": text})
            client.xadd(_keys.log(job_id), {"at": 1, "text": text, "level": text, "run": text})
            client.xadd(_keys.notes(job_id), {"text": text, "name": text})
            client.xadd(_keys.ACTIVITY, {"at": 1, "action": text, "job": job_id, "outcome": text})
        client.sadd("rq:groups", "night")
        client.sadd("rq:group:night", job_id)
        ids.append(job_id)
    client.hset(_keys.CATALOG, "bad", packed)
    client.hset("rq:cron_scheduler:c", mapping={"cron_jobs": packed, "hostname": bad})
    client.zadd("rq:cron_schedulers", {"c": time.time()})
    raw_jobs.worker(client, "w", current_job=packed, state=bad)
    return ids


def test_reading_all_that_there_is_runs_nothing(redis, redis_server, tmp_path):
    mark = tmp_path / "it ran"
    ids = planted(redis, mark)
    with running(redis_server.url, tmp_path / "files") as client:
        asked = {path for job_id in ids for _, path in wire.routes(("GET",), job_id=job_id)}
        asked |= {f"/api/jobs?status={status}" for status in STATUSES}
        asked |= {f"/api/boards/{board}/{job_id}" for board in ("why", "graph", "notes", "compare") for job_id in ids}
        asked |= {f"/api/boards/{board}" for board in ("stuck", "cron", "groups", "group/night", "failures", "flow")}
        for path in sorted(asked - {"/live", "/ws/chat/"}):
            assert client.get(path).status_code < 500, path
        found = client.post("/api/searches", json={"query": "touch"})
        assert found.status_code in (200, 201, 202)
        for job_id in ids:
            for verb in ("cancel", "requeue", "hold", "run_again", "to_front"):
                assert client.post(f"/api/jobs/{quote(job_id)}/{verb}", json={}).status_code < 500, verb
        shown = json.dumps(client.get(f"/api/jobs/{ids[1]}").json)
    assert "system" in shown or "eval" in shown
    assert not mark.exists()


def test_the_planted_pickles_do_run_where_they_are_let(tmp_path):
    mark = tmp_path / "it ran"
    pickle.loads(pickle.dumps(Runs(exec, f"open({str(mark)!r}, 'w').close()")))
    assert mark.exists()
