"""The board `redis`: how Redis itself is."""

from typing import Any

from webapp.boards.board import Board, Context
from webapp.queries import redis_info


class RedisInfo(Board):
    """No change of a key tells of it: read at its own pace."""

    every = 3.0

    def read(self, context: Context, argument: str) -> dict[str, Any]:
        return redis_info.read(context.reader)
