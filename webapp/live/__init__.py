"""The live side of a web process, put together: readers, looks, watcher, hub, and the socket that serves them."""

import uuid
from dataclasses import dataclass

from flask import Flask, current_app

from webapp.config import Config
from webapp.connections import Connections
from webapp.live.activity import ActivityTail
from webapp.live.hub import Hub
from webapp.live.looks import Looks
from webapp.live.watcher import Watcher
from webapp.models import Overview
from webapp.queries.clock import RedisClock
from webapp.queries.figures import FiguresCache
from webapp.queries.job import JobReader
from webapp.queries.liveness import Liveness
from webapp.queries.overview import OverviewReader
from webapp.queries.rows import RowReader
from webapp.queries.titles import Titles


@dataclass(frozen=True)
class Live:
    """What one web process shares between its sockets and its requests."""

    #: Names this process: a page that meets another one forgets what it numbered.
    epoch: str
    clock: RedisClock
    titles: Titles
    rows: RowReader
    jobs: JobReader
    looks: Looks
    hub: Hub
    watcher: Watcher

    def start(self) -> None:
        """Listen, and be counted, from now on. Not before gunicorn has forked."""
        self.watcher.start()

    def overview(self) -> Overview:
        """The overview, at most a second old. Raises DashboardError."""
        return self.watcher.overview()

    def close(self) -> None:
        """Say goodbye to every socket and stop reading; returns at once."""
        self.hub.close()
        self.watcher.stop()


def build(connections: Connections, config: Config) -> Live:
    """Put the parts together; nothing starts and nothing is read."""
    epoch = uuid.uuid4().hex[:12]
    clock, titles, liveness, hub = RedisClock(), Titles(), Liveness(), Hub()
    rows = RowReader(titles)
    jobs = JobReader(clock, rows)
    overview, activity = OverviewReader(clock, rows, FiguresCache(titles), liveness), ActivityTail(rows, clock)
    looks = Looks(titles, rows, jobs, overview, activity, hub.publish)
    watcher = Watcher(connections, config, hub, looks, liveness, clock, f"web-{epoch}")
    return Live(epoch, clock, titles, rows, jobs, looks, hub, watcher)


def init_app(app: Flask, config: Config) -> None:
    app.extensions["live"] = build(app.extensions["connections"], config)


def current() -> Live:
    """The live side of the current app."""
    return current_app.extensions["live"]
