"""What a page must know of the server that it talks to: what it may do, and how to add a worker."""

import sys
from pathlib import Path

from flask import current_app

from webapp import security
from webapp.accounts import web
from webapp.config import Config
from webapp.server_name import server_name
from webapp.supervisor.banner import remote_command, worker_command

VERSION = "0.1.0"
VIEWER = "Your role here is viewer: to act takes the role operator."
NO_ADMIN = "This is for admins: it concerns everybody."
LOOK_ONLY = "This Redis was given, so nothing is changed in it. RQLIVE_WRITE=1 allows actions."
PROJECT = Path(__file__).resolve().parent.parent


def command_for(config: Config) -> str:
    """What to paste into a terminal of this machine to start a worker on the queues of `config`."""
    return worker_command(config, PROJECT, Path(sys.executable).with_name("rq"), config.redis_url or "")


def describe() -> dict:
    """The `server` of docs/protocol.md."""
    config: Config = current_app.config["RQLIVE"]
    known, rights = web.identity(), security.rights()
    is_operator, is_admin = rights.may("enqueue"), rights.may("suspend")
    return {
        "name": server_name(config),
        "env": config.env,
        "attached": not config.own_redis,
        "look_only": not config.may_write,
        "may_write": config.may_write and is_operator,
        "why_not": LOOK_ONLY if not config.may_write else None if is_operator else VIEWER,
        "why_no_admin": None if is_admin else NO_ADMIN,
        "user": known and {"name": known.name, "how": known.how},
        "rights": {"role": rights.role, "queues": rights.queues, "functions": rights.functions},
        "worker_command": command_for(config),
        "remote_command": remote_command(config, config.redis_url or "redis://localhost:6379/0"),
        "supervisor": config.supervisor,
        "queues": list(config.queues),
        "version": VERSION,
        "assets": current_app.extensions["assets"].version,
    }
