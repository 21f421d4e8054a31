"""The one door for writes: who acts, whether they may, and the line it leaves in the activity. No Flask in here."""

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import redis

from jobs import _keys
from webapp import outcomes
from webapp.config import Config
from webapp.errors import DashboardError, Refused, StateChanged
from webapp.rights import EVERYTHING, Rights
from webapp.server_name import server_name

log = logging.getLogger(__name__)

#: Verbs that touch nothing but our own capped keys: allowed wherever these may be kept.
OURS = frozenset({"search", "stop_search"})
KEEP_OURS = "Start without RQLIVE_RECORD=0: what a search finds is kept in capped keys of its own."


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
    #: The worker that it is about, where it is about one.
    worker: str = ""
    #: See webapp/outcomes.py.
    outcome: str = outcomes.DONE


@dataclass(frozen=True)
class Door:
    """What every action needs, made anew for each request."""

    writer: redis.Redis
    config: Config
    actor: Actor

    def authorize(self, verb: str, job: str | None = None, queue: str | None = None) -> None:
        """See `authorize`."""
        authorize(self.config, self.actor, verb, job, queue)

    def submitted(self, **more: Any) -> dict[str, str]:
        """The fields of a new job's hash that say who submitted it, and how; see _keys.SUBMITTED_FIELD."""
        how = {"via": self.actor.via, "server": server_name(self.config), "address": self.actor.address} | more
        told = {name: value for name, value in how.items() if value is not None}
        return {_keys.ACTOR_FIELD: self.actor.name, _keys.SUBMITTED_FIELD: json.dumps(told, separators=(",", ":"))}

    @contextmanager
    def act(self, verb: str, job: str = "", queue: str | None = None, worker: str = "") -> Iterator[Entry]:
        """Authorize, then do what stands in the block; leaves one line of activity, also where it was refused.

        Raises Refused before the block where the actor may not: that leaves no line, since a Redis that may only be
        looked at is not written to. Nor does a request that means nothing (BadInput, NotFound), nor one during which
        Redis went away: what became of that, nobody knows. One round trip more than the block.
        """
        self.authorize(verb, job or None, queue)
        entry = Entry(job, queue, worker)
        try:
            yield entry
        except (Refused, StateChanged) as refusal:
            self._record(verb, entry, refusal.code)
            raise
        except (DashboardError, redis.ConnectionError, redis.TimeoutError):
            raise
        except Exception:
            self._record(verb, entry, outcomes.FAILED)
            raise
        self._record(verb, entry, entry.outcome)

    def _record(self, verb: str, entry: Entry, outcome: str) -> None:
        line = {"at": time.time_ns() // 1_000_000, "actor": self.actor.name, "action": verb, "job": entry.job}
        line |= {"queue": entry.queue or "", "outcome": outcome, "server": server_name(self.config)}
        line |= {"address": self.actor.address}
        line |= {"worker": entry.worker} if entry.worker else {}
        try:
            self.writer.xadd(_keys.ACTIVITY, line, maxlen=_keys.ACTIVITY_MAX, approximate=True)
        except redis.RedisError:
            # The action itself is done: to answer with an error would invite a second one.
            log.warning("%s of %s left no line of activity", verb, entry.job, exc_info=True)


def authorize(config: Config, actor: Actor, verb: str, job: str | None = None, queue: str | None = None) -> None:
    """Return where `actor` may do `verb` to this job or queue; raise Refused otherwise. The only place that decides.

    Whoever has passed the password may do all, on a Redis that we may write at all.
    """
    if verb in OURS and config.record:
        return
    if not config.may_write:
        raise Refused(
            f"This Redis was given to be looked at only: {verb.replace('_', ' ')} is not allowed.",
            fix="Start with RQLIVE_WRITE=1 to allow actions." if verb not in OURS else KEEP_OURS,
            code="look_only",
        )
