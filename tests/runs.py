"""`make run` for tests: the project's supervisor in a scratch folder, with a stand-in for the web application.

Every process that comes of a run carries its mark in its environment, or works in its folder of Redis: so what has been
left behind is found.
"""

import contextlib
import os
import re
import signal
import sys
import time
from pathlib import Path
from uuid import uuid4

import psutil

from tests.processes import Process
from tests.support import ROOT, eventually

PROCFILE = f"""
web: gunicorn -c {ROOT}/gunicorn.conf.py {{web}}
worker: python {ROOT}/worker.py
operations: python -c "import time; print('operating'); time.sleep(1000)"
"""
STANDIN = """
class Live:
    def start(self):
        pass

    def close(self):
        print("sockets closed", flush=True)

class Room:
    def close(self):
        pass

class App:
    extensions = {"live": Live(), "room": Room()}

    def __call__(self, environ, start_response):
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]

app = App()
"""
MAIN = "import sys; from pathlib import Path; from webapp.__main__ import main; sys.exit(main(Path(sys.argv[1])))"


class Run(Process):
    """One run of a scratch folder; `web` is what gunicorn serves."""

    def __init__(self, folder: Path, env: dict | None = None, out: int | None = None, web: str = "standin:app") -> None:
        self.folder = folder
        self.mark = uuid4().hex
        (folder / "Procfile").write_text(PROCFILE.format(web=web))
        (folder / "standin.py").write_text(STANDIN)
        settings = {"PORT": 0, "RQLIVE_TEST_MARK": self.mark} | (env or {})
        super().__init__([sys.executable, "-c", MAIN, str(folder)], folder, settings, out)

    def wait_ready(self) -> None:
        """Returns when it has said where the page is, and its workers listen."""
        self._ready(lambda: "Ctrl-C ends everything" in self.output, "it said where the page is", 30)
        match = re.search(r"Workers\s+(\d+)", self.output)
        count = int(match[1]) if match else 0
        eventually(lambda: self.output.count("*** Listening on") >= count, 20, "its workers listen")

    @property
    def redis_url(self) -> str:
        """The address of the Redis that it said it uses."""
        match = re.search(r"Redis\s+(\S+),", self.output)
        assert match, self.output
        return match[1]

    @property
    def page(self) -> str:
        """The address of its page."""
        match = re.search(r"RQ Live\s+(http\S+)", self.output)
        assert match, self.output
        return match[1]

    @property
    def url(self) -> str:
        """The same without its last slash, as of any web process."""
        return self.page.removesuffix("/")

    def left(self) -> dict[int, str]:
        """Its processes that live, itself included: pid -> command line."""
        found = {}
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                ours = process.environ().get("RQLIVE_TEST_MARK") == self.mark
                # The server of our Redis overwrites its environment with its title.
                ours = ours or Path(process.cwd()) == self.folder / "var" / "redis"
                if ours and process.status() != psutil.STATUS_ZOMBIE:
                    found[process.pid] = " ".join(process.cmdline())
        return found

    def find(self, part: str) -> int:
        """The pid of its process whose command line contains `part`; the oldest, if there are several."""
        pids = [pid for pid, command in self.left().items() if part in command]
        assert pids, f"no {part} among {self.left()}"
        return min(pids, key=lambda pid: psutil.Process(pid).create_time())

    def end(self, number: int = signal.SIGINT) -> float:
        """Send the signal; returns the seconds until it had ended."""
        began = time.monotonic()
        self.signal(number)
        assert self.wait(10) == 0, self.output
        return time.monotonic() - began

    def close(self) -> None:
        super().close()
        for pid in self.left():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
