"""The one door for writes: who acts, whether they may, and the line it leaves in the activity. No Flask in here."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import redis

from jobs import _keys
from webapp.config import Config
from webapp.errors import Refused, StateChanged

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Actor:
    """Who asks for an action."""

    #: The login's user name, or "anyone" where there is no login.
    name: str
    #: Where the request came from.
    address: str


@dataclass
class Entry:
    """The line that an action will leave; the action may still correct it."""

    job: str
    outcome: str = "done"


@dataclass(frozen=True)
class Door:
    """What every action needs, made anew for each request."""

    writer: redis.Redis
    config: Config
    actor: Actor

    def authorize(self, verb: str, job: str | None = None, queue: str | None = None) -> None:
        """See `authorize`."""
        authorize(self.config, self.actor, verb, job, queue)

    @contextmanager
    def act(self, verb: str, job: str = "", queue: str | None = None) -> Iterator[Entry]:
        """Authorize, then do what stands in the block; leaves one line of activity, also where it was refused.

        Raises Refused before the block where the actor may not. One round trip more than the block.
        """
        self.authorize(verb, job or None, queue)
        entry = Entry(job)
        try:
            yield entry
        except (Refused, StateChanged) as refusal:
            self._record(verb, entry.job, refusal.code)
            raise
        self._record(verb, entry.job, entry.outcome)

    def _record(self, verb: str, job: str, outcome: str) -> None:
        line = {"at": time.time_ns() // 1_000_000, "actor": self.actor.name, "action": verb}
        line |= {"job": job, "outcome": outcome}
        try:
            self.writer.xadd(_keys.ACTIVITY, line, maxlen=_keys.ACTIVITY_MAX, approximate=True)
        except redis.RedisError:
            # The action itself is done: to answer with an error would invite a second one.
            log.warning("%s of %s left no line of activity", verb, job, exc_info=True)


def authorize(config: Config, actor: Actor, verb: str, job: str | None = None, queue: str | None = None) -> None:
    """Return where `actor` may do `verb` to this job or queue; raise Refused otherwise. The only place that decides.

    Whoever has passed the password may do all, on a Redis that we may write at all.
    """
    if not config.may_write:
        raise Refused(
            f"This Redis was given to be looked at only: {verb.replace('_', ' ')} is not allowed.",
            fix="Start with RQLIVE_WRITE=1 to allow actions.",
            code="look_only",
        )
