"""The wire vocabulary: what a server tells a page. Pure. docs/protocol.md is the reference."""

import json
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from webapp import scoped
from webapp.decode import clean
from webapp.models import JobSummary, Value
from webapp.models_job import JobDetail
from webapp.models_overview import Health, Overview
from webapp.rights import EVERYTHING, Rights

PROTOCOL = 1

#: Queue and function of a job: by these it is seen.
Facts = tuple[str | None, str | None]
Relatives = Mapping[str, Facts]

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
    #: What those are told in its place who may not see all: from the event and their rights. Without it, nothing: an
    #: event that is forgotten here tells too little, and never too much.
    narrowed: "Narrowed | None" = None

    def within(self, rights: Rights) -> "Event | None":
        """What those are told who have these rights, see `Rights.sight`. Made once for all who have the same."""
        if rights is EVERYTHING:
            return self
        if self.narrowed is None:
            return None
        if rights not in self._told:
            self._told[rights] = self.narrowed(self, rights)
        return self._told[rights]

    @cached_property
    def _told(self) -> "dict[Rights, Event | None]":
        return {}

    @cached_property
    def text(self) -> str:
        """JSON, made on first use, fit for UTF-8 whatever was stored."""
        return clean(json.dumps(self.body, ensure_ascii=False, separators=(",", ":")))


#: What is told of an event within rights; None for nothing.
Narrowed = Callable[[Event, Rights], Event | None]


def open_to_all(topic: str, key: Hashable, body: dict[str, Any]) -> Event:
    """An event that tells of no queue and no job: whoever watches hears it."""
    return Event(topic, key, body, _as_it_is)


def _as_it_is(event: Event, rights: Rights) -> Event:
    return event


def hello(epoch: str, now: int, server: dict[str, Any]) -> Event:
    """First event of a socket: which process this is, and what it allows."""
    body = {"type": "hello", "protocol": PROTOCOL, "epoch": epoch, "now": now, "server": server}
    return open_to_all(EVERYONE, "hello", body)


def health(value: Health) -> Event:
    return open_to_all(EVERYONE, "health", {"type": "health", "health": value.as_json()})


def catalog() -> Event:
    return open_to_all(EVERYONE, "catalog", {"type": "catalog"})


def pong(stamp: Any) -> Event:
    return open_to_all(EVERYONE, "pong", {"type": "pong", "pong": stamp})


def error(code: str, message: str, fix: str) -> Event:
    return open_to_all(EVERYONE, None, {"type": "error", "code": code, "message": message, "fix": fix})


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


def job(value: JobDetail, as_of: int, relatives: Relatives = MappingProxyType({})) -> Event:
    """`relatives`: queue and function of the jobs that it names; one that is not among them is not named to everybody.

    To who may not see the job it is gone: that is what a job is told as that never was.
    """
    topic = job_topic(value.id)

    def within(event: Event, rights: Rights) -> Event:
        seen = scoped.job(value, rights, relatives)
        return gone(topic, value.id, as_of) if seen is None else Event(topic, topic, _job(seen, as_of))

    return Event(topic, topic, _job(value, as_of), within)


def _job(value: JobDetail, as_of: int) -> dict[str, Any]:
    return {"type": "job", "job": value.as_json(), "as_of": as_of}


def row(value: JobSummary, as_of: int) -> Event:
    topic = row_topic(value.id)

    def within(event: Event, rights: Rights) -> Event:
        return event if rights.sees_job(value.queue, value.func) else gone(topic, value.id, as_of)

    return Event(topic, topic, {"type": "row", "row": value.as_json(), "as_of": as_of}, within)


def gone(topic: str, job_id: str, as_of: int) -> Event:
    """The hash of a watched job or row has vanished."""
    return open_to_all(topic, topic, {"type": "gone", "id": job_id, "as_of": as_of})


def log(job_id: str, lines: list[dict[str, Any]], last: str, reset: bool, of: Facts | None = None) -> Event:
    """Lines of a log, in order. `reset`: what was shown before belongs to a log that is gone.

    `of`: queue and function of its job, as they were just read; without them nobody with narrowed rights hears it.
    """
    topic = log_topic(job_id)
    body = {"type": "log", "job": job_id, "lines": lines, "last": last, "reset": reset}
    return Event(topic, None, body, _of_job(of))


def activity(
    lines: list[dict[str, Any]],
    total: int | None,
    reset: bool,
    note: str | None,
    as_of: int,
    narrowed: Narrowed | None = None,
) -> Event:
    """New lines of the activity, newest first. `reset`: they are the newest of all; what was shown before is over."""
    body = {"type": "activity", "lines": lines, "total": total, "reset": reset, "note": note, "as_of": as_of}
    return Event(ACTIVITY, None, body, narrowed)


def list_changed(name: str, version: int, total: int | None, as_of: int) -> Event:
    """A list has changed: fetch its page again."""
    topic = list_topic(name)
    return Event(topic, topic, {"type": "list", "list": name, "version": version, "total": total, "as_of": as_of})


def _of_job(of: Facts | None) -> Narrowed:
    """Told to those who may see the job."""
    return lambda event, rights: event if of is not None and rights.sees_job(*of) else None


def board(name: str, value: dict[str, Any] | None, as_of: int, error: dict[str, str] | None = None) -> Event:
    """The value of a watched board; with `error`, why it could not be read anew. `value` None: nothing is known."""
    topic = board_topic(name)
    return Event(topic, topic, {"type": "board", "board": name, "value": value, "error": error, "as_of": as_of})


def presence(job_id: str, looking: dict[str, Any], of: Facts | None = None) -> Event:
    """Who looks at a job now, on all servers; `looking`: see `webapp/room/presence.py`, `of`: see `log`."""
    topic = presence_topic(job_id)
    return Event(topic, topic, {"type": "presence", "job": job_id} | looking, _of_job(of))


def you(speaker: dict[str, Any]) -> Event:
    """As whom the others see this page; for one socket."""
    return open_to_all(EVERYONE, "you", {"type": "you", "you": speaker})
