"""What a measurement needs of any dashboard, ours or another: to start it, its pages, what shows a state, its polls."""

import time
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench._stage import Stage, cpu_seconds
from bench.peers._work import Work
from tests.processes import Process
from tests.support import free_port

OVERVIEW, LIST, ROW, JOB = "overview", "new row of a list", "row that is there", "job page"
#: Seconds for a dashboard to answer for the first time, and between two looks whether it does.
START = 30.0
LOOK = 0.01


@dataclass(frozen=True)
class Page:
    """`path` gets a job's id; `shows` also how many jobs have finished before it: state -> what holds in JavaScript."""

    path: Callable[[str], str]
    shows: Callable[[str, int], dict[str, str]]
    #: False: the page does not update by itself, which is measured by watching it in vain.
    updates: bool = True


@dataclass(frozen=True)
class Running:
    """A dashboard that answers."""

    url: str
    process: Process
    #: Seconds from its start as a process to its first answer.
    took: float
    #: Processor time of it until then, seconds.
    cpu: float


class Dashboard(ABC):
    """One dashboard. Its class attributes are what is known of it; nothing is started or installed by making one.

    What is empty here is for those that need it.
    """

    name: str
    #: Versions of what it was run with.
    versions: str
    work: type[Work]
    #: Seconds between two looks of an open page; 0: it is pushed.
    poll: float
    pages: Mapping[str, Page]
    #: What its overview is made of, as the page asks for it.
    overview: str

    def install(self) -> None:  # noqa: B027
        """Make its environment. Raises Unavailable."""

    @abstractmethod
    def start(self, stage: Stage, port: int) -> Process:
        """Start its web process on the stage's Redis, listening on that port of loopback; does not wait for it."""

    def beside(self, stage: Stage) -> None:  # noqa: B027
        """Start what runs beside its web process, if anything."""

    def settle(self, url: str, work: Work) -> None:  # noqa: B027
        """Return when it hears of all that `work` does from now on."""

    def serve(self, stage: Stage) -> Running:
        """Start it; returns when its overview's data is there. Raises RuntimeError where it does not come."""
        port, began = free_port(), time.monotonic()
        process = self.start(stage, port)
        url = f"http://127.0.0.1:{port}"
        while not _answers(url + self.overview):
            if process.returncode is not None or time.monotonic() - began > START:
                raise RuntimeError(f"{self.name} does not answer; it printed:\n{process.output[-2000:]}")
            time.sleep(LOOK)
        return Running(url, process, time.monotonic() - began, cpu_seconds(process))

    @abstractmethod
    def list_pages(self, url: str, work: Work, jobs: int) -> dict[str, str]:
        """Addresses of the first, middle and last page of the finished jobs, as its page asks for them."""


def there(selector: str) -> str:
    """That there is such an element."""
    return f"document.querySelector('{selector}') !== null"


def says(selector: str, text: object) -> str:
    """That the text of such an element is this."""
    return f"document.querySelector('{selector}')?.innerText.trim() === '{text}'"


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except (urllib.error.URLError, OSError):
        return False
    return True
