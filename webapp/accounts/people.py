"""Users as they are written down, in TOML: who there is, their password's hash, role, and what it is narrowed to. Pure.

[ada]                                 ["@oncall"]                       # a group, as a provider names it
role = "operator"                     role = "operator"
queues = ["mail-*"]
password = "$argon2id$v=19$…"
"""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from webapp.rights import ALL, ROLES, Rights

NAME = re.compile(r"@?[\w][\w.@+-]{0,63}")
HASH = "$argon2"
FIELDS = frozenset({"role", "queues", "functions", "password"})
PATTERNS_MAX, PATTERN_CHARS = 100, 200


class BadUsers(ValueError):
    """What is written cannot be used. The text says where, and what would work."""


@dataclass(frozen=True)
class Person:
    """One user, or one group of a provider, whose name begins with @."""

    name: str
    rights: Rights
    #: argon2 hash; "" for somebody who logs in elsewhere.
    password: str = ""

    @property
    def mark(self) -> str:
        """Changes with the password, and tells nothing of it: a session carries it."""
        return hashlib.blake2s(self.password.encode(), digest_size=8).hexdigest()


@dataclass(frozen=True)
class People:
    """All of them, by name."""

    persons: Mapping[str, Person] = field(default_factory=dict)

    def get(self, name: str) -> Person | None:
        """The user of this name; a group is none."""
        return None if name.startswith("@") else self.persons.get(name)

    def of_groups(self, groups: Iterable[str]) -> Rights | None:
        """The most that one of these groups gives."""
        found = [self.persons[f"@{name}"].rights for name in groups if f"@{name}" in self.persons]
        return max(found, key=lambda rights: (ROLES.index(rights.role), not rights.is_narrowed), default=None)


def parse(text: str, where: str) -> People:
    """The people that `text` names. Raises BadUsers, which begins with `where`."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadUsers(f"{where} is no TOML: {error}. Correct it, or make it anew with `users add`.") from None
    return People({name: _person(name, table, where) for name, table in tables.items()})


def rights(role: Any, queues: Any = ALL, functions: Any = ALL) -> Rights:
    """Raises BadUsers for what is no role and no patterns, and for an admin of a part only."""
    if role not in ROLES:
        raise BadUsers(f"role must be one of: {', '.join(ROLES)}.")
    found = Rights(role, _patterns("queues", queues), _patterns("functions", functions))
    if role == "admin" and found.is_narrowed:
        raise BadUsers("an admin is one of everything: leave queues and functions out, or use the role operator.")
    return found


def _person(name: str, table: Any, where: str) -> Person:
    if not NAME.fullmatch(name):
        raise BadUsers(f"{where}: {name[:80]!r} is no name. Use at most 64 letters, digits and . _ @ + -")
    if not isinstance(table, dict) or (unknown := sorted(set(table) - FIELDS)):
        what = f"{', '.join(unknown)} means nothing here" if isinstance(table, dict) else "it is no table"
        raise BadUsers(f"{where}: {name}: {what}. Use {', '.join(sorted(FIELDS))}.")
    password = table.get("password", "")
    if not isinstance(password, str) or not password.startswith(HASH if password else ""):
        raise BadUsers(f"{where}: {name}: the password is not a hash. Set it with `python -m webapp users add {name}`.")
    try:
        return Person(name, rights(table.get("role"), table.get("queues", ALL), table.get("functions", ALL)), password)
    except BadUsers as problem:
        raise BadUsers(f"{where}: {name}: {problem}") from None


def _patterns(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not 0 < len(value) <= PATTERNS_MAX:
        raise BadUsers(f'{name} must be a list of 1 to {PATTERNS_MAX} patterns, such as ["mail-*"].')
    if not all(isinstance(one, str) and 0 < len(one) <= PATTERN_CHARS for one in value):
        raise BadUsers(f"{name} must hold texts of at most {PATTERN_CHARS} characters.")
    return tuple(dict.fromkeys(value))
