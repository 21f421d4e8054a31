"""Finds out who asks: by an API token, else by what a trusted proxy says, else by the cookie of a login.

One round trip for a token or a cookie, none without users. Knows no Flask, so that an open socket is asked the same.
"""

import hashlib
import hmac
import logging
import time
from collections.abc import Iterable

import redis

from webapp.accounts.attempts import Attempts
from webapp.accounts.identity import Identity
from webapp.accounts.people import Person
from webapp.accounts.roster import Roster
from webapp.accounts.sessions import Claims, Sessions
from webapp.actions import access as changes
from webapp.config import Config
from webapp.queries import access
from webapp.rights import ROLES, Rights

log = logging.getLogger(__name__)

#: Characters of the name of somebody who logged in elsewhere.
NAME_CHARS = 64


class Gate:
    """One per web process."""

    def __init__(self, config: Config, writer: redis.Redis) -> None:
        """Raises ConfigError for users that cannot be used."""
        self.roster = Roster(config)
        self.attempts = Attempts(writer)
        self.max_seconds = config.session_max_hours * 3600
        self._config, self._writer = config, writer
        self._sessions: Sessions | None = None
        self._used: dict[str, int] = {}

    @property
    def sessions(self) -> Sessions:
        """Raises redis.RedisError where the key has to be read first."""
        self._sessions = self._sessions or self._with_key()
        return self._sessions

    def by_cookie(self, value: str) -> Identity | None:
        """Raises redis.RedisError: whether a login was ended must be known."""
        claims = self.sessions.unseal(value)
        if claims is None and self._config.secret is None:
            # The key was lost with a Redis that keeps nothing, and made anew by another server.
            self._sessions = self._with_key()
            claims = self._sessions.unseal(value)
        found = self._of_claims(claims) if claims else None
        return found if found and not self._are_ended([found])[0] else None

    def by_token(self, value: str) -> Identity | None:
        """Who uses this token. One round trip, one more once in a minute."""
        prefix, _, rest = value.partition("_")
        token_id, _, key = rest.partition("_")
        if prefix != changes.PREFIX or not token_id.isalnum() or len(token_id) > 32:
            return None
        found = self._of_token(access.token(self._writer, token_id), key)
        if found:
            self._note_use(token_id)
        return found

    def by_proxy(self, name: str) -> Identity | None:
        """Somebody whom a trusted proxy has let in, where they have a role here."""
        name = "".join(char for char in name if char.isprintable()).strip()[:NAME_CHARS]
        person = self.roster.people.get(name)
        rights = person.rights if person else self._default()
        return Identity(name, rights, "proxy") if name and rights else None

    def person(self, name: str) -> Person | None:
        """Somebody who can log in with a password."""
        found = self.roster.people.get(name)
        return found if found and found.password else None

    def some_hash(self) -> str:
        """A hash to compare the password of nobody with, so that it takes as long as somebody's."""
        return next((one.password for one in self.roster.people.persons.values() if one.password), "")

    def begin(self, claims: Claims) -> Identity | None:
        """Who has just logged in; None where they have no rights here."""
        return self._of_claims(claims)

    def still(self, known: Iterable[Identity]) -> list[Identity | None]:
        """Each as they are now, None for whom nothing is left. At most one round trip, one more for each token."""
        now: list[Identity | None] = [self._again(one) for one in known]
        sessions = [one for one in now if one and one.claims]
        ended = {id(one) for one, over in zip(sessions, self._are_ended(sessions), strict=True) if over}
        return [None if id(one) in ended else one for one in now]

    def _again(self, known: Identity) -> Identity | None:
        if known.is_over:
            return None
        if known.how == "token":
            return self._of_token(access.token(self._writer, known.token_id))
        if known.claims is None:
            return self.by_proxy(known.name)
        found = self._of_claims(known.claims)
        return found and Identity(found.name, found.rights, found.how, known.claims, until=known.until)

    def _of_claims(self, claims: Claims) -> Identity | None:
        if claims.source == "file":
            person = self.person(claims.name)
            rights = person.rights if person and person.mark == claims.mark else None
        else:
            rights = self.of_groups(claims.groups)
        return Identity(claims.name, rights, "session", claims, until=self.sessions.until(claims)) if rights else None

    def names(self, group: str) -> bool:
        """Whether this group of a provider means something here."""
        return f"@{group}" in self.roster.people.persons or group in ROLES

    def of_groups(self, groups: Iterable[str]) -> Rights | None:
        """What a provider's groups give: those of the users' file, else a group that is called as a role."""
        people, groups = self.roster.people, list(groups)
        if any(name.startswith("@") for name in people.persons):
            return people.of_groups(groups) or self._default()
        named = [role for role in ROLES if role in groups]
        return Rights(named[-1]) if named else self._default()

    def _of_token(self, token: access.Token | None, key: str | None = None) -> Identity | None:
        """`key` None: it was shown before."""
        if token is None or (token.until and token.until <= time.time() * 1000):
            return None
        if key is not None and not hmac.compare_digest(hashlib.sha256(key.encode()).hexdigest(), token.digest):
            return None
        if token.source == "file" and not self._is_admin(token.maker):
            # Never more than its maker has.
            return None
        return Identity(token.name, token.rights, "token", None, token.id, token.until and token.until / 1000)

    def _is_admin(self, name: str) -> bool:
        person = self.roster.people.get(name)
        return person is not None and person.rights.role == "admin"

    def _are_ended(self, sessions: list[Identity]) -> list[bool]:
        claims = [one.claims for one in sessions if one.claims]
        return access.are_ended(self._writer, [(one.id, one.user, one.at) for one in claims])

    def _default(self) -> Rights | None:
        return Rights(self._config.default_role) if self._config.default_role else None

    def _with_key(self) -> Sessions:
        idle = self._config.session_idle_minutes * 60
        return Sessions(self._config.secret or changes.secret(self._writer), idle, self.max_seconds)

    def _note_use(self, token_id: str) -> None:
        now = time.time_ns() // 1_000_000
        if now - self._used.get(token_id, 0) < changes.USE_EVERY:
            return
        self._used[token_id] = now
        try:
            changes.use_token(self._writer, token_id, now)
        except redis.RedisError:
            log.warning("The use of token %s was not noted", token_id, exc_info=True)
