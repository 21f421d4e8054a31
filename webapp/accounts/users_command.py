"""`python -m webapp users add|list|remove`: the users' file, written whole, readable by its owner only."""

import argparse
import getpass
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from webapp.accounts import passwords, people
from webapp.accounts.people import BadUsers, Person
from webapp.config import ROLES, USERS_FILE

ROOT = Path(__file__).resolve().parents[2]
HEAD = """\
# Users of RQ Live, see docs/security.md. Written by `python -m webapp users`; a change counts at once.
"""


def main(argv: Sequence[str]) -> int:
    """Do what the command line says; returns the exit code. Prints what was wrong, with the next step."""
    asked = _parser().parse_args(argv)
    path = ROOT / (asked.file or os.environ.get("RQLIVE_USERS_FILE") or USERS_FILE)
    try:
        return {"add": _add, "list": _list, "remove": _remove}[asked.deed](path, asked)
    except (BadUsers, OSError) as problem:
        print(f"Nothing was changed: {problem}", file=sys.stderr)
        return 1


def _add(path: Path, asked: argparse.Namespace) -> int:
    """A user who is there already gets what is given, and a new password."""
    known = _read(path)
    person = Person(asked.name, people.rights(asked.role, *map(tuple, (asked.queues, asked.functions))))
    if not people.NAME.fullmatch(asked.name):
        raise BadUsers(f"{asked.name[:80]!r} is no name. Use at most 64 letters, digits and . _ @ + -")
    if not (asked.no_password or asked.name.startswith("@")):
        person = replace(person, password=passwords.hash_of(_password()))
    is_new, is_first = asked.name not in known, not known
    _write(path, {**known, asked.name: person})
    print(f"{asked.name} is {'a new' if is_new else 'now'} {asked.role} in {path}.")
    if is_first:
        print("Start RQ Live anew: from then on it asks who you are.")
    return 0


def _list(path: Path, asked: argparse.Namespace) -> int:
    for person in _read(path).values():
        rights = person.rights
        reach = [f"{kind} {', '.join(of)}" for kind, of in (("queues", rights.queues), ("functions", rights.functions))]
        narrowed = "; ".join(one for one in reach if not one.endswith(" *"))
        how = "group" if person.name.startswith("@") else "password" if person.password else "logs in elsewhere"
        print(f"{person.name:20} {rights.role:10} {how:18} {narrowed}".rstrip())
    return 0


def _remove(path: Path, asked: argparse.Namespace) -> int:
    known = _read(path)
    if asked.name not in known:
        raise BadUsers(f"there is no {asked.name[:80]!r} in {path}. `python -m webapp users list` names all.")
    _write(path, {name: person for name, person in known.items() if name != asked.name})
    print(f"{asked.name} is gone from {path}, and logged out within seconds.")
    return 0


def _password() -> str:
    """Asked twice in a terminal, read from a pipe otherwise."""
    if not sys.stdin.isatty():
        given = sys.stdin.readline().rstrip("\n")
    else:
        given = getpass.getpass("Password: ")
        if getpass.getpass("Once more: ") != given:
            raise BadUsers("the two were not the same. Try again.")
    if not passwords.LEAST <= len(given) <= passwords.MOST:
        raise BadUsers(f"a password has {passwords.LEAST} characters at least. Use a longer one.")
    return given


def _read(path: Path) -> dict[str, Person]:
    try:
        return dict(people.parse(path.read_text(), str(path)).persons)
    except FileNotFoundError:
        return {}


def _write(path: Path, persons: dict[str, Person]) -> None:
    """The file is the old or the new one, never half of it; nobody else may read it at any moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".users-")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(HEAD + "".join(_table(person) for person in persons.values()))
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _table(person: Person) -> str:
    """JSON's texts and lists are TOML's too."""
    fields: dict[str, object] = {"role": person.rights.role}
    for name in ("queues", "functions"):
        patterns = getattr(person.rights, name)
        fields |= {} if patterns == ("*",) else {name: list(patterns)}
    fields |= {"password": person.password} if person.password else {}
    lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in fields.items())
    return f"\n[{json.dumps(person.name)}]\n{lines}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m webapp users", description="Who may log in, and what they may.")
    parser.add_argument("--file", help=f"the users' file; RQLIVE_USERS_FILE, or {USERS_FILE}")
    deeds = parser.add_subparsers(dest="deed", required=True)
    add = deeds.add_parser("add", help="a new user, or a new password and role for one that is there")
    add.add_argument("name", help="a name; @group for a group of an OpenID provider")
    add.add_argument("--role", choices=ROLES, default="viewer", help="viewer unless given")
    add.add_argument("--queues", nargs="+", default=["*"], metavar="PATTERN", help="only these queues: 'mail-*'")
    add.add_argument("--functions", nargs="+", default=["*"], metavar="PATTERN", help="only these: 'shop.mail.*'")
    add.add_argument("--no-password", action="store_true", help="for somebody whom a proxy names")
    deeds.add_parser("list", help="who there is")
    deeds.add_parser("remove", help="somebody is a user no more").add_argument("name")
    return parser
