"""Who asks, once it is known, and by what they are known. Pure."""

import time
from dataclasses import dataclass

from webapp.accounts.sessions import Claims
from webapp.rights import Rights


@dataclass(frozen=True)
class Identity:
    """Somebody with a name and rights."""

    name: str
    rights: Rights
    #: "session", "token" or "proxy".
    how: str
    #: Of a login by cookie.
    claims: Claims | None = None
    #: Of an API token.
    token_id: str = ""
    #: Epoch seconds at which it ends in any case; None: at no time.
    until: float | None = None

    @property
    def is_over(self) -> bool:
        return self.until is not None and self.until <= time.time()

    def same_as(self, other: "Identity | None") -> bool:
        """Whether nothing has changed for what is open: name and rights."""
        return other is not None and (self.name, self.rights) == (other.name, other.rights)
