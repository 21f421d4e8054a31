"""Which names mean a secret: whole words of snake_case, camelCase, kebab-case and dotted names. Pure."""

import re
from collections.abc import Iterable
from functools import lru_cache

#: Words, or words that follow each other, of which one makes a name secret.
DEFAULTS = (
    *("password", "passwords", "passwd", "pwd", "pass", "passphrase", "passcode", "otp", "cvv"),
    *("secret", "secrets", "token", "tokens", "jwt", "bearer", "signature", "csrf", "xsrf"),
    *("api_key", "apikey", "api_keys", "apikeys", "access_key", "accesskey", "private_key", "privatekey"),
    *("secret_key", "signing_key", "encryption_key", "ssh_key", "master_key"),
    *("auth", "authorization", "credential", "credentials", "creds"),
    *("session", "sessionid", "cookie", "cookies", "dsn", "connection_string", "connectionstring"),
)
#: Words that are run together with others: `userpassword`.
_ENDINGS = ("password", "passwd", "passphrase", "secret", "token", "apikey")
#: A name that ends so tells of a secret, and is none: `TokenExpiredError: …` in a traceback.
_TOLD_OF = frozenset(
    (
        *("error", "errors", "exception", "warning", "expired", "invalid", "failed", "failure", "missing", "denied"),
        *("required", "refused", "revoked", "mismatch", "found", "exit", "interrupt", "enabled", "disabled"),
    )
)
#: Under a name that ends so, a number is no secret.
_COUNTED = frozenset(
    (
        *("count", "limit", "length", "size", "timeout", "ttl", "age", "tokens", "pass", "max", "min"),
        *("index", "expiry", "seconds", "minutes"),
    )
)
#: A part of every name that is secret, in lower case: where none of these stands, no name has to be looked at.
HINTS = (
    *("pass", "pwd", "secret", "token", "key", "auth", "cred", "session", "cookie", "dsn", "jwt", "otp", "cvv"),
    *("bearer", "signature", "csrf", "xsrf", "connection_string", "connection-string", "connectionstring"),
)
#: Characters of a name that are looked at, its last ones.
NAME_CHARS = 100
NAMES_MAX = 10_000

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")


class Names:
    """The names that count as secret: DEFAULTS and `more`."""

    def __init__(self, more: Iterable[str] = ()) -> None:
        phrases = [tuple(_words(name)) for name in (*DEFAULTS, *more)]
        self._phrases = frozenset(filter(None, phrases))
        self._longest = max(map(len, self._phrases))
        self.is_secret = lru_cache(NAMES_MAX)(self._is_secret)
        #: Parts of secret names in lower case. None: there is a name that lower case does not find.
        self.hints: tuple[str, ...] | None = HINTS
        extra = [words[-1] for words in map(_words, more) if words]
        if all(_lies_plain(word) for word in extra):
            self.hints = tuple(dict.fromkeys([*HINTS, *extra]))
        else:
            self.hints = None
        self.byte_hints = tuple(hint.encode() for hint in self.hints or ())

    def hides(self, name: str, value: object) -> bool:
        """Whether `value` under `name` is a secret. What is not set, and a yes or no, never is."""
        if value is None or isinstance(value, bool) or not self.is_secret(name[-NAME_CHARS:]):
            return False
        return not (isinstance(value, int | float) and counts(name))

    def _is_secret(self, name: str) -> bool:
        words = _words(name)
        if not words or words[-1] in _TOLD_OF:
            return False
        if any(word.endswith(_ENDINGS) for word in words):
            return True
        return any(
            tuple(words[at : at + length]) in self._phrases
            for length in range(1, self._longest + 1)
            for at in range(len(words) - length + 1)
        )


def counts(name: str) -> bool:
    """Whether a number under this name only counts: `max_tokens`, `session_timeout`."""
    words = _words(name[-NAME_CHARS:])
    return bool(words) and words[-1] in _COUNTED


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name)]


def _lies_plain(word: str) -> bool:
    """Whether lower case of ASCII finds it in bytes: letters of other alphabets may have a case of their own."""
    return all(char.isascii() or char.upper() == char.lower() for char in word)
