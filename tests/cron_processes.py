"""A real `rq cron` for tests: the process that enqueues jobs on a schedule."""

import sys
from pathlib import Path
from uuid import uuid4

import redis

from tests.processes import BIN, Process


class CronProcess(Process):
    """`rq cron` with a configuration file of these lines; `ready` when it stands in RQ's registry."""

    def __init__(self, url: str, folder: Path, *lines: str) -> None:
        self._url = url
        config = folder / f"cron_{uuid4().hex[:8]}.py"
        config.write_text("\n".join(("from rq.cron import register", "from tests import fixture_jobs", *lines)))
        super().__init__([sys.executable, str(BIN / "rq"), "cron", "-u", url, str(config)], folder)

    @property
    def name(self) -> str | None:
        """Its name in the registry."""
        with redis.Redis.from_url(self._url) as client:
            names = [name.decode() for name in client.zrange("rq:cron_schedulers", 0, -1)]
            hosts = {name: client.hget(f"rq:cron_scheduler:{name}", "pid") for name in names}
        return next((name for name, pid in hosts.items() if pid == str(self.pid).encode()), None)

    def wait_ready(self) -> None:
        self._ready(lambda: self.name, "it was registered")
