"""Who acts: several people at once, on random jobs, through the project's own actions; what was accepted is noted."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from jobs import _keys
from tests.interleavings.scene import QUEUES, Scene
from webapp.actions import bulk, jobs, run_again
from webapp.actions.door import Actor, Door
from webapp.errors import BadInput, NotFound, Refused, StateChanged
from webapp.queries import operations
from webapp.queries.clock import RedisClock

#: What a person would do to a job of this status; a quarter of all deeds is anything at all.
SENSIBLE = {
    "queued": ("cancel", "delete", "move", "to_front", "hold", "release"),
    "started": ("stop", "stop", "cancel", "delete"),
    "finished": ("delete", "run_again"),
    "failed": ("requeue", "requeue", "requeue", "delete", "run_again"),
    "stopped": ("requeue", "requeue", "delete"),
    "canceled": ("delete", "run_again"),
    "scheduled": ("cancel", "delete", "run_now", "move", "to_front"),
    "deferred": ("cancel", "delete", "run_now", "move", "to_front"),
    "rate_limited": ("cancel", "delete", "move", "to_front"),
    "": ("restore",),
}
ANY = tuple(dict.fromkeys(verb for verbs in SENSIBLE.values() for verb in verbs))
#: Verbs of operations, and how many jobs one of these is about.
BULK = ("cancel", "requeue", "delete", "move", "to_front", "hold", "release", "run_now")
BULK_JOBS = 25
#: Jobs of which one is chosen: they still move.
RECENT = 150


@dataclass(frozen=True)
class Deed:
    """What was tried on one job; monotonic seconds. `word`: done, or the code of the refusal."""

    job: str
    verb: str
    begun: float
    ended: float
    word: str


@dataclass
class Ledger:
    """All that was done."""

    deeds: list[Deed] = field(default_factory=list)
    #: Verbs of operations that held the job, and when these began: what became of each job is told in sums only.
    perhaps: dict[str, list[tuple[str, float]]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def words(self) -> Counter[tuple[str, str]]:
        return Counter((deed.verb, deed.word) for deed in self.deeds)


class Operator(threading.Thread):
    """Acts `turns` times, at random."""

    def __init__(self, door: Door, scene: Scene, ledger: Ledger, turns: int, seed: int) -> None:
        super().__init__(name=f"operator-{seed}", daemon=True)
        self._door = door
        self._scene = scene
        self._ledger = ledger
        self._turns = turns
        self._rng = random.Random(seed)
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            for _ in range(self._turns):
                self._act()
                time.sleep(self._rng.uniform(0, 0.02))
        except BaseException as error:
            self.error = error

    def _act(self) -> None:
        rng = self._rng
        job_id = rng.choice(self._scene.ids[-RECENT:])
        status = (self._door.writer.hget(f"rq:job:{job_id}", "status") or b"").decode()
        verb = rng.choice(ANY if rng.random() < 0.25 else SENSIBLE.get(status, ANY))
        drawn = status or None if rng.random() < 0.5 and verb not in ("restore", "run_again") else None
        begun = time.monotonic()
        try:
            self._deeds()[verb](job_id, drawn)
            word = "done"
        except (StateChanged, NotFound, Refused, BadInput) as refusal:
            word = refusal.code
        self._ledger.deeds.append(Deed(job_id, verb, begun, time.monotonic(), word))

    def _deeds(self) -> dict[str, Callable[[str, str | None], object]]:
        door = self._door
        return {
            "cancel": lambda job, drawn: jobs.cancel(door, job, drawn),
            "stop": lambda job, drawn: jobs.stop(door, job, drawn),
            "requeue": lambda job, drawn: jobs.requeue(door, job, drawn),
            "delete": self._delete_job,
            "restore": lambda job, _: jobs.restore(door, job, self._ledger.tokens.get(job, "none")),
            "run_now": lambda job, drawn: jobs.run_now(door, job, drawn),
            "run_again": lambda job, _: self._scene.ids.append(run_again.run_again(door, job).job_id),
            "move": lambda job, drawn: jobs.move(door, job, self._rng.choice(QUEUES), drawn),
            "to_front": lambda job, drawn: jobs.to_front(door, job, drawn),
            "hold": lambda job, drawn: jobs.hold(door, job, drawn),
            "release": lambda job, drawn: jobs.release(door, job, drawn),
        }

    def _delete_job(self, job_id: str, drawn: str | None) -> None:
        undo = jobs.delete(self._door, job_id, drawn)
        if undo is not None:
            self._ledger.tokens[job_id] = undo.token


class BulkOperator(Operator):
    """Does the same to many at once, through the operations process."""

    def _act(self) -> None:
        rng = self._rng
        known = self._scene.ids[-RECENT:]
        chosen = rng.sample(known, min(len(known), BULK_JOBS))
        verb = rng.choice(BULK)
        options = {"queue": rng.choice(QUEUES)} if verb == "move" else {"rate": 0} if verb == "requeue" else {}
        for job_id in chosen:
            self._ledger.perhaps.setdefault(job_id, []).append((verb, time.monotonic()))
        operation_id = bulk.ask(self._door, verb, {"ids": chosen}, options)
        ready = self._until(operation_id, {"ready", "done", "failed"})
        if ready["state"] == "ready":
            bulk.start(self._door, operation_id, ready["total"])
            self._until(operation_id, {"done", "failed", "canceled", "halted"})

    def _until(self, operation_id: str, states: set[str]) -> dict:
        end = time.monotonic() + 60
        while True:
            told = operations.read(self._door.writer, RedisClock(), operation_id)
            if told["state"] in states:
                return told
            if time.monotonic() > end:
                raise AssertionError(f"the operation does not go on: {told}")
            time.sleep(0.02)


def door(client, config, name: str) -> Door:
    return Door(client, config, Actor(name, "127.0.0.1"))


def release_all(client) -> None:
    """Put back what is still held, at the end: nobody else will."""
    for name in QUEUES:
        while job_id := client.lpop(_keys.held(name)):
            client.rpush(f"rq:queue:{name}", job_id)
