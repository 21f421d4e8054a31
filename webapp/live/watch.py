"""What a client asks to watch: its message checked and turned into topics. Pure."""

from dataclasses import dataclass, field
from typing import Any

from webapp.errors import BadInput
from webapp.live import events
from webapp.queries.log import stream_id

#: Rows on one screen, and lists and boards that one page shows.
ROWS_MAX = 200
LISTS_MAX = 20
BOARDS_MAX = 20
#: Characters of a name or key of who looks at a job; names are cut to less.
LOOKER_CHARS = 300
#: Characters of an id or list name: RQ's own ids have 36, but older versions took any.
NAME_CHARS = 6_000


@dataclass(frozen=True)
class Looker:
    """Who looks at which job, as the page says it: see `webapp/speaker.py`."""

    job: str
    name: str
    key: str


@dataclass(frozen=True)
class Watch:
    """The topics of one client, and how much it has of each log."""

    topics: frozenset[str]
    #: job id -> stream id of the last line that the client has
    logs: dict[str, str] = field(default_factory=dict)
    #: The job that is open, where the others are to see it.
    looking: Looker | None = None

    @classmethod
    def parse(cls, wanted: Any) -> "Watch":
        """Check the value of `watch`. Raises BadInput that says what is wrong with it."""
        if not isinstance(wanted, dict):
            raise BadInput("watch is not an object.", fix="See docs/protocol.md.")
        topics = {topic for topic in (events.OVERVIEW, events.ACTIVITY) if wanted.get(topic)}
        if wanted.get("job") is not None:
            topics.add(events.job_topic(_name(wanted["job"])))
        topics |= {events.row_topic(name) for name in _names(wanted, "rows", ROWS_MAX)}
        topics |= {events.list_topic(name) for name in _names(wanted, "lists", LISTS_MAX)}
        topics |= {events.board_topic(name) for name in _names(wanted, "boards", BOARDS_MAX)}
        if looking := _looker(wanted.get("looking")):
            topics.add(events.presence_topic(looking.job))
        logs = _logs(wanted.get("log"))
        return cls(frozenset(topics | {events.log_topic(job_id) for job_id in logs}), logs, looking)


def _logs(log: Any) -> dict[str, str]:
    if log is None:
        return {}
    if not isinstance(log, dict):
        raise BadInput("watch.log is not an object.", fix="Send {'job': id, 'after': stream id}.")
    return {_name(log.get("job")): stream_id(str(log.get("after") or "0"))}


def _looker(looking: Any) -> Looker | None:
    if looking is None:
        return None
    parts = [looking.get(part) or "" for part in ("name", "key")] if isinstance(looking, dict) else [None]
    if not all(isinstance(part, str) and len(part) <= LOOKER_CHARS for part in parts):
        raise BadInput("watch.looking does not say who looks at what.", fix="Send {'job': id, 'name': …, 'key': …}.")
    return Looker(_name(looking.get("job")), *parts)


def _names(wanted: dict[str, Any], field_name: str, most: int) -> list[str]:
    names = wanted.get(field_name) or []
    if not isinstance(names, list) or len(names) > most:
        raise BadInput(f"watch.{field_name} is not a list of at most {most}.", fix="Watch what is on screen only.")
    return [_name(name) for name in names]


def _name(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= NAME_CHARS:
        raise BadInput("watch names something that is no id.", fix="Use ids as the API gives them.")
    return value
