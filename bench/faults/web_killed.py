"""A web process killed (-9) in the middle of each kind of action: what was asked is done or not done, never half."""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rq import Queue

from bench.faults import _account
from bench.faults._load import ask
from bench.faults._scene import Scene
from bench.faults._trial import Outcome, fault
from tests import raw_jobs
from tests.processes import WebServer, session_members
from tests.support import eventually

KILLS = 8
#: Seconds into the request at which the process is killed, at most: a request takes some 5 to 40 ms here.
WITHIN = 0.04
WORK = "bench.faults._jobs.counted"

Asked = tuple[str, str, Any]


@dataclass(frozen=True)
class Act:
    """One kind of action. `prepare(scene, name)` returns how it is asked for: method, path, body."""

    name: str
    prepare: Callable[[Scene, str], Asked]
    #: Of which job it is seen what became of it, by the name of the trial.
    job: str = "{}"
    #: What is asked afterwards, since only so many may be as the action leaves it.
    undone: str = ""


def queued(scene: Scene, name: str, queue: str = "low") -> None:
    Queue(queue, connection=scene.redis).enqueue(WORK, str(scene.folder), job_id=name)


def of_job(verb: str, status: str = "queued", **body: Any) -> Callable[[Scene, str], Asked]:
    def prepare(scene: Scene, name: str) -> Asked:
        if status == "queued":
            queued(scene, name)
        else:
            raw_jobs.listed(scene.redis, status, name, queue="low", data=raw_jobs.payload(WORK, (str(scene.folder),)))
        return "POST", f"/api/jobs/{name}/{verb}", {key: text.format(name) for key, text in body.items()}

    return prepare


def submit(scene: Scene, name: str) -> Asked:
    body = {"type": "counted", "args": {"folder": str(scene.folder)}, "id": name, "queue": "low"}
    return "POST", "/api/jobs", body


def delete(scene: Scene, name: str) -> Asked:
    queued(scene, name)
    return "DELETE", f"/api/jobs/{name}", None


def undo(scene: Scene, name: str) -> Asked:
    queued(scene, name)
    status, told = ask(f"{scene.webs[1].url}/api/jobs/{name}", method="DELETE")
    assert status == 200, told
    return "POST", f"/api/jobs/{name}/restore", {"token": told["undo"]["token"]}


def release(scene: Scene, name: str) -> Asked:
    queued(scene, name)
    assert ask(f"{scene.webs[1].url}/api/jobs/{name}/hold", {})[0] == 200
    return "POST", f"/api/jobs/{name}/release", {}


def of_queue(verb: str, first: str = "", **body: Any) -> Callable[[Scene, str], Asked]:
    """Each trial has a queue of its own with one job."""

    def prepare(scene: Scene, name: str) -> Asked:
        queued(scene, name, f"q-{name}")
        if first:
            status, told = ask(f"{scene.webs[1].url}/api/queues/q-{name}/{first}", body)
            assert status == 200, told
        return "POST", f"/api/queues/q-{name}/{verb}", {} if first else body

    return prepare


ACTS = (
    Act("submit", submit),
    Act("cancel", of_job("cancel")),
    Act("requeue", of_job("requeue", "failed")),
    Act("run_now", of_job("run_now", "scheduled")),
    Act("run_again", of_job("run_again", "failed", id="{}-again"), "{}-again"),
    Act("delete", delete),
    Act("undo", undo),
    Act("move", of_job("move", queue="elsewhere")),
    Act("to_front", of_job("to_front")),
    Act("hold", of_job("hold")),
    Act("release", release),
    Act("hold_queue", of_queue("hold")),
    Act("release_queue", of_queue("release", "hold")),
    Act("pause_queue", of_queue("pause", seconds=600), undone="/api/queues/q-{}/resume"),
    Act("resume_queue", of_queue("resume", "pause", seconds=600)),
)


def state(scene: Scene, act: Act, name: str) -> tuple[str, ...]:
    """Where the job is, and whether it is the next of its queue; the names of one trial taken out."""
    job = act.job.format(name)
    places = _account.where(scene.redis, job)
    first = ["first"] if scene.redis.lindex("rq:queue:low", 0) == job.encode() else []
    return tuple(sorted(place.replace(name, "*") for place in [*places, *first]))


def settled(scene: Scene, act: Act, name: str, before: tuple, after: tuple) -> tuple | None:
    """What is so now, where that is as before or as after."""
    now = state(scene, act, name)
    assert now in (before, after), f"{name} is half done: {now}; before {before}, after {after}"
    return now


