"""Asking for a search, and having one stopped. The operations process does the searching; these write our own keys.

No line of activity: a search does nothing to a job.
"""

import secrets

from redis.exceptions import NoPermissionError, ReadOnlyError

from jobs import _keys
from webapp import rights
from webapp.actions import scripts
from webapp.actions.door import Door
from webapp.errors import BadInput, NotFound, Refused, StateChanged
from webapp.search.parser import parse
from webapp.search.syntax import BadQuery


def start(door: Door, query: str) -> str:
    """The search is asked for, and runs as soon as an operations process has room for it; returns its id.

    It finds what the actor's rights cover.

    Raises BadInput with `fields.query` and `fields.at` (position in the query), StateChanged where too many searches
    are under way or Redis is nearly full, Refused. One round trip.
    """
    check(query)
    door.authorize("search")
    door.memory.require()
    search_id = secrets.token_hex(8)
    args = [search_id, query, door.actor.name, _keys.SEARCHES_MAX, _keys.SEARCH_TTL]
    args += [_keys.search(""), _keys.search_hits(""), _keys.SEARCH_BELL, rights.stored(door.actor.rights)]
    word = _run(door, "search_start", [_keys.SEARCHES, _keys.search(search_id)], args)
    if word == b"full":
        raise StateChanged(
            f"{_keys.SEARCHES_MAX} searches are under way or wait already.",
            fix="Stop one of them, or wait until one has ended.",
            code="too_many_searches",
        )
    return search_id


def stop(door: Door, search_id: str) -> None:
    """The search ends within a moment; what it has found stays. Nothing happens to one that has ended.

    Raises NotFound, Refused. One round trip.
    """
    door.authorize("stop_search")
    if _run(door, "search_stop", [_keys.search(search_id)], [search_id, _keys.SEARCH_BELL]) == b"missing":
        raise NotFound("There is no such search (any more).", fix="Search again.")


def check(query: str) -> None:
    """Return where the query can be understood; raise BadInput where not."""
    try:
        parse(query)
    except BadQuery as problem:
        fields = {"query": problem.message, "at": problem.at}
        raise BadInput(problem.message, fix=problem.fix, code="bad_query", fields=fields) from None


def _run(door: Door, script: str, keys: list[str], args: list) -> bytes:
    try:
        return scripts.run(door.writer, script, keys, args)[0]
    except (NoPermissionError, ReadOnlyError) as error:
        raise Refused(
            "A search keeps what it finds in keys of its own, and this Redis user may not write them.",
            fix=f"Give RQ Live a Redis user that may write {_keys.PREFIX}*.",
        ) from error
