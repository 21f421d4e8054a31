"""A web process that is killed in the middle of many jobs: the same request elsewhere makes the rest, each row once."""

import contextlib
import json
import threading
import urllib.request

from jobs import _keys

ROWS = 2_000
ENTRY = {"title": "Nothing", "func": "tests.fixture_jobs.add", "schema": {"type": "object", "properties": {"a": {}}}}


def post(web, timeout=60):
    text = "a\n" + "".join(f"{n}\n" for n in range(ROWS))
    body = json.dumps({"type": "add", "text": text, "format": "csv", "id": "night", "group": "night"}).encode()
    request = urllib.request.Request(f"{web.url}/api/jobs/batch", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        return json.load(answer)["batch"]


def test_what_a_killed_server_has_begun_the_next_one_finishes(redis, web_server):
    redis.hset(_keys.CATALOG, "add", json.dumps(ENTRY))
    first, second = (web_server(env={"RQLIVE_OWN_REDIS": 1}) for _ in range(2))

    def begin():
        with contextlib.suppress(OSError):
            post(first)

    asking = threading.Thread(target=begin)
    asking.start()
    gone = [redis.blpop("rq:queue:default", 30)[1].decode()]
    # With its worker process, which would go on.
    first.close()
    asking.join()
    begun = redis.llen("rq:queue:default") + 1
    assert begun < ROWS
    # A worker has run some meanwhile, and their results are not kept.
    gone += [redis.lpop("rq:queue:default").decode() for _ in range(50)]
    redis.delete(*(f"rq:job:{one}" for one in gone))
    made = post(second)
    assert (made["rows"], made["created"]) == (ROWS, ROWS - begun)
    ids = redis.lrange("rq:queue:default", 0, -1)
    assert len(ids) == len(set(ids)) == ROWS - len(gone)
    assert redis.scard("rq:group:night") == ROWS
