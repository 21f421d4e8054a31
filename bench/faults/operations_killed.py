"""The operations process killed (-9) in the middle of operations on many jobs, and of a pause: each job once."""

import time
from typing import Any

from bench.faults._load import ask
from bench.faults._scene import Scene
from bench.faults._trial import Outcome, fault
from bench.faults.web_killed import kill_worker_of
from tests import raw_jobs
from tests.support import eventually

JOBS = 3_000


def failed_jobs(scene: Scene) -> None:
    """JOBS of them in a queue that a worker serves later."""
    data = raw_jobs.payload("bench.faults._jobs.counted", (str(scene.folder), 0.0))
    with scene.redis.pipeline(transaction=False) as pipe:
        pipe.sadd("rq:queues", "rq:queue:bulk")
        for n in range(JOBS):
            pipe.hset(f"rq:job:bulk-{n}", mapping=raw_jobs.fields("failed", "bulk", data=data))
            pipe.zadd("rq:failed:bulk", {f"bulk-{n}": time.time() + 9_000})
        pipe.execute()


def now(scene: Scene, path: str) -> dict[str, Any]:
    status, answer = ask(f"{scene.webs[1].url}{path}")
    assert status == 200, answer
    return answer["operation"]


def with_kills(scene: Scene, verb: str, kills: int, **options: Any) -> dict[str, Any]:
    """Ask, start, and kill the operations process, and the web process that was asked, again and again."""
    first = scene.webs[0]
    body = {"verb": verb, "of": {"queue": "bulk", "status": "failed"}} | ({"options": options} if options else {})
    status, answer = ask(f"{first.url}/api/operations", body)
    assert status == 201, answer
    kill_worker_of(first)
    restart_operations(scene)
    path = f"/api/operations/{answer['operation']['id']}"
    total = eventually(lambda: (told := now(scene, path))["state"] == "ready" and told, 40)["total"]
    assert ask(f"{scene.webs[1].url}{path}/start", {"total": total})[0] == 200
    kill_on_the_way(scene, path, total, kills)
    return eventually(lambda: (told := now(scene, path))["state"] == "done" and told, 90)


def kill_on_the_way(scene: Scene, path: str, total: int, kills: int) -> None:
    """Kill the operations process each time another part of the jobs is done."""
    for n in range(kills):
        part = n * total / (kills + 1)
        eventually(lambda part=part: (told := now(scene, path))["done"] > part or told["state"] == "done", 40)
        restart_operations(scene)


def restart_operations(scene: Scene) -> None:
    assert scene.operations
    scene.operations.kill()
    scene.operations = scene.start_operations()


def told(outcome: Outcome, done: dict[str, Any], kills: int) -> None:
    counts = {key: done[key] for key in ("total", "done", "skipped", "failed") if key in done}
    outcome.remarks.append(f"{JOBS:,} jobs, {kills + 1} kills of operations, one of the web process asked: {counts}")


@fault("in a requeue of 3,000: each waits once")
def operations_killed_in_requeue(outcome: Outcome) -> None:
    with Scene(outcome, tabs=6) as scene:
        failed_jobs(scene)
        with scene.breaking():
            done = with_kills(scene, "requeue", 3, rate=0)
            ids = [one.decode() for one in scene.redis.lrange("rq:queue:bulk", 0, -1)]
            if (len(ids), len(set(ids))) != (JOBS, JOBS):
                outcome.broken.append(f"{len(ids)} wait, {len(set(ids))} of them distinct, of {JOBS}")
        told(outcome, done, 3)


@fault("in a delete of 3,000 and in its undo: all are back as they were")
def operations_killed_in_delete_and_undo(outcome: Outcome) -> None:
    with Scene(outcome, tabs=6) as scene:
        failed_jobs(scene)
        before = scene.redis.hgetall("rq:job:bulk-7"), scene.redis.zscore("rq:failed:bulk", "bulk-7")
        with scene.breaking():
            done = with_kills(scene, "delete", 3)
            if left := scene.redis.zcard("rq:failed:bulk"):
                outcome.broken.append(f"{left} were left by the delete")
            status, answer = ask(f"{scene.webs[1].url}/api/operations/{done['id']}/undo", {})
            assert status == 201, answer
            restart_operations(scene)
            path = f"/api/operations/{answer['operation']['id']}"
            back = eventually(lambda: (one := now(scene, path))["state"] == "done" and one, 60)
            there = scene.redis.zcard("rq:failed:bulk")
            if there != back["done"]:
                outcome.broken.append(f"{there} are back, {back['done']} are said to be")
            if before != (scene.redis.hgetall("rq:job:bulk-7"), scene.redis.zscore("rq:failed:bulk", "bulk-7")):
                outcome.broken.append("a job came back otherwise than it was")
        told(outcome, done, 3)
        outcome.remarks.append(f"undone: {there:,} are back")


@fault("in a cancel of 3,000 that wait: each is canceled once, none runs")
def operations_killed_in_cancel(outcome: Outcome) -> None:
    with Scene(outcome, tabs=6) as scene:
        failed_jobs(scene)
        with scene.redis.pipeline(transaction=False) as pipe:
            pipe.delete("rq:failed:bulk")
            for n in range(JOBS):
                pipe.hset(f"rq:job:bulk-{n}", "status", "queued").rpush("rq:queue:bulk", f"bulk-{n}")
            pipe.execute()
        with scene.breaking():
            kills = 3
            body = {"verb": "cancel", "of": {"queue": "bulk", "status": "queued"}}
            status, answer = ask(f"{scene.webs[1].url}/api/operations", body)
            assert status == 201, answer
            path = f"/api/operations/{answer['operation']['id']}"
            total = eventually(lambda: (one := now(scene, path))["state"] == "ready" and one, 40)["total"]
            assert ask(f"{scene.webs[1].url}{path}/start", {"total": total})[0] == 200
            kill_on_the_way(scene, path, total, kills)
            done = eventually(lambda: (one := now(scene, path))["state"] == "done" and one, 90)
            found = scene.redis.llen("rq:queue:bulk"), scene.redis.zcard("rq:canceled:bulk")
            if found != (0, JOBS):
                outcome.broken.append(f"{found[0]} wait still, {found[1]} are canceled, of {JOBS}")
        told(outcome, done, kills)


@fault("while it keeps a pause: what comes meanwhile may slip, is counted or said to be uncounted, and none is lost")
def operations_killed_in_pause(outcome: Outcome) -> None:
    with Scene(outcome, tabs=6) as scene, scene.breaking():
        status, answer = ask(f"{scene.webs[1].url}/api/queues/default/pause", {"seconds": 600})
        assert status == 200, answer
        time.sleep(1)
        for _ in range(2):
            restart_operations(scene)
            time.sleep(3)
        status, answer = ask(f"{scene.webs[1].url}/api/queues/default/resume", {})
        assert status == 200, answer
        outcome.remarks.append(f"resumed: {answer}")
