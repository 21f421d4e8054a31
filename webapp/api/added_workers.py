"""POST /api/workers starts workers on the machine of this server; /api/added-workers/<id>/… ends one of these."""

from dataclasses import replace

from flask import current_app
from flask.typing import ResponseReturnValue

from webapp import added_workers, security, server_info
from webapp.actions import added
from webapp.api import bp
from webapp.api.bodies import read_object


@bp.post("/workers")
def add_workers() -> ResponseReturnValue:
    """202 with `added`: the ids of the workers that are being started; the board `added` tells how it goes."""
    body = read_object(("queues", "count"))
    config = current_app.config["RQLIVE"]
    queues = body.get("queues", list(config.queues))
    wanted = config if added_workers.problem(queues) else replace(config, queues=tuple(queues))
    ids = added.add(security.door(), queues, body.get("count", 1), server_info.command_for(wanted))
    return {"added": ids}, 202


@bp.post("/added-workers/<worker_id>/end")
def end_added_worker(worker_id: str) -> ResponseReturnValue:
    """202: it ends after its job, and is not started again."""
    read_object(())
    added.end(security.door(), worker_id, kill=False)
    return {"id": worker_id}, 202


@bp.post("/added-workers/<worker_id>/kill")
def kill_added_worker(worker_id: str) -> ResponseReturnValue:
    """202: its job is stopped and it ends, within three seconds."""
    read_object(())
    added.end(security.door(), worker_id, kill=True)
    return {"id": worker_id}, 202
