"""What `make run` tells its user: where the page is, which Redis it shows, how to start one more worker. No I/O."""

import shlex
from pathlib import Path
from urllib.parse import urlsplit

from jobs._sentinel import is_sentinel
from webapp.config import Config
from webapp.redis_address import public_url

#: How `rq worker` is led to a Redis behind Sentinel: by a settings file in the project's folder.
SETTINGS = "-c rq_settings"
#: Where a bare `rq worker` looks.
USUAL_REDIS = frozenset({"redis://127.0.0.1:6379/0", "redis://localhost:6379/0", "redis://localhost:6379"})


def banner(config: Config, folder: Path, rq: Path, redis_url: str, shared: bool) -> str:
    """The whole text. `rq` is the program of this environment; `shared`: another run had started our own Redis."""
    rows = [
        ("RQ Live", page_address(config)),
        ("Redis", f"{public_url(redis_url)}, {_whose(config, folder, shared)}"),
        ("Workers", _workers(config)),
    ]
    text = "\n".join(f"  {title:<8} {value}" for title, value in rows)
    command = worker_command(config, folder, rq, redis_url)
    return f"{text}\n\n  One more worker, in a second terminal:\n\n    {command}\n\n  Ctrl-C ends everything here."


def page_address(config: Config) -> str:
    """Where a browser opens the page."""
    host = f"[{config.host}]" if ":" in config.host else config.host
    return f"http://{host}:{config.port}{config.base_path}/"


def worker_command(config: Config, folder: Path, rq: Path, redis_url: str) -> str:
    """A line for the shell that starts a stock worker on our queues, wherever it is pasted."""
    where = "" if redis_url in USUAL_REDIS else f" {_where(redis_url)}"
    return f"cd {shlex.quote(str(folder))} && {shlex.quote(str(rq))} worker{where} {shlex.join(config.queues)}"


def remote_command(config: Config, redis_url: str) -> str:
    """The same for any machine that has the code and reaches this Redis."""
    return f"rq worker {_where(redis_url)} --with-scheduler {shlex.join(config.queues)}"


def _where(url: str) -> str:
    """The option that names this Redis; -u takes no address of Sentinel's."""
    return SETTINGS if is_sentinel(url) else f"-u {_url_argument(url)}"


def _url_argument(url: str) -> str:
    """The address for a command line; a password stays out of terminals and logs."""
    return '"$REDIS_URL"' if urlsplit(url).password else shlex.quote(url)


def _whose(config: Config, folder: Path, shared: bool) -> str:
    if config.own_redis:
        whose = "which another `make run` of this folder had started" if shared else "started here"
        return f"{whose}; its data is in {folder / 'var' / 'redis'}"
    if config.may_write:
        return "not ours: attached, actions are allowed"
    return "not ours: attached to look only. RQLIVE_WRITE=1 allows actions"


def _workers(config: Config) -> str:
    if config.worker_count:
        return f"{config.worker_count}, on {', '.join(config.queues)}"
    return "none. WORKERS=1 starts one here: it would take the jobs of this Redis, so it needs their code"
