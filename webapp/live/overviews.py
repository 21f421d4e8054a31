"""The overview within the rights of each who looks, made once for all who have the same. No I/O."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from webapp import scoped
from webapp.models_overview import Overview
from webapp.rights import Rights

#: Rights whose last overview is remembered.
KEPT_MAX = 50


class Overviews:
    """One per web process; may be asked from any thread."""

    def __init__(self, figures: Callable[[Rights], dict[str, Any]]) -> None:
        """`figures`: those of the recorder within rights, see `FiguresCache.within`."""
        self._figures = figures
        self._made: OrderedDict[Rights, tuple[Overview, Overview]] = OrderedDict()

    def within(self, whole: Overview, rights: Rights) -> Overview:
        """What of it these rights cover; itself where they cover all."""
        if not rights.is_narrowed:
            return whole
        rights = rights.sight
        known = self._made.get(rights)
        if known is None or known[0] is not whole:
            known = whole, scoped.overview(whole, rights, self._figures)
            self._made[rights] = known
            self._made.move_to_end(rights)
            while len(self._made) > KEPT_MAX:
                self._made.popitem(last=False)
        return known[1]
