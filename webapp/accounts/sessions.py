"""The cookie of a login: who, since when, last seen when; signed, and worth nothing once it was ended. No I/O.

It holds no secret, and nobody can make one without the key. What is kept in Redis is only which of them were ended.
"""

import hashlib
import secrets
import time
from dataclasses import asdict, dataclass, replace

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

#: Seconds after which a cookie that is used is made anew, so that it tells when it was used last.
REFRESH = 60
#: Groups of a provider that a cookie carries: those that the users' file names.
GROUPS_MAX = 20


@dataclass(frozen=True)
class Claims:
    """What a cookie says."""

    #: Names this login, and no other.
    id: str
    name: str
    #: "file": somebody of the users' file; "oidc": somebody whom a provider named.
    source: str
    #: See `Person.mark`; "" for somebody without a password here.
    mark: str
    #: Epoch ms of the login.
    at: int
    #: Epoch seconds of the last request, but for REFRESH.
    seen: int
    groups: tuple[str, ...] = ()

    @property
    def user(self) -> str:
        """Tells an ada of a provider from the ada of the file."""
        return f"{self.source}:{self.name}"

    def used(self) -> "Claims":
        return replace(self, seen=int(time.time()))


class Sessions:
    """Makes and reads cookies with one key."""

    def __init__(self, secret: str, idle_seconds: int, max_seconds: int) -> None:
        options = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
        self._serializer = URLSafeSerializer(secret, salt="rqlive session", signer_kwargs=options)
        self._errands = URLSafeTimedSerializer(secret, salt="rqlive errand", signer_kwargs=options)
        self._idle, self._max = idle_seconds, max_seconds

    def seal(self, claims: Claims) -> str:
        """The value of the cookie."""
        return self._serializer.dumps(asdict(claims))

    def unseal(self, value: str) -> Claims | None:
        """What a cookie of ours says; None for one that was not made with this key, or whose time is over."""
        try:
            told = self._serializer.loads(value)
            claims = Claims(**told | {"groups": tuple(told["groups"])})
        except (BadSignature, TypeError, KeyError):
            return None
        return claims if time.time() < self.until(claims) else None

    def seal_errand(self, kept: dict[str, str]) -> str:
        """What a browser takes along to a provider, and brings back."""
        return self._errands.dumps(kept)

    def unseal_errand(self, value: str, seconds: int) -> dict[str, str] | None:
        """The same; None for what was not made with this key, or longer ago than `seconds`."""
        try:
            return self._errands.loads(value, max_age=seconds)
        except BadSignature:
            return None

    def until(self, claims: Claims) -> float:
        """Epoch seconds at which it is over unless it is used."""
        return min(claims.seen + self._idle, claims.at / 1000 + self._max)


def begin(name: str, source: str, mark: str, groups: tuple[str, ...] = ()) -> Claims:
    """A new login, which no cookie of before can know."""
    now_ms = time.time_ns() // 1_000_000
    return Claims(secrets.token_hex(16), name, source, mark, now_ms, now_ms // 1000, groups[:GROUPS_MAX])
