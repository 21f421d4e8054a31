"""What ends a login, and API tokens: made, revoked, used. All of it in keys of our own.

Nobody needs a right to end a login of their own. To end those of others, and for tokens, they pass the door.
"""

import hashlib
import json
import secrets
import time
from dataclasses import asdict
from typing import Any

import redis

from jobs import _keys
from webapp.actions.door import Door
from webapp.errors import NotFound, StateChanged
from webapp.queries import access
from webapp.queries.access import Token
from webapp.rights import Rights

PREFIX = "rql"
#: Milliseconds within which a token's last use is written once.
USE_EVERY = 60_000


def secret(writer: redis.Redis) -> str:
    """The key of the signatures, the same for all servers; made where there is none. One round trip."""
    with writer.pipeline() as pipe:
        pipe.set(_keys.SECRET, secrets.token_urlsafe(32), nx=True).get(_keys.SECRET)
        return pipe.execute()[1].decode()


def end_login(writer: redis.Redis, session: str, seconds: int) -> None:
    """This login is over, on every server. `seconds`: how long its cookie could live. One round trip."""
    with writer.pipeline() as pipe:
        pipe.set(_keys.ended(session), 1, ex=seconds).incr(_keys.ACCESS_VERSION)
        pipe.execute()


def end_logins(writer: redis.Redis, user: str, seconds: int) -> None:
    """All logins of this user up to now are over. `seconds`: how long a cookie can live. One round trip."""
    with writer.pipeline() as pipe:
        pipe.set(access.user_key(user), time.time_ns() // 1_000_000, ex=seconds).incr(_keys.ACCESS_VERSION)
        pipe.execute()


def sign_out(door: Door, users: list[str], name: str, seconds: int) -> None:
    """Logins of another, by whichever way they came, are over. Raises Refused. Two round trips each, and one."""
    with door.act("sign_out_user") as line:
        for user in users:
            end_logins(door.writer, user, seconds)
        line.worker = name


def add_token(door: Door, name: str, source: str, rights: Rights, until: int | None) -> tuple[Token, str]:
    """A token, and the text that it is used by, which is told this once. `until`: epoch ms, None for no end.

    `source`: how its maker is known, see `Token`.
    Raises StateChanged where there are TOKENS_MAX, Refused. Three round trips.
    """
    with door.act("add_token") as line:
        if door.writer.hlen(_keys.TOKENS) >= _keys.TOKENS_MAX:
            raise StateChanged(
                f"There are {_keys.TOKENS_MAX} tokens already.", fix="Revoke one of them first.", code="too_many_tokens"
            )
        token_id, key = secrets.token_hex(6), secrets.token_urlsafe(32)
        digest = hashlib.sha256(key.encode()).hexdigest()
        made = Token(token_id, name, door.actor.name, source, rights, digest, time.time_ns() // 1_000_000, until)
        told: dict[str, Any] = {field: getattr(made, field) for field in access.KEPT}
        with door.writer.pipeline() as pipe:
            pipe.hset(_keys.TOKENS, token_id, json.dumps(told | asdict(rights))).incr(_keys.ACCESS_VERSION)
            pipe.execute()
        line.worker = name
        return made, f"{PREFIX}_{token_id}_{key}"


def revoke_token(door: Door, token_id: str) -> None:
    """The token is worth nothing from now on. Raises NotFound, Refused. Three round trips."""
    with door.act("revoke_token") as line:
        found = access.token(door.writer, token_id)
        with door.writer.pipeline() as pipe:
            pipe.hdel(_keys.TOKENS, token_id).hdel(_keys.TOKENS_USED, token_id).incr(_keys.ACCESS_VERSION)
            removed, *_ = pipe.execute()
        if not removed:
            raise NotFound("There is no such token (any more).", fix="Look at the tokens as they are now.")
        line.worker = found.name if found else token_id


def use_token(writer: redis.Redis, token_id: str, now_ms: int) -> None:
    """Note its use. One round trip; whoever calls sees to it that it is once in USE_EVERY."""
    writer.hset(_keys.TOKENS_USED, token_id, now_ms)
