"""A web process that is killed (-9) in the middle of each deed: the next one finishes it, or nothing is left of it.

A gate to Redis holds every request after its first, second, … write; then the process is killed with all of them open.
What was asked for is asked for again, of another process: its answer is that it is done, or that it was.
"""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import pytest
from rq import Queue, RateLimit
from rq.rate_limit import RateLimitRegistry

from jobs import _keys
from tests import fixture_jobs, raw_jobs
from tests.gate import Gate
from tests.in_redis import status
from tests.support import eventually

#: More than one step of a release or a resume.
MANY = 3_300
ROWS = 350
ENTRY = {"title": "Nothing", "func": "tests.fixture_jobs.add", "schema": {"type": "object", "properties": {"a": {}}}}


@dataclass
class Deed:
    """A request, what is in Redis before it, and what is to be so once it was made again."""

    #: A text that all its writes have in common.
    mark: str
    path: str
    body: dict
    #: True once nothing is left half done.
    is_whole: Callable[[], object]
    method: str = "POST"


def send(web, deed: Deed, timeout=30) -> tuple[int, dict]:
    """(status, JSON); (0, {}) where nobody answers."""
    body = json.dumps(deed.body).encode() if deed.method == "POST" else None
    request = urllib.request.Request(f"{web.url}{deed.path}", body, {"Content-Type": "application/json"})
    request.method = deed.method
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)
    except OSError:
        return 0, {}


def ids(redis, key: str) -> list[str]:
    return [one.decode() for one in redis.lrange(key, 0, -1)]


def write(redis, queue: str, where: str = "queued", count: int = MANY) -> list[str]:
    with redis.pipeline(transaction=False) as pipe:
        names = [raw_jobs.listed(pipe, where, f"{queue}-job-{number}", queue) for number in range(count)]
        pipe.execute()
    return names


def queue_is(redis, queue: str, order: list[str]) -> Callable[[], bool]:
    """All wait in their order, and nothing tells of another place."""
    aside = [key(queue) for key in (_keys.held, _keys.hold, _keys.parked, _keys.resuming, _keys.pause)]

    def check() -> bool:
        assert ids(redis, f"rq:queue:{queue}") == order
        assert redis.exists(*aside) == 0
        return not redis.sismember(_keys.ASIDE, queue) and not redis.sismember(_keys.PAUSED, queue)

    return check


def of_queues(redis, web) -> list[Deed]:
    found = []
    for name in ("hold", "release", "pause", "resume"):
        order = write(redis, f"q-{name}")
        whole = queue_is(redis, f"q-{name}", order)
        if name == "release":
            send(web, Deed("", f"/api/queues/q-{name}/hold", {}, bool))
        if name == "resume":
            assert send(web, Deed("", f"/api/queues/q-{name}/pause", {}, bool))[0] == 200
        if name in ("hold", "pause"):
            back = Deed("", f"/api/queues/q-{name}/{'release' if name == 'hold' else 'resume'}", {}, bool)
            whole = lambda back=back, whole=whole: send(web.next, back) and whole()  # noqa: E731
        found.append(Deed(f"q-{name}", f"/api/queues/q-{name}/{name}", {}, whole))
    return found


def of_jobs(redis, web) -> list[Deed]:
    found = []

    def add(name: str, job: str, is_whole: Callable[[], object], **body) -> None:
        found.append(Deed(job, f"/api/jobs/{job}/{name}", body, is_whole))

    def lists(job: str, *keys: str) -> Callable[[], bool]:
        """The job stands once in each of these and in no other list of its queue."""
        others = ["rq:queue:one", "rq:queue:two", _keys.held("one"), "rq:canceled:one", "rq:failed:one"]
        others += ["rq:scheduled:one"]

        def check() -> bool:
            for key in others:
                members = (
                    ids(redis, key)
                    if redis.type(key) in (b"list", b"none")
                    else [one.decode() for one in redis.zrange(key, 0, -1)]
                )
                assert members.count(job) == (key in keys), (job, key)
            return True

        return check

    def one(name: str, where: str = "queued") -> str:
        return raw_jobs.listed(redis, where, f"j-{name}", "one")

    add("cancel", one("cancel"), lists("j-cancel", "rq:canceled:one"))
    add("requeue", one("requeue", "failed"), lists("j-requeue", "rq:queue:one"))
    add("run_now", one("run-now", "scheduled"), lists("j-run-now", "rq:queue:one"))
    add("move", one("move"), lists("j-move", "rq:queue:two"), queue="two")
    add("to_front", one("front"), lists("j-front", "rq:queue:one"))
    add("hold", one("hold"), lists("j-hold", _keys.held("one")))
    add("release", one("release"), lists("j-release", "rq:queue:one"))
    send(web, Deed("", "/api/jobs/j-release/hold", {}, bool))
    one("delete")
    gone = lambda: lists("j-delete")() and not redis.exists("rq:job:j-delete")  # noqa: E731
    found.append(Deed("j-delete", "/api/jobs/j-delete", {}, gone, "DELETE"))
    one("restore")
    undo = send(web, Deed("", "/api/jobs/j-restore", {}, bool, "DELETE"))[1]["undo"]
    add("restore", "j-restore", lists("j-restore", "rq:queue:one"), token=undo["token"])
    add("run_again", one("again", "failed"), lambda: runs_again(redis))
    return [*found, of_limit(redis)]


