"""What a board is read with, outside of a web process: its readers, fresh for each test."""

from typing import Any

import redis

from webapp.boards.board import Board, Context
from webapp.live.interest import Dirty
from webapp.queries.clock import RedisClock
from webapp.queries.figures import FiguresCache
from webapp.queries.job import JobReader
from webapp.queries.liveness import Liveness
from webapp.queries.overview import OverviewReader
from webapp.queries.rows import RowReader
from webapp.queries.titles import Titles


def context(reader: redis.Redis) -> Context:
    """Reads as one web process does; the overview anew each time."""
    clock, titles = RedisClock(), Titles()
    rows = RowReader(titles)
    overview = OverviewReader(clock, rows, FiguresCache(titles), Liveness())
    return Context(reader, clock, titles, rows, JobReader(clock, rows), lambda: overview.read(reader))


def read(board: Board, reader: redis.Redis, argument: str = "") -> dict[str, Any]:
    """The value of `board` now, read once."""
    return board.read(context(reader), argument)


def dirty(*keys: str) -> Dirty:
    """What a feed makes of these changed keys."""
    made = Dirty()
    made.add(key.encode() for key in keys)
    return made
