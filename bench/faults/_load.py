"""Who uses the dashboard meanwhile: one submits jobs and insists, one looks whether it answers. HTTP only."""

import contextlib
import json
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Sequence
from typing import Any

#: Seconds: a person would have reloaded by then.
PATIENCE = 8.0
#: Sent with every request: a login, where one is needed.
HEADERS = {"Content-Type": "application/json"}
LOOKED_AT = ("/", "/healthz", "/api/overview", "/api/jobs?queue=default&status=finished")


def ask(address: str, body: Any = None, method: str = "", timeout: float = PATIENCE) -> tuple[int, Any]:
    """(status, JSON) of a request; (0, why) where nobody answered, (-1, why) where it took too long."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, HEADERS, method=method or None)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=timeout) as answer:
            status, text = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            status, text = error.code, error.read()
    except TimeoutError as error:
        return -1, str(error)
    except (OSError, ValueError) as error:
        slow = isinstance(getattr(error, "reason", None), TimeoutError)
        return -1 if slow else 0, str(error)
    except Exception as error:  # http.client: the answer broke off
        return 0, str(error)
    with contextlib.suppress(ValueError):
        return status, json.loads(text)
    return status, text[:500].decode(errors="replace")


def word(status: int, body: Any) -> str:
    """An answer in short: `201`, `503 redis_away`, `refused`."""
    if status <= 0:
        return "no answer" if status == 0 else "too slow"
    code = body["error"]["code"] if isinstance(body, dict) and isinstance(body.get("error"), dict) else ""
    return f"{status} {code}".strip()


class Load:
    """Threads until `stop()`. Every job has an id of its own, and is asked for until it is there."""

    def __init__(self, webs: Sequence[str], folder: str, prefix: str = "load", every: float = 0.2) -> None:
        """`webs`: addresses of the web processes, taken in turn; `every`: seconds between two jobs."""
        self.webs = list(webs)
        self._folder = folder
        self._prefix = prefix
        self._every = every
        self._stopping = threading.Event()
        self._giving_up = threading.Event()
        self._threads = [threading.Thread(target=act, daemon=True) for act in (self._submit, self._look)]
        #: Ids of which somebody was told that they are there.
        self.accepted: list[str] = []
        self.asked = 0
        #: (monotonic seconds, address or verb, the answer in short, seconds that it took)
        self.answers: list[tuple[float, str, str, float]] = []

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, patience: float = 30.0) -> None:
        """No new jobs; returns when those asked for are there, or nobody took them for so long."""
        self._stopping.set()
        self._threads[0].join(patience)
        self._giving_up.set()
        for thread in self._threads:
            thread.join(PATIENCE + 1)

    def between(self, start: float, end: float) -> dict[str, Counter]:
        """Answers of that time by what was asked."""
        found: dict[str, Counter] = {}
        for at, what, answer, _ in self.answers:
            if start <= at <= end:
                found.setdefault(what, Counter())[answer] += 1
        return found

    def bad(self) -> set[str]:
        """Answers that no fault excuses: a 500, or one that is not ours."""
        return {f"{what}: {answer}" for _, what, answer, _ in self.answers if answer.startswith(("500", "502"))}

    def _submit(self) -> None:
        while not self._stopping.is_set():
            job_id = f"{self._prefix}-{self.asked}"
            self.asked += 1
            self._insist(job_id)
            self._stopping.wait(self._every)

    def _insist(self, job_id: str) -> None:
        body = {"type": "counted", "args": {"folder": self._folder}, "id": job_id, "unique": False}
        tries = 0
        while not self._giving_up.is_set():
            web = self.webs[(self.asked + tries) % len(self.webs)]
            status, _ = self._ask("submit", f"{web}/api/jobs", body)
            if status in (200, 201):
                self.accepted.append(job_id)
                return
            tries += 1
            self._giving_up.wait(0.3)

    def _look(self) -> None:
        turn = 0
        while not self._giving_up.is_set():
            web, path = self.webs[turn % len(self.webs)], LOOKED_AT[turn // len(self.webs) % len(LOOKED_AT)]
            self._ask(path.partition("?")[0], f"{web}{path}")
            turn += 1
            self._giving_up.wait(0.05)

    def _ask(self, what: str, address: str, body: Any = None) -> tuple[int, Any]:
        began = time.monotonic()
        status, answer = ask(address, body)
        self.answers.append((began, what, word(status, answer), time.monotonic() - began))
        return status, answer
