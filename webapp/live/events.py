"""The wire vocabulary: what a server tells a page. Pure. docs/protocol.md is the reference."""

import json
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from webapp.decode import clean
from webapp.models import Health, JobSummary, Overview, Value
from webapp.models_job import JobDetail

PROTOCOL = 1

#: Topics: who hears an event.
EVERYONE = "everyone"
OVERVIEW = "overview"
ACTIVITY = "activity"


def job_topic(job_id: str) -> str:
    return f"job:{job_id}"


def row_topic(job_id: str) -> str:
    return f"row:{job_id}"


def log_topic(job_id: str) -> str:
    return f"log:{job_id}"


def list_topic(name: str) -> str:
    return f"list:{name}"


def board_topic(name: str) -> str:
    return f"board:{name}"


def presence_topic(job_id: str) -> str:
    return f"presence:{job_id}"


@dataclass(frozen=True)
class Event:
    """One change, encoded once however many hear it."""

    topic: str
    #: An event with the same key replaces an older one that was not sent yet. None: all of them count.
    key: Hashable
    body: dict[str, Any]

    @cached_property
    def text(self) -> str:
        """JSON, made on first use, fit for UTF-8 whatever was stored."""
        return clean(json.dumps(self.body, ensure_ascii=False, separators=(",", ":")))


def hello(epoch: str, now: int, server: dict[str, Any]) -> Event:
    """First event of a socket: which process this is, and what it allows."""
    body = {"type": "hello", "protocol": PROTOCOL, "epoch": epoch, "now": now, "server": server}
    return Event(EVERYONE, "hello", body)


def health(value: Health) -> Event:
    return Event(EVERYONE, "health", {"type": "health", "health": value.as_json()})


def catalog() -> Event:
    return Event(EVERYONE, "catalog", {"type": "catalog"})


def pong(stamp: Any) -> Event:
    return Event(EVERYONE, "pong", {"type": "pong", "pong": stamp})


def error(code: str, message: str, fix: str) -> Event:
    return Event(EVERYONE, None, {"type": "error", "code": code, "message": message, "fix": fix})


def part(name: str, key: str | None, value: Value | dict | tuple | None, as_of: int) -> Event:
    """One part of the overview; `value` None means that it is gone."""
    plain = value.as_json() if isinstance(value, Value) else value
    body = {"type": "overview", "part": name, "key": key, "value": plain, "as_of": as_of}
    return Event(OVERVIEW, (OVERVIEW, name, key), body)


def snapshot(overview: Overview) -> Iterator[Event]:
    """The whole overview as parts, and last the names that there are: what is not named is gone."""
    at = overview.as_of
    yield part("totals", None, overview.totals, at)
    yield part("figures", None, overview.figures, at)
    yield part("gathered", None, overview.gathered, at)
    groups = {"queue": overview.queues, "worker": overview.workers, "running": overview.running}
    for name, values in groups.items():
        for key, value in values.items():
            yield part(name, key, value, at)
    keys = {name: list(values) for name, values in groups.items()}
    body = {"type": "overview", "part": "complete", "keys": keys, "as_of": at}
    yield Event(OVERVIEW, (OVERVIEW, "complete"), body)


def job(value: JobDetail, as_of: int) -> Event:
    topic = job_topic(value.id)
    return Event(topic, topic, {"type": "job", "job": value.as_json(), "as_of": as_of})


def row(value: JobSummary, as_of: int) -> Event:
    topic = row_topic(value.id)
    return Event(topic, topic, {"type": "row", "row": value.as_json(), "as_of": as_of})


def gone(topic: str, job_id: str, as_of: int) -> Event:
    """The hash of a watched job or row has vanished."""
    return Event(topic, topic, {"type": "gone", "id": job_id, "as_of": as_of})


def log(job_id: str, lines: list[dict[str, Any]], last: str, reset: bool) -> Event:
    """Lines of a log, in order. `reset`: what was shown before belongs to a log that is gone."""
    topic = log_topic(job_id)
    return Event(topic, None, {"type": "log", "job": job_id, "lines": lines, "last": last, "reset": reset})


def activity(lines: list[dict[str, Any]], total: int, reset: bool, note: str | None, as_of: int) -> Event:
    """New lines of the activity, newest first. `reset`: they are the newest of all; what was shown before is over."""
    body = {"type": "activity", "lines": lines, "total": total, "reset": reset, "note": note, "as_of": as_of}
    return Event(ACTIVITY, None, body)


def list_changed(name: str, version: int, total: int | None, as_of: int) -> Event:
    """A list has changed: fetch its page again."""
    topic = list_topic(name)
    return Event(topic, topic, {"type": "list", "list": name, "version": version, "total": total, "as_of": as_of})


def board(name: str, value: dict[str, Any] | None, as_of: int, error: dict[str, str] | None = None) -> Event:
    """The value of a watched board; with `error`, why it could not be read anew. `value` None: nothing is known."""
    topic = board_topic(name)
    return Event(topic, topic, {"type": "board", "board": name, "value": value, "error": error, "as_of": as_of})


def presence(job_id: str, looking: dict[str, Any]) -> Event:
    """Who looks at a job now, on all servers; `looking`: see `webapp/room/presence.py`."""
    topic = presence_topic(job_id)
    return Event(topic, topic, {"type": "presence", "job": job_id} | looking)


def you(speaker: dict[str, Any]) -> Event:
    """As whom the others see this page; for one socket."""
    return Event(EVERYONE, "you", {"type": "you", "you": speaker})
