"""rq-dashboard 0.9.0, to compare with: in an environment of its own, with the RQ that it is made for.

The environment is made once, in `var/bench/`. Its undeclared dependency `six` is added: without it, it does not start.
"""

import subprocess
import sys
import venv
from pathlib import Path

from bench._stage import Stage
from tests.processes import Process
from tests.support import ROOT, eventually, free_port

HOME = ROOT / "var" / "bench" / "rq-dashboard"
PACKAGES = ("rq-dashboard==0.9.0", "rq==2.12.0", "six", "gunicorn==27.0.1")
NAME = "rq-dashboard 0.9.0 (rq 2.12.0)"


def install() -> Path:
    """The folder of its programs; made if it is not there."""
    programs = HOME / "bin"
    if not (programs / "rq-dashboard").exists():
        print("Installing rq-dashboard to compare with …", file=sys.stderr)
        venv.create(HOME, with_pip=True, clear=True)
        subprocess.run([programs / "pip", "install", "--quiet", *PACKAGES], check=True)
    return programs


def serve(stage: Stage) -> str:
    """Start it on the stage's Redis under gunicorn, eight threads; returns its address when it answers."""
    port = free_port()
    command = [str(install() / "gunicorn"), "-k", "gthread", "-w", "1", "--threads", "8", "-b", f"127.0.0.1:{port}"]
    command += ["-c", "/dev/null", "--log-level", "warning", "rq_dashboard.app:create_app()"]
    stage.run(command, {"RQ_DASHBOARD_URL_PREFIX": "/", "RQ_DASHBOARD_REDIS_URL": stage.tcp_url})
    url = f"http://127.0.0.1:{port}"
    eventually(lambda: stage.answers(f"{url}/0/data/queues.json"), 20, "rq-dashboard answers")
    return url


def worker(stage: Stage) -> Process:
    """Its own stock worker; returns when it is registered."""
    process = stage.run([str(install() / "rq"), "worker", "-u", stage.url, "--quiet", "default"])
    eventually(lambda: stage.redis.scard("rq:workers"), 20, "the worker is registered")
    return process