def runs_again(redis) -> bool:
    """Each new job is whole: a hash, and one place in the queue."""
    news = [key for key in redis.scan_iter("rq:job:*") if b"j-again" in (redis.hget(key, "live_submitted") or b"")]
    waiting = ids(redis, "rq:queue:one")
    assert all(waiting.count(key.decode().removeprefix("rq:job:")) == 1 for key in news)
    return bool(news)


def of_limit(redis) -> Deed:
    """Cancel who holds the slot of a rate limit: the next one gets it, from us or from RQ's own maintenance."""
    queue, limit = Queue("limited", connection=redis), RateLimit(key="api", concurrency=1)
    first, second = (queue.enqueue(fixture_jobs.nothing, job_id=f"j-slot-{n}", rate_limit=limit) for n in range(2))

    def check() -> bool:
        RateLimitRegistry("api", redis).cleanup()
        return (status(redis, first), status(redis, second), queue.job_ids) == ("canceled", "queued", [second.id])

    return Deed("j-slot-0", "/api/jobs/j-slot-0/cancel", {}, check)


def of_operations(redis, web) -> list[Deed]:
    def state(operation: str) -> str:
        return redis.hget(_keys.operation(operation), "state").decode()

    def ready(queue: str, verb: str = "delete") -> str:
        write(redis, queue, "failed", 40)
        of = {"queue": queue, "status": "failed"}
        body = {"verb": verb, "of": of, "options": {"rate": 1} if verb == "requeue" else {}}
        made = send(web, Deed("", "/api/operations", body, bool))[1]["operation"]["id"]
        eventually(lambda: state(made) == "ready")
        return made

    def turn(operation: str, deed: str, **body) -> Deed:
        return Deed(operation, f"/api/operations/{operation}/{deed}", body, lambda: None)

    def ended(operation: str, *states: str) -> Callable[[], bool]:
        return lambda: state(operation) in states

    asked = Deed("o-asked", "/api/operations", {"verb": "delete", "of": {"q": "queue:o-asked"}}, lambda: True)
    started = turn(ready("o-start"), "start", total=40)
    started.is_whole = lambda: state(started.mark) == "done" and not redis.exists("rq:failed:o-start")
    found = [asked, started]
    for deed, states in {"pause": ["paused"], "resume": ["running"], "cancel": ["canceled"]}.items():
        operation = ready(f"o-{deed}", "requeue")
        send(web, turn(operation, "start", total=40))
        if deed == "resume":
            send(web, turn(operation, "pause"))
        found.append(turn(operation, deed))
        found[-1].is_whole = ended(operation, *states)
    undone = ready("o-undo")
    send(web, turn(undone, "start", total=40))
    eventually(lambda: state(undone) == "done")
    found.append(turn(undone, "undo"))
    found[-1].is_whole = lambda: redis.zcard("rq:failed:o-undo") == 40
    return found


def of_batch(redis) -> Deed:
    redis.hset(_keys.CATALOG, "add", json.dumps(ENTRY))
    text = "a\n" + "".join(f"{n}\n" for n in range(ROWS))
    body = {"type": "add", "text": text, "format": "csv", "id": "night", "group": "night"}

    def check() -> bool:
        waiting = ids(redis, "rq:queue:default")
        return len(waiting) == len(set(waiting)) == redis.scard("rq:group:night") == ROWS

    return Deed("night", "/api/jobs/batch", body, check)


@pytest.mark.parametrize("writes", [1, 2, 3])
def test_what_a_killed_server_has_begun_the_next_one_finishes(
    redis, redis_server, web_server, operations_process, started, tmp_path, writes
):
    env = {"RQLIVE_WRITE": 1}
    operations_process(env=env)
    second = web_server(env=env)
    second.next = second
    eventually(lambda: dict(redis.pubsub_numsub(_keys.PAUSE_BELL))[_keys.PAUSE_BELL.encode()])
    deeds = [*of_queues(redis, second), *of_jobs(redis, second), *of_operations(redis, second), of_batch(redis)]
    gate = Gate(redis_server.path, tmp_path)
    first = web_server(gate.url, env=env)
    for deed in deeds:
        gate.hold(deed.mark, writes)
    threads = [threading.Thread(target=send, args=(first, deed)) for deed in deeds]
    for thread in threads:
        thread.start()
    # Each is held, or was done with fewer writes.
    eventually(
        lambda: all(d.mark.encode() in gate.held or not t.is_alive() for d, t in zip(deeds, threads, strict=True))
    )
    held = [deed for deed in deeds if deed.mark.encode() in gate.held]
    assert len(held) >= {1: len(deeds), 2: len(deeds) - 2, 3: 3}[writes], [
        deed.path for deed in deeds if deed not in held
    ]
    first.close()
    gate.close()
    for thread in threads:
        thread.join()
    for deed in deeds:
        answer = send(second, deed)
        assert answer[0] in (200, 201, 204, 404, 409), (deed.path, answer)
    for deed in deeds:
        with suppress(AssertionError):
            eventually(deed.is_whole, 1)
        assert eventually(deed.is_whole, 15, f"{deed.path} is whole")
