"""gunicorn's errors and requests through the same log as ours: one form, no query strings, no secrets.

Imported before gevent patches: nothing of the application may be imported here.
"""

from datetime import timedelta
from typing import Any

from gunicorn.config import Config as GunicornConfig
from gunicorn.glogging import Logger as GunicornLogger

from webapp import logs
from webapp.config import Config


class Logger(GunicornLogger):
    """`logger_class` of gunicorn.conf.py."""

    def setup(self, cfg: GunicornConfig) -> None:
        """As gunicorn does it, then with our handler alone."""
        super().setup(cfg)
        self._requests = (config := Config.from_env()).log_requests
        logs.setup(config)
        for log in (self.error_log, self.access_log):
            log.handlers.clear()
            log.propagate = True

    @property
    def access_log_enabled(self) -> bool:
        return self._requests

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> None:
        """One line for a request: method, path, status, how long, and what `requests_log.py` knows of it."""
        if not self._requests:
            return
        status = str(resp.status).split(None, 1)[0]
        path = str(environ.get("PATH_INFO", "")).encode("latin-1", "replace").decode("utf-8", "replace")
        told = {
            "method": environ.get("REQUEST_METHOD"),
            "path": path,
            "status": int(status) if status.isdigit() else status,
        }
        told |= {"ms": round(request_time.total_seconds() * 1000, 1)} | environ.get(logs.ENVIRON, {})
        self.access_log.info("%s %s", told["method"], told["status"], extra=told)