def kill_worker_of(web: WebServer) -> None:
    """The process that serves; gunicorn's master starts another."""
    for pid in session_members(web.pid):
        if pid != web.pid:
            os.kill(pid, signal.SIGKILL)


def trial(scene: Scene, act: Act, name: str, before: tuple, after: tuple) -> str:
    """Kill the first web process in the middle of the action, then ask the second for the same."""
    first, second = scene.webs
    eventually(lambda: ask(f"{first.url}/healthz")[0] == 200, 20)
    method, path, body = act.prepare(scene, name)
    told: list[int] = []
    asking = threading.Thread(target=lambda: told.append(ask(f"{first.url}{path}", body, method)[0]))
    asking.start()
    time.sleep(random.uniform(0, WITHIN))
    kill_worker_of(first)
    asking.join()
    found = eventually(lambda: settled(scene, act, name, before, after), 4, f"{name} is half done")
    status, answer = ask(f"{second.url}{path}", body, method)
    if status not in (200, 201, 202, 204, 404, 409):
        scene.outcome.broken.append(f"{name}: asked again, it answered {status} {answer}")
    again = f"{name}: asked again, it answered {status} {str(answer)[:300]}"
    eventually(lambda: state(scene, act, name) == after, 5, again)
    if act.undone:
        ask(f"{second.url}{act.undone.format(name)}", {})
    if told[0] > 0 and found == before != after:
        scene.outcome.broken.append(f"{name}: answered {told[0]}, and nothing was done")
    return "answered" if told[0] > 0 else "done, not answered" if found == after else "not done"


def run(act: Act) -> Callable[[Outcome], None]:
    def killed(outcome: Outcome) -> None:
        with Scene(outcome, tabs=6) as scene:
            queued(scene, "head")
            method, path, body = act.prepare(scene, "clean")
            before = state(scene, act, "clean")
            assert ask(f"{scene.webs[1].url}{path}", body, method)[0] in (200, 201, 202, 204)
            # What operations do about it has to be over.
            time.sleep(1.5)
            after = state(scene, act, "clean")
            with scene.breaking():
                ends = Counter(trial(scene, act, f"{act.name}-{n}", before, after) for n in range(KILLS))
                # How fast a process starts is the machine's affair: the fault is over when it serves again.
                eventually(lambda: ask(f"{scene.webs[0].url}/healthz")[0] == 200, 20)
            outcome.remarks.append(f"{KILLS} kills: {', '.join(f'{count} {end}' for end, count in ends.items())}")

    killed.__name__, killed.__module__ = f"killed_in_{act.name}", __name__
    return killed


for each in ACTS:
    fault(f"{KILLS} kills during {each.name.replace('_', ' ')}: done or not, never half; asked again, done once")(
        run(each)
    )


@fault("5 kills during a batch of 300 rows: asked again elsewhere, each row is one job")
def killed_in_batch(outcome: Outcome) -> None:
    with Scene(outcome, tabs=6) as scene, scene.breaking():
        first, second = scene.webs
        for n in range(5):
            eventually(lambda: ask(f"{first.url}/healthz")[0] == 200, 20)
            rows = [{"folder": str(scene.folder)}] * 300
            body = {
                "type": "counted",
                "rows": rows,
                "id": f"batch-{n}",
                "group": f"batch-{n}",
                "options": {"queue": "low"},
            }
            asking = threading.Thread(target=ask, args=(f"{first.url}/api/jobs/batch", body))
            asking.start()
            time.sleep(random.uniform(0.02, 0.3))
            kill_worker_of(first)
            asking.join()
            begun = scene.redis.scard(f"rq:group:batch-{n}")
            status, answer = ask(f"{second.url}/api/jobs/batch", body)
            made = scene.redis.scard(f"rq:group:batch-{n}")
            if (status, made) not in ((201, 300), (200, 300)):
                outcome.broken.append(f"batch {n}: {begun} at the kill, then {status} and {made}: {answer}")
            outcome.remarks.append(f"batch {n}: {begun} of 300 at the kill")
        eventually(lambda: ask(f"{first.url}/healthz")[0] == 200, 20)
        ids = scene.redis.lrange("rq:queue:low", 0, -1)
        if (len(ids), len(set(ids))) != (1500, 1500):
            outcome.broken.append(f"{len(ids)} in the queue, {len(set(ids))} of them distinct")
