"""Causes of failure that somebody asked not to be told of: by cause, until when, by whom."""

import json
from typing import Any

import redis

from jobs import _keys
from webapp.queries.fields import reply, text

#: {"type", "by", "at", "until"}; until None: until it is unmuted.
Mute = dict[str, Any]


def read(reader: redis.Redis) -> dict[str, Mute]:
    """Every mute by id of its cause, also those that are over. One round trip, O(MUTES_MAX)."""
    pipe = reader.pipeline(transaction=False)
    pipe.hgetall(_keys.MUTES)
    return parse(reply(pipe.execute(raise_on_error=False)[0]))


def parse(stored: object) -> dict[str, Mute]:
    """The mutes of a stored hash; what is none of ours is left out."""
    if not isinstance(stored, dict):
        return {}
    found = {text(name) or "": _mute(raw) for name, raw in list(stored.items())[: _keys.MUTES_MAX]}
    return {cause: mute for cause, mute in found.items() if mute is not None}


def is_over(mute: Mute, now: int) -> bool:
    return mute["until"] is not None and mute["until"] <= now


def _mute(raw: bytes) -> Mute | None:
    try:
        value = json.loads(raw)
        until = value["until"]
        known = {"type": str(value.get("type") or "")[:200], "by": str(value["by"])[:64], "at": int(value["at"])}
        return known | {"until": None if until is None else int(until)}
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return None
