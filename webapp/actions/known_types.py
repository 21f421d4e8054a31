"""Job types as this process last read them from the catalog. The script that writes a job looks if they still hold.

So a submission does not begin with a round trip that nearly always says what was known.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha1
from typing import Any

import redis

from jobs import _keys
from webapp import catalog
from webapp.actions import arguments

#: Types that are remembered: more than a page lists.
TYPES_MAX = 200


@dataclass(frozen=True)
class KnownType:
    """One entry of the catalog."""

    entry: dict[str, Any]
    #: SHA-1 of the entry as it is stored.
    digest: str

    @cached_property
    def judge(self) -> Callable[[Mapping[str, Any]], dict[str, str]]:
        """What is wrong with arguments, by name. Raises arguments.Unusable, as what it answers does."""
        return arguments.checker(self.entry["schema"])


class KnownTypes:
    """One of a process. Thread-safe: who reads twice reads the same."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, KnownType] = OrderedDict()

    def get(self, name: Any) -> KnownType | None:
        """The type as it was read last, if it was. No round trip."""
        return self._known.get(name) if isinstance(name, str) else None

    def read(self, client: redis.Redis, name: Any) -> KnownType | None:
        """The type as it is now; None where there is none. One round trip."""
        raw = client.hget(_keys.CATALOG, name) if isinstance(name, str) and name else None
        if raw is None:
            self._known.pop(name if isinstance(name, str) else "", None)
            return None
        digest = sha1(raw).hexdigest()
        known = self.get(name)
        if known is None or known.digest != digest:
            known = self._known[name] = KnownType(catalog.entry(name, raw), digest)
            while len(self._known) > TYPES_MAX:
                self._known.popitem(last=False)
        return known
