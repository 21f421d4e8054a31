"""The live side of a web process, put together: readers, looks, watcher, hub, and the socket that serves them."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

import redis
from flask import Flask, current_app

from webapp import scoped
from webapp.boards import load as load_boards
from webapp.boards.board import Context
from webapp.config import Config
from webapp.connections import Connections
from webapp.live import events
from webapp.live.activity import ActivityTail
from webapp.live.boards import Boards
from webapp.live.easing import Easing
from webapp.live.encoded import Encoded
from webapp.live.events import Event
from webapp.live.health import LISTENING
from webapp.live.hub import Hub
from webapp.live.looks import Looks
from webapp.live.overviews import Overviews
from webapp.live.rounds import Rounds
from webapp.live.watcher import Watcher
from webapp.models_job import JobDetail
from webapp.models_overview import Overview
from webapp.queries.clock import RedisClock
from webapp.queries.figures import FiguresCache
from webapp.queries.job import JobReader
from webapp.queries.liveness import Liveness
from webapp.queries.overview import OverviewReader
from webapp.queries.rows import RowReader
from webapp.queries.titles import Titles
from webapp.redact import rules
from webapp.redact.redactor import Redactor
from webapp.rights import EVERYTHING, Rights


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
    rounds: Rounds
    watcher: Watcher
    boards: Boards
    overviews: Overviews
    encoded: Encoded
    connections: Connections

    def start(self) -> None:
        """Listen, and be counted, from now on. Not before gunicorn has forked."""
        self.watcher.start()

    def now(self) -> datetime:
        """Redis' time as far as it is known: this host's clock may be off. No round trip."""
        return datetime.fromtimestamp(self.clock.now_ms() / 1000, UTC)

    def overview(self, rights: Rights = EVERYTHING, max_age: float = 0.0) -> Overview:
        """The overview of what these rights cover, a second old or `max_age` seconds at most. Raises DashboardError."""
        return self.overviews.within(self.watcher.overview(max_age), rights)

    def feed_word(self) -> str:
        """ok, starting or away: whether changes are heard, or looked for; ending where the server closes its pages."""
        if self.hub.closing:
            return "ending"
        mode = self.watcher.feed.status.mode
        return "ok" if mode in LISTENING else mode

    def sees(self, job_id: str, rights: Rights, watched: bool = False) -> bool:
        """Whether there is such a job within these rights. One round trip, up to four for a job not met before; none
        where they cover all. `watched`: what is found is remembered for its topics. Raises redis.RedisError.
        """
        if not rights.is_narrowed:
            return True
        facts = scoped.facts(self.rows.rows(self.connections.reader, [job_id]))
        if watched:
            self.looks.narrowed.learn(facts)
        return rights.sees_job(*facts[job_id])

    def within(self, job: JobDetail | None, rights: Rights, reader: redis.Redis) -> JobDetail | None:
        """The job as these rights show it; None where they do not. One round trip more where it names others and the
        rights are narrowed, up to four for jobs not met before. Raises redis.RedisError.
        """
        if job is None or not rights.is_narrowed:
            return job
        named = scoped.relatives_of([job])
        return scoped.job(job, rights, scoped.facts(self.rows.rows(reader, sorted(named)) if named else []))

    def latest(self, topic: str, rights: Rights = EVERYTHING) -> list[Event]:
        """What someone who begins to watch `topic` now should be told; empty where it was not read yet."""
        source = self.boards if topic.startswith(events.board_topic("")) else self.looks
        return source.latest(topic, rights.sight)

    def ask(self, topics: set[str]) -> None:
        """Have these watched topics read now."""
        boards = {topic for topic in topics if topic.startswith(events.board_topic(""))}
        if boards:
            self.boards.ask()
        if topics - boards:
            self.watcher.ask(topics - boards)

    def close(self) -> None:
        """Say goodbye to every socket and stop reading; returns at once."""
        self.hub.close()
        self.watcher.stop()
        self.boards.stop()


def build(connections: Connections, config: Config) -> Live:
    """Put the parts together; nothing starts and nothing is read."""
    epoch = uuid.uuid4().hex[:12]
    clock, titles, liveness, hub = RedisClock(), Titles(), Liveness(), Hub()
    rows = RowReader(titles, Redactor(titles, rules.load(config.redact_names, config.redact)))
    jobs = JobReader(clock, rows)
    figures = FiguresCache(titles)
    overviews = Overviews(figures.within)
    overview, activity = OverviewReader(clock, rows, figures, liveness), ActivityTail(rows, clock)
    looks = Looks(
        titles, rows, jobs, overview, activity, hub.publish, connections.memory, hub.audiences, overviews.within
    )
    easing = Easing(connections.memory)
    read = Context(connections.reader, clock, titles, rows, jobs, lambda: watcher.overview(), narrow=overviews.within)
    kept = Boards(load_boards, read, hub, lambda: easing.gap)
    watcher = Watcher(connections, config, hub, looks, liveness, clock, f"web-{epoch}", easing, kept.heard, kept.forget)
    return Live(
        epoch, clock, titles, rows, jobs, looks, hub, Rounds(), watcher, kept, overviews, Encoded(), connections
    )


def init_app(app: Flask, config: Config) -> None:
    app.extensions["live"] = build(app.extensions["connections"], config)


def current() -> Live:
    """The live side of the current app."""
    return current_app.extensions["live"]
