"""Shut workers down and kill what one runs: POST /api/workers/…. A kill carries the job that its button named."""

from typing import Any

from webapp import live, security
from webapp.actions import workers
from webapp.api import bp
from webapp.api.bodies import read_object
from webapp.errors import BadInput, DashboardError
from webapp.models_overview import WorkerInfo


@bp.post("/workers/<path:name>/shutdown")
def shut_down_worker(name: str) -> dict[str, Any]:
    """`heard`: it ends after its job."""
    read_object(())
    return {"name": name, "heard": workers.shut_down(security.door(), name, name in _running_on())}


@bp.post("/workers/<path:name>/kill")
def kill_run(name: str) -> dict[str, Any]:
    """`heard`: the run of `job` fails."""
    job_id = read_object(("job",)).get("job")
    if not isinstance(job_id, str) or not job_id:
        raise BadInput("`job` is missing.", fields={"job": "must be the id of the job that you saw the worker run"})
    return {"name": name, "heard": workers.kill(security.door(), name, job_id, name in _running_on())}


@bp.post("/workers/shutdown")
def shut_down_workers() -> dict[str, Any]:
    """`workers`: for each that was chosen, how many heard it, or why it was refused."""
    body = read_object(("names", "host", "queue"))
    door = security.door()
    door.authorize("shut_down")
    return {"workers": workers.shut_down_all(door, _chosen(body), _running_on())}


def _chosen(body: dict[str, Any]) -> list[str]:
    """The names that the body gives, or those of all workers of a host or a queue, lost ones left out."""
    kind, value = next(iter(body.items()), ("", None))
    if len(body) != 1 or not isinstance(value, list if kind == "names" else str):
        raise _nobody()
    if kind == "names":
        if not all(isinstance(name, str) and name for name in value):
            raise _nobody()
        found = list(dict.fromkeys(value))
    else:
        found = [info.name for info in live.current().overview().workers.values() if _is_of(info, kind, value)]
    if not 0 < len(found) <= workers.NAMES_MAX:
        raise BadInput(f"That are {len(found):,} workers.", fix=f"Choose 1 to {workers.NAMES_MAX} at once.")
    return found


def _nobody() -> BadInput:
    return BadInput(
        "Nothing says which workers.", fix='Send one of {"names": ["a name"]}, {"host": "…"} and {"queue": "…"}.'
    )


def _is_of(info: WorkerInfo, kind: str, value: str) -> bool:
    return info.state != "lost" and (info.hostname == value if kind == "host" else value in info.queues)


def _running_on() -> frozenset[str]:
    """Workers that are lost while the process of their job lives, as far as is known."""
    try:
        return frozenset(name for name, info in live.current().overview().workers.items() if info.runs_on)
    except DashboardError:
        return frozenset()
