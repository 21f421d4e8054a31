"""What Redis keeps of logins and tokens. Asked where it is written: a replica may not know yet of what has ended."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import redis

from jobs import _keys
from webapp.queries.fields import integer, text
from webapp.rights import Rights

#: What is kept of a token beside its rights.
KEPT = ("name", "maker", "source", "digest", "made_at", "until")


@dataclass(frozen=True)
class Token:
    """An API token as it is kept: its secret part is not."""

    id: str
    name: str
    maker: str
    #: How the maker was known: "file", "oidc", "proxy", or "shell" for a command on the server itself.
    source: str
    rights: Rights
    #: SHA-256 of its secret part.
    digest: str
    #: Epoch ms; `until` None: it has no end.
    made_at: int
    until: int | None
    used_at: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Without the digest, which is nobody's business."""
        told = asdict(self) | {"rights": {name: value for name, value in asdict(self.rights).items()}}
        del told["digest"]
        return told


def user_key(user: str) -> str:
    """The key that ends the logins of `user`, whatever the name holds."""
    return _keys.signed_out(hashlib.blake2s(user.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest())


def are_ended(client: redis.Redis, logins: Sequence[tuple[str, str, int]]) -> list[bool]:
    """Of each login (id, user, epoch ms of it) whether it was ended. One round trip."""
    pairs = [key for session, user, _ in logins for key in (_keys.ended(session), user_key(user))]
    found = client.mget(pairs) if pairs else []
    told = zip(logins, found[::2], found[1::2], strict=True)
    return [ended is not None or at <= (integer(out) or -1) for (_, _, at), ended, out in told]


def token(client: redis.Redis, token_id: str) -> Token | None:
    """The token of this id. One round trip."""
    return _token(token_id, client.hget(_keys.TOKENS, token_id))


def tokens(client: redis.Redis) -> list[Token]:
    """All of them, the newest first. One round trip."""
    with client.pipeline(transaction=False) as pipe:
        pipe.hgetall(_keys.TOKENS).hgetall(_keys.TOKENS_USED)
        stored, used = pipe.execute()
    found = [_token(text(token_id) or "", raw, used.get(token_id)) for token_id, raw in stored.items()]
    return sorted(filter(None, found), key=lambda one: -one.made_at)


def version(client: redis.Redis) -> bytes | None:
    """Another one whenever a login or a token was ended. One round trip."""
    return client.get(_keys.ACCESS_VERSION)


def _token(token_id: str, raw: bytes | None, used: bytes | None = None) -> Token | None:
    try:
        told = json.loads(raw or b"")
        rights = Rights(told["role"], tuple(told["queues"]), tuple(told["functions"]))
        kept = {name: told[name] for name in KEPT}
    except (ValueError, TypeError, KeyError):
        return None
    return Token(id=token_id, rights=rights, used_at=integer(used), **kept)
