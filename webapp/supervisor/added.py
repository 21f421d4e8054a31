"""The workers that were added from the page: started with the stock command, ended when asked, told of at the desk.

They are children like any other, so that they end with the program, and are restarted when they crash, but not for
ever. Requests come from Redis, and are checked once more: nothing but names of queues reaches a command.
"""

import signal
import sys
import time
from pathlib import Path
from typing import Any

from jobs import _keys
from jobs._sentinel import is_sentinel
from webapp import added_workers
from webapp.supervisor import own_workers, sessions
from webapp.supervisor.banner import SETTINGS
from webapp.supervisor.children import WORKER, WORKER_NAME, Child
from webapp.supervisor.desk import Desk
from webapp.supervisor.ending import Ending

#: Crashes in a row after which a worker is left alone: a module that does not import will not import in a minute.
TRIES = 5


def command(rq: Path, queues: list[str], redis_url: str) -> list[str]:
    """The program and its arguments. The address of Redis goes by RQ_REDIS_URL: a command line is no place for it; one
    of Sentinel's by a settings file, which reads it from the environment."""
    settings = SETTINGS.split() if is_sentinel(redis_url) else []
    return [sys.executable, str(rq), "worker", *settings, "--name", WORKER_NAME, "--with-scheduler", "--", *queues]


class Added:
    """One of them, and what is told of it."""

    def __init__(self, child: Child, queues: list[str]) -> None:
        self.child = child
        self.queues = queues
        self.ending: Ending | None = None
        self._asked_to_end = False
        self._runs = False
        self._at: dict[str, int | None] = {"started_at": None, "ended_at": None, "again_at": None}

    @property
    def is_over(self) -> bool:
        return not self.child.runs and self.child.start_at is None

    def leave(self, redis_url: str) -> None:
        """Ask it to end after its job, once: RQ takes a second signal for a cold shutdown."""
        if self._asked_to_end:
            return
        self._asked_to_end = True
        self.child.leave()
        if self.child.runs and not own_workers.leaving(redis_url, [self.child.worker or ""]):
            sessions.send_to_leader(self.child.pid, signal.SIGTERM)

    def kill(self, redis_url: str) -> None:
        """Stop its job and end it, within three seconds."""
        self.child.leave()
        self._asked_to_end = True
        if self.child.runs and self.ending is None:
            self.ending = Ending(redis_url, {self.child.pid: self.child.worker}, stop_after=0.0)

    def step(self) -> None:
        """Go on with what `kill` began."""
        if self.ending and self.ending.step():
            self.ending = None

    def told(self) -> dict[str, Any]:
        """As JSON: `queues`, `state` (see webapp/added_workers.py), `worker`, `pid`, `code`, `crashes`, times."""
        child, now = self.child, time.time_ns() // 1_000_000
        if child.runs != self._runs:
            self._runs = child.runs
            self._at["started_at" if child.runs else "ended_at"] = now
            self._at["again_at"] = None
        if child.start_at and not child.runs and self._at["again_at"] is None:
            self._at["again_at"] = now + int((child.start_at - time.monotonic()) * 1000)
        return {
            "name": child.name,
            "queues": self.queues,
            "state": self._state(),
            "worker": child.worker,
            "pid": child.pid or None,
            "code": child.code,
            "crashes": child.crashes,
            **self._at,
        }

    def _state(self) -> str:
        if self.child.runs:
            if self.ending:
                return added_workers.KILLING
            return added_workers.ENDING if self._asked_to_end else added_workers.RUNNING
        if self.child.start_at is not None:
            return added_workers.WAITING if self.child.crashes else added_workers.ASKED
        return added_workers.FAILED if self.child.crashes == TRIES else added_workers.ENDED


class AddedWorkers:
    """All of them of one `make run`. `rq`: the program of this environment."""

    def __init__(self, desk: Desk, redis_url: str, rq: Path) -> None:
        self.desk = desk
        self._url = redis_url
        self._rq = rq
        self._added: dict[str, Added] = {}
        self._ids: dict[str, str] = {}
        self._count = 0

    def look(self, children: list[Child]) -> None:
        """Do what was asked, and tell what has become of it. `children` gains and loses accordingly."""
        for request in self.desk.requests():
            self._obey(request, children)
        for added in self._added.values():
            added.step()
            if added.is_over and added.child in children:
                children.remove(added.child)
        over = [worker for worker, added in self._added.items() if added.is_over]
        for worker in over[: max(0, len(self._added) - _keys.ADDED_TOLD)]:
            del self._ids[self._added.pop(worker).child.name]
        self.desk.tell({worker: added.told() for worker, added in self._added.items()})

    def heard(self, name: str, line: bytes) -> None:
        """The child called `name` wrote a line; of others nothing is kept."""
        if name in self._ids:
            self.desk.print(self._ids[name], line)

    def _obey(self, request: dict[str, Any], children: list[Child]) -> None:
        verb, worker = request.get("do"), str(request.get("id"))
        if verb == "add":
            self._add(worker, request.get("queues"), children)
        elif verb == "end" and worker in self._added:
            self._added[worker].leave(self._url)
        elif verb == "kill" and worker in self._added:
            self._added[worker].kill(self._url)

    def _add(self, worker: str, queues: Any, children: list[Child]) -> None:
        living = sum(not added.is_over for added in self._added.values())
        if worker in self._added or added_workers.supervisor_of(worker) != self.desk.supervisor:
            return
        if living >= _keys.ADDED_MAX or added_workers.problem(queues):
            return
        self._count += 1
        child = Child(f"added.{self._count}", WORKER, command(self._rq, queues, self._url), tries=TRIES)
        self._added[worker], self._ids[child.name] = Added(child, queues), worker
        children.append(child)
