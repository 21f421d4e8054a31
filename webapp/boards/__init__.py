"""The boards of the page: each is one bounded value about the installation, read while somebody watches it.

`live/boards.py` says when; a module here says what is read, how often, and which changes make it read sooner.
"""

from webapp.boards.board import Board
from webapp.rights import EVERYTHING, Rights


def load(rights: Rights = EVERYTHING) -> dict[str, Board]:
    """Every board by name, each with a memory of its own: one set per web process for all who have the same rights."""
    from webapp.boards import failures
    from webapp.boards.added import Added, Output
    from webapp.boards.facets import Facets
    from webapp.boards.flow import Flow
    from webapp.boards.graph import Graph
    from webapp.boards.groups import Group, Groups, Limits
    from webapp.boards.notes import Notes
    from webapp.boards.operations import Operation, Operations
    from webapp.boards.processes import Processes
    from webapp.boards.redis import RedisInfo
    from webapp.boards.schedule import Cron, Schedule
    from webapp.boards.search import Search
    from webapp.boards.stuck import Stuck
    from webapp.boards.unlisted import Unlisted
    from webapp.boards.why import Why

    return {
        "added": Added(),
        "cron": Cron(),
        "facets": Facets(),
        "flow": Flow(),
        "graph": Graph(),
        "group": Group(),
        "groups": Groups(),
        "limits": Limits(),
        "notes": Notes(),
        "operation": Operation(),
        "operations": Operations(),
        "output": Output(),
        "processes": Processes(),
        "redis": RedisInfo(),
        "schedule": Schedule(),
        "search": Search(),
        "stuck": Stuck(),
        "unlisted": Unlisted(),
        "why": Why(),
    } | failures.boards(rights)
