"""What somebody may see and do: a role, and the queues and functions that it is narrowed to. No I/O, no Flask.

docs/security.md says what each role may. Everything that leaves the server asks here: pages of lists, events, boards,
searches, logs, files; and `webapp.actions.door.authorize` asks before each action.
"""

import json
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

#: From the least to the most.
ROLES = ("viewer", "operator", "admin")
#: What an operator may not: it concerns everybody's workers, or other users.
ADMIN_VERBS = frozenset(
    {"add_worker", "end_worker_now", "kill", "resume_all", "revoke_token", "shut_down", "sign_out_user", "suspend"}
    | {"add_token"}
)
#: What somebody who may only look may do all the same: it changes nothing but our own capped keys.
VIEWER_VERBS = frozenset({"search", "stop_search"})
ALL = ("*",)


@dataclass(frozen=True)
class Rights:
    """Hashable, so that what was made for these rights is made once for all who have the same."""

    role: str
    #: Patterns of queue names, with `*` and `?` as in a shell.
    queues: tuple[str, ...] = ALL
    #: Patterns of dotted function names: `jobs.*`, `shop.mail.send`.
    functions: tuple[str, ...] = ALL

    @property
    def is_narrowed(self) -> bool:
        """Whether there are jobs that they do not cover."""
        return "*" not in self.queues or "*" not in self.functions

    @property
    def sight(self) -> "Rights":
        """What is seen with these rights, the role left out: EVERYTHING itself where nothing is narrowed."""
        return replace(self, role=ROLES[0]) if self.is_narrowed else EVERYTHING

    def may(self, verb: str) -> bool:
        """Whether the role allows `verb`, on what the rights cover."""
        if verb in VIEWER_VERBS:
            return True
        least = "admin" if verb in ADMIN_VERBS else "operator"
        return ROLES.index(self.role) >= ROLES.index(least)

    def sees_queue(self, name: str) -> bool:
        return _matches(self.queues, name)

    def sees_function(self, name: str | None) -> bool:
        """A function whose name cannot be read is covered by `*` alone."""
        return "*" in self.functions or (name is not None and _matches(self.functions, name))

    def sees_job(self, queue: str | None, function: str | None) -> bool:
        """A job that names no queue is covered by `*` alone."""
        return ("*" in self.queues or (queue is not None and self.sees_queue(queue))) and self.sees_function(function)


#: Of whoever uses an installation without users.
EVERYTHING = Rights("admin")


#: Of whom it cannot be told what they see.
NOTHING = Rights(ROLES[0], (), ())


def stored(rights: Rights) -> str:
    """What is seen with these rights, as it is kept beside what somebody has asked for; "" where that is all."""
    return json.dumps([rights.queues, rights.functions]) if rights.is_narrowed else ""


def read(text: str | None) -> Rights:
    """The sight that `stored` has written; nothing is seen where that cannot be read."""
    try:
        if not text:
            return EVERYTHING
        queues, functions = json.loads(text)
        return Rights(ROLES[0], tuple(map(str, queues)), tuple(map(str, functions))).sight
    except (ValueError, TypeError):
        return NOTHING


def covers(rights: Rights, asked_with: Rights) -> bool:
    """Whether who has `rights` may see what was found or done with `asked_with`.

    Patterns are not compared: it is theirs who see the same, and of those who see all.
    """
    return not rights.is_narrowed or rights.sight == asked_with


def _matches(patterns: tuple[str, ...], name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
