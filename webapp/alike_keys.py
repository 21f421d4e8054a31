"""Keys that were made to have one hash: a dict or set of n of them takes n² steps. No I/O.

20,000 whole numbers, a payload of 240 KB, held the interpreter for five seconds. Texts are hashed with a secret, other
numbers have a hash nearly of their own; what is left are whole numbers from sys.hash_info.modulus on, and frozensets.
"""

import sys
from collections import Counter
from collections.abc import Iterable
from typing import Any

#: So many keys of one hash are chance in no program's data.
ALIKE_MAX = 50


class AlikeKeys:
    """Counts the keys of one payload, whichever dict or set they are for."""

    def __init__(self) -> None:
        self._seen: Counter[int] = Counter()

    def too_many(self, keys: Iterable[Any]) -> bool:
        """Whether these and those before look made to collide. O(keys)."""
        for key in keys:
            if isinstance(key, frozenset) or (isinstance(key, int) and abs(key) >= sys.hash_info.modulus):
                self._seen[hash(key)] += 1
                if self._seen[hash(key)] > ALIKE_MAX:
                    return True
        return False
