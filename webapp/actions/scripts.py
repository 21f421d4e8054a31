"""The Lua scripts of this package, run with their common head. Nothing else talks Lua.

`lua/<name>.lua` is a script; `lua/verbs/<verb>.lua` is what a verb does to one job, run over one by `one` and over
many by `chunk`. How keys are spelt reaches them as a table, out of `webapp.rqkeys` and `jobs._keys`.
"""

import json
from collections.abc import Sequence
from functools import cache
from hashlib import sha1
from pathlib import Path
from typing import Any

import redis
from redis.exceptions import NoPermissionError, NoScriptError

from jobs import _keys
from webapp import rqkeys
from webapp.errors import Refused

FOLDER = Path(__file__).with_name("lua")
#: Inside a script a missing right has no error code of its own: the words of Valkey and Redis 7.2, and of older ones.
NO_PERMISSION = ("ACL failure in script", "The user executing the script can't")
#: Begins or is the key, by the name that scripts know it by.
KEYS = {
    "job": rqkeys.JOB_PREFIX,
    "dependencies": f"{rqkeys.JOB_PREFIX}:",
    "results": rqkeys.results(""),
    "execution": rqkeys.execution(""),
    "executions": rqkeys.executions(""),
    "queue": rqkeys.QUEUE_PREFIX,
    "queues": rqkeys.QUEUES,
    "group": rqkeys.group(""),
    "groups": rqkeys.GROUPS,
    "limit": rqkeys.limit_settings(""),
    "limits": rqkeys.RATE_LIMIT_KEYS,
    "lock": rqkeys.scheduler_lock(""),
    "commands": rqkeys.commands(""),
    "log": _keys.log(""),
    "activity": _keys.ACTIVITY,
    "operation": _keys.operation(""),
    "notes": _keys.notes(""),
    "held": _keys.held(""),
    "trash_part": _keys.trash_part("", "").removesuffix(":"),
    "trash_index": _keys.TRASH,
    "trash": _keys.TRASH_NOTES,
    "log_index": _keys.LOG_INDEX,
    "notes_index": _keys.NOTES_INDEX,
    "progress": _keys.PROGRESS_FIELD,
    "told_to_end": _keys.told_to_end(""),
    "parked": _keys.parked(""),
    "resuming": _keys.resuming(""),
    "aside": _keys.ASIDE,
    "hold": _keys.hold(""),
    "pause": _keys.pause(""),
} | rqkeys.REGISTRIES


@cache
def text(name: str, verb: str = "") -> str:
    """The source of `lua/<name>.lua` with the head before it; with a verb, of what it does to a job too."""
    parts = ["_head", *(("_lists", "_job", "_trash", f"verbs/{verb}") if verb else ()), name]
    # RQ_KEY_PREFIX has no character that a text of JSON writes otherwise than one of Lua.
    numbers = {"trash_max": _keys.TRASH_MAX, "trash_spread": _keys.TRASH_SPREAD, "trash_token": _keys.TRASH_TOKEN}
    numbers |= {
        "activity_max": _keys.ACTIVITY_MAX,
        "trash_grace": _keys.TRASH_GRACE,
        "trash_memory_percent": _keys.TRASH_MEMORY_PERCENT,
        "told_to_end_ttl": _keys.TOLD_TO_END_TTL,
    }
    table = ", ".join(f"{key} = {json.dumps(value)}" for key, value in (KEYS | numbers).items())
    spelt = [f"local K = {{{table}}}"] if verb else []
    return "\n".join(spelt + [(FOLDER / f"{part}.lua").read_text() for part in parts])


def run(client: redis.Redis, name: str, keys: Sequence[str], args: Sequence[Any], verb: str = "") -> Any:
    """What the script answers. One round trip; two the first time that a server sees it.

    Raises Refused where a key has a type that RQ does not give it: nothing was changed then. Raises redis.RedisError.
    """
    try:
        try:
            return client.evalsha(_digest(name, verb), len(keys), *keys, *args)
        except NoScriptError:
            return client.eval(text(name, verb), len(keys), *keys, *args)
    except redis.ResponseError as error:
        if any(sign in str(error) for sign in NO_PERMISSION):
            raise NoPermissionError(str(error)) from error
        if "WRONGTYPE" not in str(error):
            raise
        raise wrong_type(keys[0] if keys else "") from error


@cache
def _digest(name: str, verb: str) -> str:
    """What servers know the script by."""
    return sha1(text(name, verb).encode()).hexdigest()


def wrong_type(key: str) -> Refused:
    """A key has a type that RQ does not give it."""
    return Refused(
        "A key of this job has a type that RQ never writes, so nothing was changed.",
        fix=f"Look at its keys with redis-cli, for example `TYPE {key}`.",
        code="wrong_type",
    )
