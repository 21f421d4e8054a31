"""What is set aside of each queue: the jobs that are held, and its pause with those that are parked. Never writes."""

from collections.abc import Iterable, Mapping
from typing import Any

import redis

from jobs import _keys
from webapp.models_overview import Hold, Pause
from webapp.queries.fields import integer, reply, text

#: Queues that are told of: each costs six commands a read.
ASIDE_MAX = 200
ASKED = 6


def ask_names(pipe: redis.client.Pipeline) -> None:
    """Two commands: of which queues something is set aside, and whether somebody keeps the paused ones."""
    pipe.smembers(_keys.ASIDE)
    pipe.exists(_keys.lease("pauses"))


def names(members: Any) -> list[str]:
    """Of the queues, at most ASIDE_MAX."""
    return sorted(text(member) or "" for member in members or ())[:ASIDE_MAX]


def ask(pipe: redis.client.Pipeline, queues: Iterable[str]) -> None:
    """Six commands for each queue."""
    for queue in queues:
        pipe.llen(_keys.held(queue))
        pipe.hmget(_keys.hold(queue), "by", "at", "releasing")
        pipe.hmget(_keys.pause(queue), "state", "by", "at", "until", "away_ms")
        pipe.llen(_keys.parked(queue))
        pipe.llen(_keys.resuming(queue))
        pipe.scard(_keys.slipped(queue))


def parse(queues: Iterable[str], replies: list[Any], is_kept: bool) -> Mapping[str, tuple[Hold | None, Pause | None]]:
    """By queue, from the replies to `ask`. `is_kept`: whether somebody keeps the paused ones."""
    found = {}
    for at, queue in enumerate(queues):
        held, hold, pause, parked, back, slipped = (reply(value) for value in replies[ASKED * at : ASKED * (at + 1)])
        found[queue] = _hold(held or 0, hold), _pause(pause, (parked or 0) + (back or 0), slipped or 0, is_kept)
    return found


def _hold(count: int, fields: Any) -> Hold | None:
    by, at, releasing = fields or (None, None, None)
    return Hold(jobs=count, by=text(by), at=integer(at), releasing=releasing is not None) if count else None


def _pause(fields: Any, parked: int, slipped: int, is_kept: bool) -> Pause | None:
    state, by, at, until, away = fields or (None,) * 5
    if state is None and not parked:
        return None
    return Pause(
        state=text(state) or "over",
        by=text(by),
        at=integer(at),
        until=integer(until),
        parked=parked,
        slipped=slipped,
        away_ms=integer(away) or 0,
        kept=is_kept,
    )
