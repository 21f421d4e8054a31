"""Asking a `make run` to start workers on its machine, and to end those; `webapp/supervisor/added.py` does it."""

import json
import secrets
from typing import Any

from jobs import _keys
from webapp import added_workers
from webapp.actions import scripts
from webapp.actions.door import Door
from webapp.errors import BadInput, NotFound, Refused, StateChanged

#: Requests that may wait for it at once.
REQUESTS_MAX = 4 * _keys.ADDED_MAX


def add(door: Door, queues: Any, count: Any, command: str) -> list[str]:
    """As many stock workers as `count` are asked for, on these queues in this order; returns their ids.

    `command` is what a person can do instead, told where no `make run` can. Raises BadInput; Refused with code
    `no_supervisor`; StateChanged with code `too_many_workers`. Two round trips.
    """
    wrong = {"queues": problem} if (problem := added_workers.problem(queues)) else {}
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= _keys.ADDED_MAX:
        wrong["count"] = f"must be from 1 to {_keys.ADDED_MAX}"
    if wrong:
        raise BadInput("No worker can be started like this.", fix="Correct what `fields` names.", fields=wrong)
    with door.act("add_worker", queue=queues[0]):
        supervisor = door.config.supervisor
        if supervisor is None:
            raise _no_supervisor(command)
        ids = [f"{supervisor}-{secrets.token_hex(3)}" for _ in range(count)]
        value = json.dumps({"state": added_workers.ASKED, "queues": queues})
        asked = [(json.dumps({"do": "add", "id": worker, "queues": queues}), worker, value) for worker in ids]
        word, living = _ask(door, supervisor, "", [part for request in asked for part in request])
        if word == b"gone":
            raise _no_supervisor(command)
        if word == b"full":
            raise StateChanged(
                f"{int(living)} of at most {_keys.ADDED_MAX} workers that can be added here are there.",
                fix="Ask for fewer, or stop one of them first.",
                code="too_many_workers",
            )
        return ids


def end(door: Door, worker: str, kill: bool) -> None:
    """The added worker was asked to end after its job and is not started again; with `kill` its job is stopped now.

    Raises NotFound, Refused with code `no_supervisor`. Three round trips.
    """
    with door.act("end_worker_now" if kill else "end_worker", worker=worker) as line:
        line.worker = _known_as(door, worker)
        supervisor = added_workers.supervisor_of(worker)
        request = json.dumps({"do": "kill" if kill else "end", "id": worker})
        word, _ = _ask(door, supervisor, worker, [request]) if supervisor else (b"missing", b"")
        if word == b"gone":
            raise Refused(
                "The program that started this worker gives no sign of life.",
                fix="Its workers end with it.",
                code="no_supervisor",
            )
        if word == b"missing":
            raise NotFound("There is no such worker (any more).", fix="Look at the workers as they are now.")


def _known_as(door: Door, worker: str) -> str:
    """The name that RQ knows it by; its id where it has none yet."""
    stored = door.writer.hget(_keys.added(added_workers.supervisor_of(worker) or ""), worker)
    return str(json.loads(stored).get("worker") or worker) if stored else worker


def _ask(door: Door, supervisor: str, worker: str, requests: list[str]) -> tuple[bytes, bytes]:
    keys = [_keys.SUPERVISORS, _keys.added(supervisor), _keys.added_asked(supervisor)]
    args = [supervisor, _keys.SUPERVISOR_SILENT_MS, _keys.ADDED_MAX, _keys.ADDED_TTL, REQUESTS_MAX, worker, *requests]
    word, more = scripts.run(door.writer, "added_ask", keys, args)
    return word, more


def _no_supervisor(command: str) -> Refused:
    return Refused(
        "This server was not started by `make run`, so nobody here can start a worker.",
        fix=f"Start it in a terminal: {command}",
        code="no_supervisor",
    )
