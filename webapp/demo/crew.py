"""The demo's own processes: stock `rq worker`s and one `rq cron`, started, killed now and then, and ended together."""

import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import redis

from webapp import rqkeys
from webapp.supervisor import sessions
from webapp.supervisor.ending import Ending
from webapp.supervisor.guardian import Guardian

ROOT = Path(__file__).resolve().parents[2]
RQ = str(Path(sys.executable).parent / "rq")
#: Seconds until a worker that ended is replaced: long enough to see that it is gone.
REPLACE_AFTER = 8.0
#: Seconds after which the end is no longer polite: whoever started the demo gives it 2.5.
HURRY_AFTER = 1.3


@dataclass(frozen=True)
class Post:
    """A place for one worker, or for `rq cron` where it has a `crontab` instead of queues.

    The one on a `spot` machine is killed now and then, and is new each time.
    """

    name: str
    queues: tuple[str, ...] = ()
    spot: bool = False
    crontab: str = ""


POSTS = (
    Post("reports-1", ("reports",)),
    Post("reports-2", ("reports", "low")),
    Post("mailer-1", ("emails", "partners")),
    Post("billing-1", ("high", "default")),
    Post("spot", ("default", "low"), spot=True),
    Post("cron", crontab="demo.crontab"),
)


class Crew:
    """One process for each of POSTS, from the first `tend()` to `end()`."""

    def __init__(self, url: str, connection: redis.Redis, guardian: Guardian) -> None:
        self._url = url
        self._redis = connection
        self._guardian = guardian
        self._posts: dict[Post, subprocess.Popen[bytes]] = {}
        #: When a post fell free; one that was never filled is filled at once.
        self._free_since: dict[Post, float] = {}
        self._guests: list[subprocess.Popen[bytes]] = []
        #: Session -> worker that leads it, also of workers whose last job lives on.
        self._sessions: dict[int, str] = {}

    def tend(self) -> None:
        """Fill the posts that are free. Raises redis.RedisError."""
        for post in POSTS:
            process = self._posts.get(post)
            if process is not None and process.poll() is not None:
                del self._posts[post]
                self._free_since[post] = time.monotonic()
            if (
                post not in self._posts
                and time.monotonic() >= self._free_since.get(post, -REPLACE_AFTER) + REPLACE_AFTER
            ):
                self._posts[post] = self._fill(post)
        self._guests = [guest for guest in self._guests if guest.poll() is None]
        self._forget_empty_sessions()

    def invite(self, name: str, *arguments: str) -> None:
        """Start one more stock worker, which ends by itself."""
        self._guests.append(self._start(f"{name}-{uuid4().hex[:4]}", *arguments))

    def invite_cron(self, name: str, crontab: str) -> subprocess.Popen[bytes]:
        """Start one more `rq cron`; whoever wants it gone kills it."""
        self._guests.append(self._cron(name, crontab))
        return self._guests[-1]

    def _fill(self, post: Post) -> subprocess.Popen[bytes]:
        if post.crontab:
            return self._cron(post.name, post.crontab)
        # A killed worker's scheduler would live on, and hold its locks and its socket.
        options = () if post.spot else ("--with-scheduler",)
        return self._start(self._name(post), *options, *post.queues)

    def _cron(self, name: str, crontab: str) -> subprocess.Popen[bytes]:
        return self._run(name, "cron", "--url", self._url, "--logging-level", "error", crontab)

    def _start(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        return self._run(name, "worker", "--url", self._url, "--name", name, "--quiet", *arguments)

    def _run(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [RQ, *arguments],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._guardian.note(process.pid, name)
        self._sessions[process.pid] = name
        return process

    def kill_one(self) -> None:
        """SIGKILL to the worker on the spot machine: Redis hears nothing of it."""
        for post, process in self._posts.items():
            if post.spot and process.poll() is None:
                process.send_signal(signal.SIGKILL)

    def end(self) -> None:
        """End every worker and what it runs, within two seconds."""
        ending, began = Ending(self._url, self._sessions), time.monotonic()
        while not ending.step():
            if time.monotonic() - began > HURRY_AFTER:
                ending.hurry()
            for process in (*self._posts.values(), *self._guests):
                process.poll()
            time.sleep(0.03)

    def _name(self, post: Post) -> str:
        """RQ refuses the name of a worker that was killed until its details have expired."""
        taken = post.spot or self._redis.exists(rqkeys.worker(post.name))
        return f"{post.name}-{uuid4().hex[:4]}" if taken else post.name

    def _forget_empty_sessions(self) -> None:
        running = {process.pid for process in (*self._posts.values(), *self._guests)}
        for session in [session for session in self._sessions if session not in running]:
            if not sessions.members(session):
                del self._sessions[session]
                self._guardian.forget(session)
