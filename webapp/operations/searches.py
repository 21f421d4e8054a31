"""Searches as a trade: which there are to run, and with what. How one runs is in `search_run.py`."""

import redis

from jobs import _keys
from webapp.operations.search_run import SearchRun
from webapp.operations.shift import Tools
from webapp.redact.rules import Rules

#: All searches together may take this share of maxmemory, where that is set.
MEMORY_SHARE = 0.002
OPEN = (b"waiting", b"running")


class Searches:
    """What the desk of searches works at."""

    name = "searches"
    bell = _keys.SEARCH_BELL
    running_max = 4
    #: What searches find is only ours: none goes on while Redis is nearly full.
    is_extra = True

    def __init__(self, rules: Rules) -> None:
        self.rules = rules

    def open(self, client: redis.Redis) -> list[str]:
        """The searches that have not ended, the oldest first. One round trip, two where there are any at all."""
        known = [member.decode("utf-8", "replace") for member in client.zrange(_keys.SEARCHES, 0, -1)]
        if not known:
            return []
        pipe = client.pipeline(transaction=False)
        for search_id in known:
            pipe.hget(_keys.search(search_id), "state")
        states = pipe.execute(raise_on_error=False)
        return [search_id for search_id, state in zip(known, states, strict=True) if state in OPEN]

    def key(self, work_id: str) -> str:
        return _keys.search(work_id)

    def begin(self, work_id: str, stored: dict[bytes, bytes], tools: Tools) -> SearchRun:
        share = int(tools.maxmemory * MEMORY_SHARE / _keys.SEARCHES_MAX)
        most = min(_keys.SEARCH_HITS_BYTES, share) if tools.maxmemory else _keys.SEARCH_HITS_BYTES
        return SearchRun(work_id, stored, tools, most)
