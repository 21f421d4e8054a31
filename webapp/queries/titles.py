"""What functions are called in the catalog: dotted name to job type and title, and what their parameters are."""

import time
from collections.abc import Mapping
from typing import Any

import redis

from jobs import _keys
from webapp import catalog
from webapp.queries.fields import reply
from webapp.queries.plan import Plan

#: Seconds after which an HTTP request looks again; the watcher refreshes at once on a notice.
MAX_AGE = 5.0


class Titles:
    """Job type and title by dotted function name. One per web process."""

    def __init__(self) -> None:
        #: Grows with each other catalog that was read.
        self.version = 0
        self._stored: dict[bytes, bytes] = {}
        self._by_func: dict[str, tuple[str, str]] = {}
        self._read_at = float("-inf")
        #: Dotted name -> parameters in their order, by name: their schema. Also of types that cannot run at present.
        self.signatures: dict[str, Mapping[str, Any]] = {}
        #: Grows where one of these is another one than before.
        self.signatures_version = 0

    @property
    def is_old(self) -> bool:
        """Whether a request reads it again."""
        return time.monotonic() - self._read_at >= MAX_AGE

    def refresh(self, reader: redis.Redis, max_age: float = MAX_AGE) -> None:
        """Read the catalog unless it was read within `max_age` seconds. One round trip, O(job types)."""
        if time.monotonic() - self._read_at < max_age:
            return
        plan = Plan(reader)
        self.ask(plan)
        self.absorb(plan.execute())

    def ask(self, plan: Plan) -> None:
        """Put into `plan` what `absorb` takes."""
        plan.ask("catalog", lambda pipe: pipe.hgetall(_keys.CATALOG))

    def absorb(self, plan: Plan) -> None:
        stored = reply(plan["catalog"][0]) or {}
        self._read_at = time.monotonic()
        if stored == self._stored:
            return
        self._stored, self.version = stored, self.version + 1
        entries = [catalog.entry(name.decode("utf-8", "replace"), raw) for name, raw in stored.items()]
        self._by_func = {entry["func"]: (entry["name"], entry["title"]) for entry in entries if not entry["error"]}
        signatures = {entry["func"]: found for entry in entries if (found := _parameters(entry))}
        if signatures != self.signatures:
            self.signatures, self.signatures_version = signatures, self.signatures_version + 1

    def of(self, func: str | None) -> tuple[str | None, str]:
        """(job type, title). A function outside the catalog is its own title."""
        if func is None:
            return None, ""
        return self._by_func.get(func, (None, func))


def _parameters(entry: dict[str, Any]) -> dict[str, Any]:
    """By name; empty where they are not known."""
    properties = entry["schema"].get("properties") if isinstance(entry["schema"], dict) else None
    if not isinstance(entry["func"], str) or not isinstance(properties, dict):
        return {}
    return {name: shape for name, shape in properties.items() if isinstance(shape, dict)}
