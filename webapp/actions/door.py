"""The one door for writes: who acts, whether they may, and the line it leaves in the activity. No Flask in here."""

import json
import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import redis

from jobs import _keys
from webapp import outcomes
from webapp.actions import reach
from webapp.actions.known_types import KnownTypes
from webapp.actions.reach import About
from webapp.allowance import Allowance
from webapp.config import Config
from webapp.errors import DashboardError, NotAllowed, Refused, StateChanged
from webapp.memory import Memory
from webapp.rights import ADMIN_VERBS, EVERYTHING, Rights
from webapp.server_name import server_name

log = logging.getLogger(__name__)

#: Verbs that touch nothing but our own capped keys: allowed wherever these may be kept.
OURS = frozenset({"search", "stop_search", "add_token", "revoke_token", "sign_out_user"})
KEEP_OURS = "Start without RQLIVE_RECORD=0: this is kept in capped keys of our own."
#: Lines of refusals that one process writes: so many at once, and a second. The rest would push out what was done.
REFUSALS = Allowance(20, 2.0)


@dataclass(frozen=True)
class Actor:
    """Who asks for an action."""

    #: The login's user name, or "anyone" where there is no login.
    name: str
    #: Where the request came from.
    address: str
    #: "page" for what a browser sent, "api" for a program.
    via: str = "api"
    #: What they may see and do.
    rights: Rights = EVERYTHING


@dataclass
class Entry:
    """The line that an action will leave; the action may still correct it."""

    job: str
    queue: str | None = None
    #: The worker that it is about, where it is about one; or the user, or the API token by its name.
    worker: str = ""
    #: See webapp/outcomes.py.
    outcome: str = outcomes.DONE
    #: Whether the script that did it has left the line.
    is_left: bool = False


@dataclass(frozen=True)
class Door:
    """What every action needs, made anew for each request."""

    writer: redis.Redis
    config: Config
    actor: Actor
    #: What tells whether that may be kept which is only ours; one of its own where none is shared.
    memory: Memory = field(default=None)  # type: ignore[assignment]
    #: Job types that were read before.
    types: KnownTypes = field(default_factory=KnownTypes)

    def __post_init__(self) -> None:
        if self.memory is None:
            object.__setattr__(self, "memory", Memory(self.writer))

    def authorize(self, verb: str, job: str = "", queue: str | None = None, function: str | None = None) -> None:
        """See `authorize`: of this job, this queue, or a job of this function in it. Raises NotFound, Refused.

        A refusal for want of rights leaves a line of activity. No round trip; one for narrowed rights and a job.
        """
        about: tuple[About, ...] = ()
        if self.actor.rights.is_narrowed:
            about = reach.about(self.writer, verb, job, queue, function)
        try:
            authorize(self.config, self.actor, verb, about)
        except NotAllowed as refusal:
            if (self.config.may_write or self.config.record) and REFUSALS.spend():
                self.note(verb, refusal.code, job, queue)
            raise

    def unseen(self, ids: Sequence[str]) -> list[str]:
        """Those of these jobs that the actor may not see, or that are not there. One round trip for narrowed rights."""
        rights = self.actor.rights
        return reach.unseen(self.writer, rights, ids) if rights.is_narrowed and ids else []

    def note(self, verb: str, outcome: str, job: str = "", queue: str | None = None) -> None:
        """Leave a line of activity of what was not done through `act`. One round trip."""
        self._record(verb, Entry(job, queue), outcome)

    def submitted(self, **more: Any) -> dict[str, str]:
        """The fields of a new job's hash that say who submitted it, and how; see _keys.SUBMITTED_FIELD."""
        how = {"via": self.actor.via, "server": server_name(self.config), "address": self.actor.address} | more
        told = {name: value for name, value in how.items() if value is not None}
        return {_keys.ACTOR_FIELD: self.actor.name, _keys.SUBMITTED_FIELD: json.dumps(told, separators=(",", ":"))}

    @contextmanager
    def act(self, verb: str, job: str = "", queue: str | None = None, worker: str = "") -> Iterator[Entry]:
        """Authorize, then do what stands in the block; leaves one line of activity, also where it was refused.

        Raises Refused before the block where the actor may not, NotFound for a job that they may not see. A Redis that
        may only be looked at is not written to, so that leaves no line. Nor does a request that means nothing
        (BadInput, NotFound), nor one during which Redis went away: what became of that, nobody knows; nor is a line
        left while Redis is nearly full. One round trip more than the block, unless its script leaves the line; one more
        for narrowed rights, and one where nothing was heard of Redis' memory lately.
        """
        self.authorize(verb, job, queue)
        entry = Entry(job, queue, worker)
        try:
            yield entry
        except NotAllowed:
            # Has left its line already.
            raise
        except (Refused, StateChanged) as refusal:
            self._record(verb, entry, refusal.code)
            raise
        except (DashboardError, redis.ConnectionError, redis.TimeoutError):
            raise
        except Exception:
            self._record(verb, entry, outcomes.FAILED)
            raise
        if not entry.is_left:
            self._record(verb, entry, entry.outcome)

    def line(self, verb: str, entry: Entry) -> list[str]:
        """The line of `entry` as fields and values, for a script that leaves it with what it does; empty where none may
        be kept. No round trip, one where nothing was heard of Redis' memory lately.
        """
        may = self.memory.may_keep()
        return [str(part) for pair in self._told(verb, entry, entry.outcome).items() for part in pair] if may else []

    def left_no_line(self, why: str) -> None:
        """A script did what it was asked to, and could not leave its line: to fail would invite a second one."""
        log.warning("an action left no line of activity: %s", why)

    def _told(self, verb: str, entry: Entry, outcome: str) -> dict[str, Any]:
        line = {"at": time.time_ns() // 1_000_000, "actor": self.actor.name, "action": verb, "job": entry.job}
        line |= {"queue": entry.queue or "", "outcome": outcome, "server": server_name(self.config)}
        line |= {"address": self.actor.address}
        return line | ({"worker": entry.worker} if entry.worker else {})

    def _record(self, verb: str, entry: Entry, outcome: str) -> None:
        try:
            if self.memory.may_keep():
                line = self._told(verb, entry, outcome)
                self.writer.xadd(_keys.ACTIVITY, line, maxlen=_keys.ACTIVITY_MAX, approximate=True)
        except redis.RedisError as error:
            self.memory.noted(error)
            # The action itself is done: to answer with an error would invite a second one.
            log.warning("%s of %r left no line of activity: %s", verb, entry.job, error)


def authorize(config: Config, actor: Actor, verb: str, about: tuple[About, ...] = ()) -> None:
    """Return where `actor` may do `verb` to all of this; raise otherwise. The only place that decides.

    NotFound for what they may not even see, as if it were not there; NotAllowed for what they see and may not do;
    Refused on a Redis that was given to be looked at only.
    """
    rights = actor.rights
    for one in about:
        one.check_seen(rights)
    if not rights.may(verb):
        least = "admin" if verb in ADMIN_VERBS else "operator"
        raise NotAllowed(
            f"{actor.name} is {rights.role} here and may not {verb.replace('_', ' ')}.",
            fix=f"It takes the role {least}: ask who keeps the users of this server.",
        )
    for one in about:
        one.check_covered(rights)
    if verb in OURS and config.record:
        return
    if not config.may_write:
        raise Refused(
            f"This Redis was given to be looked at only: {verb.replace('_', ' ')} is not allowed.",
            fix="Start with RQLIVE_WRITE=1 to allow actions." if verb not in OURS else KEEP_OURS,
            code="look_only",
        )
