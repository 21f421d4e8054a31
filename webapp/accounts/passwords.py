"""Passwords: argon2 hashes, made and compared beside the hub. About 50 ms and 64 MB each, so only a few at once."""

import secrets
import threading
from functools import cache
from typing import Any

from webapp.offload import offload

#: Characters of a new password: NIST 800-63B asks for 8 at least, and for no other rule.
LEAST, MOST = 8, 1_000
#: Compared at once by one web process: what guesses cannot take more than 128 MB.
AT_ONCE = threading.BoundedSemaphore(2)


def hash_of(password: str) -> str:
    """The hash to be kept."""
    return offload(_hasher().hash, password)


def fits(stored: str, password: str, like: str = "") -> bool:
    """Whether this password has the hash `stored`. Takes as long for "", nobody's: as for `like`, somebody's hash."""
    with AT_ONCE:
        return offload(_verify, stored or like or _nobody(), password[:MOST]) and bool(stored)


def _verify(stored: str, password: str) -> bool:
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    return _hasher().hash(secrets.token_hex())


@cache
def _hasher() -> Any:
    """Not at the top: a web process without users has no use for it."""
    from argon2 import PasswordHasher

    return PasswordHasher()
