"""What a user does to a worker: shut it down after its job, or kill the run of its job. docs/decisions says more.

Both are commands of RQ that every worker hears, stock or not, of 2.x and 3.x. Hearing is not yet doing: a SimpleWorker
has no work-horse to kill, and goes on. Each costs one round trip, and one for its line of activity.
"""

import json
from collections.abc import Iterable

from jobs import _keys
from webapp import outcomes, rqkeys
from webapp.actions import scripts, worker_refusals
from webapp.actions.door import Door, Entry
from webapp.errors import DashboardError

#: Workers that are shut down by one request: each has its own line of activity.
NAMES_MAX = 200
#: Seconds of a run before which it is not killed. RQ's worker kills its own process group where it hears the command as
#: it forks, and short jobs follow each other so fast that the command meets the next one.
KILL_AFTER = 2


def shut_down(door: Door, name: str, runs_on: bool = False) -> int:
    """The worker was told to end: after its job, at once where it is idle. Returns how many heard it, at least one.

    Its job, retries and counts are as if nothing had been asked. `runs_on`: the worker is known to be lost, and only
    the process of its job lives, which keeps the channel and does nothing. Raises NotFound; StateChanged with code
    `leaving` where it was told before, `not_heard`, `lost`; Refused.
    """
    with door.act("shut_down", worker=name) as line:
        if runs_on:
            raise worker_refusals.lost(name)
        keys = [rqkeys.worker(name), rqkeys.WORKERS, _keys.told(name)]
        args = [rqkeys.worker(name), rqkeys.commands(name), json.dumps({"command": "shutdown"}), _keys.TOLD_TTL]
        word, _, *heard = scripts.run(door.writer, "shut_down", keys, args)
        return _heard(line, name, worker_refusals.check(name, word, heard))


def shut_down_all(door: Door, names: Iterable[str], runs_on: frozenset[str]) -> list[dict]:
    """`shut_down` for each name: {"name", "heard", "error": null or as in errors.py}. At most NAMES_MAX of them.

    Raises Refused where the actor may do it to none.
    """
    door.authorize("shut_down")
    return [_tried(door, name, name in runs_on) for name in names]


def kill(door: Door, name: str, job_id: str, runs_on: bool = False) -> int:
    """The worker was told to kill the run of `job_id`; returns how many heard it, at least one.

    The run fails as RQ tells it: with a retry left the job is queued again, and that retry is used. Refused unless it
    is this job that the worker runs as Redis knows it. Raises NotFound; StateChanged with code `state_changed`,
    `told` (seconds ago), `young`, `not_heard`, `lost`; Refused.
    """
    with door.act("kill", job_id, worker=name) as line:
        if runs_on:
            raise worker_refusals.lost(name)
        executions = rqkeys.executions(job_id)
        keys = [rqkeys.worker(name), rqkeys.worker_executions(name), rqkeys.job(job_id), executions, rqkeys.WORKERS]
        keys.append(_keys.told_to_end(name))
        command = json.dumps({"command": "kill-horse"})
        args = [name, job_id, rqkeys.worker(name), rqkeys.execution(""), rqkeys.commands(name), command]
        args += [_keys.TOLD_TO_END_TTL, KILL_AFTER]
        word, status, *rest = scripts.run(door.writer, "kill", keys, args)
        return _heard(line, name, worker_refusals.check(name, word, rest, job_id, status))


def _heard(line: Entry, name: str, heard: int) -> int:
    if not heard:
        raise worker_refusals.not_heard(name)
    line.outcome = outcomes.heard_by(name)
    return heard


def _tried(door: Door, name: str, runs_on: bool) -> dict:
    try:
        return {"name": name, "heard": shut_down(door, name, runs_on), "error": None}
    except DashboardError as error:
        return {"name": name, "heard": 0} | error.as_json()
