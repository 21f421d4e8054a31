"""The Lua scripts of this package, one file each, run with their common head. Nothing else talks Lua."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import redis
from redis.exceptions import NoPermissionError

from webapp.errors import Refused

FOLDER = Path(__file__).with_name("lua")
#: Inside a script a missing right has no error code of its own: the words of Valkey and Redis 7.2, and of older ones.
NO_PERMISSION = ("ACL failure in script", "The user executing the script can't")


@cache
def text(name: str) -> str:
    """The source of `lua/<name>.lua` with the head before it."""
    return f"{(FOLDER / '_head.lua').read_text()}\n{(FOLDER / f'{name}.lua').read_text()}"


def run(client: redis.Redis, name: str, keys: Sequence[str], args: Sequence[Any]) -> Any:
    """What the script answers. One round trip; three the first time that a server sees it.

    Raises Refused where a key has a type that RQ does not give it: nothing was changed then. Raises redis.RedisError.
    """
    try:
        return client.register_script(text(name))(keys=keys, args=args)
    except redis.ResponseError as error:
        if any(sign in str(error) for sign in NO_PERMISSION):
            raise NoPermissionError(str(error)) from error
        if "WRONGTYPE" not in str(error):
            raise
        raise Refused(
            "A key of this job has a type that RQ never writes, so nothing was changed.",
            fix=f"Look at its keys with redis-cli, for example `TYPE {keys[0]}`.",
            code="wrong_type",
        ) from error
