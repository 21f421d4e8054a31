"""Answers that many ask for: encoded once, for as long as what they tell of is the same. No I/O, no Flask."""

import json
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

#: Answers that are remembered; that of an installation of a thousand queues takes some 400 KB.
KEPT_MAX = 50


class Encoded:
    """One per web process; may be asked from any thread."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, tuple[tuple[object, ...], bytes]] = OrderedDict()

    def of(self, key: Hashable, sources: tuple[object, ...], make: Callable[[], dict[str, Any]]) -> bytes:
        """The JSON of what `make` makes of `sources`: of these very objects it is made once.

        `key` must name everything else that it depends on, and above all whose rights it is within.
        """
        known = self._kept.get(key)
        if known is None or any(before is not now for before, now in zip(known[0], sources, strict=True)):
            known = sources, json.dumps(make(), separators=(",", ":")).encode()
            self._kept[key] = known
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT_MAX:
                self._kept.popitem(last=False)
        return known[1]
