"""`python -m webapp`, which is `make run`: finds a Redis or starts one, then runs the Procfile in one terminal.

`python -m webapp users …` writes the users' file instead, see `webapp/accounts/users_command.py`.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from jobs._sentinel import is_sentinel
from webapp.config import Config, ConfigError
from webapp.local_redis import LocalRedis, LocalRedisError
from webapp.server_name import server_name
from webapp.supervisor.added import AddedWorkers
from webapp.supervisor.banner import banner
from webapp.supervisor.children import WORKER, Child, read_procfile
from webapp.supervisor.desk import Desk
from webapp.supervisor.guardian import Guardian
from webapp.supervisor.port import ask_health, usable_port
from webapp.supervisor.signals import Signals
from webapp.supervisor.supervisor import Supervisor
from webapp.supervisor.terminal import Terminal

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
#: Seconds between attempts to start our Redis again.
REVIVE_PAUSE = 5.0
#: Seconds that the web process gets to answer, again and again until it does.
ANSWER_TIMEOUT = 5.0


def main(folder: Path = ROOT) -> int:
    """Run until Ctrl-C; returns the exit code. Nothing is started where a setting or the port is wrong."""
    with Signals() as signals:
        local = LocalRedis(folder / "var" / "redis")
        try:
            config = Config.from_env()
            config = replace(config, port=usable_port(config))
            commands = read_procfile(folder / "Procfile")
            if config.redis_url is None:
                local.join()
                config = replace(config, redis_url=local.url, own_redis=True)
            # A Redis that may only be looked at is asked for nothing, and no worker is started on it.
            config = replace(config, supervisor=uuid4().hex[:12] if config.may_write else None)
        except (ConfigError, LocalRedisError, OSError, ValueError) as error:
            print(f"RQ Live does not start: {error}", file=sys.stderr)
            return 1
        run(config, folder, plan(config, commands), local, signals)
    return 0


def run(config: Config, folder: Path, children: list[Child], local: LocalRedis, signals: Signals) -> None:
    """Run the children until they are to end, and leave nothing behind."""
    url = config.redis_url or ""
    guardian = Guardian(url, local.leave)
    terminal = Terminal(sys.stdout.fileno(), [child.name for child in children], os.environ)
    _when_web_answers(config, lambda: terminal.show(banner(config, folder, BIN / "rq", url, local.shared)))
    desk = Desk(url, config.supervisor, server_name(config)) if config.supervisor else None
    if desk:
        desk.open()
    added = AddedWorkers(desk, url, BIN / "rq") if desk else None
    try:
        supervisor = Supervisor(url, guardian, terminal, signals, added)
        supervisor.run(children, folder, environment(config, folder), _keep_redis(local, terminal))
    finally:
        if desk:
            desk.close()
        local.leave()
        terminal.close(timeout=0.3)
        guardian.dismiss()


def plan(config: Config, commands: Mapping[str, list[str]]) -> list[Child]:
    """What to run: the catalog once, then each line of the Procfile, workers as many as the settings say."""
    children = []
    if config.may_write or config.worker_count:
        # Where nothing could be submitted or run, the catalog would only be a stranger's key in their Redis.
        children.append(Child("catalog", "catalog", [sys.executable, "-m", "jobs", "publish"], once=True))
    for kind, command in commands.items():
        count = config.worker_count if kind == WORKER else 1
        names = [kind] if count == 1 else [f"{kind}.{number + 1}" for number in range(count)]
        children += [Child(name, kind, command) for name in names]
    return children


def environment(config: Config, folder: Path) -> dict[str, str]:
    """What the children are told: the settings as they turned out, and the programs of this environment first."""
    files = config.files if "://" in config.files else str(folder / config.files)
    users = str(folder / config.users_file) if config.users_file else ""
    told = {
        "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONUNBUFFERED": "1",
        # RQ's own programs cannot read an address of Sentinel's: they are given a settings file.
        "RQ_REDIS_URL": "" if is_sentinel(config.redis_url or "") else config.redis_url or "",
        "RQLIVE_REDIS_URL": config.redis_url or "",
        "RQLIVE_OWN_REDIS": str(int(config.own_redis)),
        "RQLIVE_FILES": files,
        "RQLIVE_USERS_FILE": users,
        "RQLIVE_SUPERVISOR": config.supervisor or "",
    }
    # The long names win over the bare ones, so both are told.
    for name, value in (("HOST", config.host), ("PORT", str(config.port))):
        told |= {name: value, f"RQLIVE_{name}": value}
    return dict(os.environ) | told


def _keep_redis(local: LocalRedis, terminal: Terminal) -> Callable[[], None]:
    """What the supervisor does every second: start our own Redis again if it died."""
    next_try = 0.0

    def keep() -> None:
        nonlocal next_try
        if not local.port or time.monotonic() < next_try:
            return
        try:
            if local.revive():
                terminal.say("Our Redis had ended and was started again.")
                next_try = time.monotonic() + REVIVE_PAUSE
        except (LocalRedisError, OSError) as error:
            terminal.say(f"Our Redis ended and does not start again: {error}")
            next_try = time.monotonic() + REVIVE_PAUSE

    return keep


def _when_web_answers(config: Config, then: Callable[[], None]) -> None:
    """Call `then` once, from a thread of its own, when the page can be opened."""

    def wait() -> None:
        while not ask_health(config, ANSWER_TIMEOUT)[0]:
            time.sleep(0.1)
        then()

    threading.Thread(target=wait, name="web answers", daemon=True).start()


if __name__ == "__main__":
    if sys.argv[1:2] == ["users"]:
        from webapp.accounts import users_command

        sys.exit(users_command.main(sys.argv[2:]))
    sys.exit(main())
