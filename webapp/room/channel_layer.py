"""The channel layer: one group that spans all servers. What is sent to it on one is heard on all of them.

What Django Channels does with channels_redis: each client has a channel here (a mailbox of the hub), Redis carries
between servers, and this file joins the two. Nothing of HTTP or of sockets is known here.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import redis

from jobs import _keys
from webapp.errors import translate
from webapp.live.events import Event
from webapp.live.hub import Hub, Subscription
from webapp.room.attendance import Attendance
from webapp.room.loopback import Loopback
from webapp.room.presence import Crowd, Lookers
from webapp.room.relay import Relay
from webapp.speaker import Speaker

log = logging.getLogger(__name__)

#: The topic of the hub that all members watch.
GROUP = "room"


class ChannelLayer:
    """One per web process. Connects to Redis when the first client joins."""

    def __init__(
        self, relay: Relay | Loopback, tell_lookers: Callable[[str, dict], None] = lambda job_id, looking: None
    ) -> None:
        """`tell_lookers` is given a job, and who looks at it, whenever that has changed: for the pages of this one."""
        self._relay = relay
        self._hub = Hub()
        self._lock = threading.RLock()
        self._attendance = Attendance(relay, lambda here: self._tell("here", here), tell_lookers)
        self._said: deque[dict[str, Any]] = deque(maxlen=_keys.ROOM_TOLD)
        #: How far a message goes now: servers, server, away. None before that is known.
        self._reach: str | None = None

    def new_channel(self, wake: Callable[[], None]) -> Subscription:
        """A mailbox for one client; `wake` is called when something was put into it."""
        return self._hub.subscribe(wake)

    def group_add(self, channel: Subscription, speaker: Speaker) -> None:
        """`channel` hears from now on what is said, and first what was said and who is there."""
        with self._lock:
            self._hub.watch(channel, {GROUP})
            self._retell(channel)
            self._attendance.enter(channel, speaker)
            self._relay.listen(self)

    def group_send(self, speaker: Speaker, text: str, ref: str | None = None) -> None:
        """Every channel of the group, on every server, is given this message. Raises DashboardError where Redis did
        not take it. One round trip."""
        try:
            self._relay.send(speaker.name, speaker.by, text, ref)
        except redis.RedisError as error:
            raise translate(error) from error

    def group_discard(self, channel: Subscription) -> None:
        """`channel` hears nothing any more."""
        self._hub.unsubscribe(channel)
        with self._lock:
            self._attendance.leave(channel)
            self._rest_if_empty()

    def look(self, channel: Subscription, job_id: str, speaker: Speaker) -> None:
        """The page of `channel` has this job open, and no other any more: the pages of all servers are told."""
        with self._lock:
            self._attendance.look(channel, job_id, speaker)
            self._relay.listen(self)

    def look_away(self, channel: Subscription) -> None:
        """The page of `channel` has no job open any more. Any number of times."""
        with self._lock:
            self._attendance.look_away(channel)
            self._rest_if_empty()

    def looking(self, job_id: str) -> dict[str, Any] | None:
        """Who looks at a job that somebody here looks at, as it was told last; None before that."""
        return self._attendance.told_lookers.get(job_id)

    def resync(self, channel: Subscription) -> None:
        """The mailbox of a client that reads too slowly overflowed: it goes on with what is true now."""
        with self._lock:
            channel.take()
            channel.overflowed = False
            self._retell(channel)

    def close(self) -> None:
        """Tell every client and the other servers that this one ends."""
        self._hub.close()
        self._relay.stop()
        self._attendance.close()

    def caught_up(self, messages: list[dict[str, Any]]) -> None:
        """See `relay.Ear`."""
        with self._lock:
            self._said = deque(messages, maxlen=_keys.ROOM_TOLD)
            self._set_reach(self._relay.reach)
            self._tell("history", self._history())
        self._attendance.announce_soon()

    def heard(self, message: dict[str, Any]) -> None:
        """See `relay.Ear`."""
        with self._lock:
            self._said.append(message)
            self._tell(None, message)

    def crowd(self, server: str, crowd: Crowd, age: float, lookers: Lookers) -> None:
        """See `relay.Ear`."""
        self._attendance.heard(server, crowd, age, lookers)

    def lost(self, error: redis.RedisError) -> None:
        """See `relay.Ear`."""
        with self._lock:
            if self._reach != "away":
                log.warning("The Room reaches nobody: %s", error)
            self._set_reach("away")

    def rested(self) -> None:
        """See `relay.Ear`. What is said meanwhile is not heard here, and must be read again."""
        with self._lock:
            self._reach = None
        self._attendance.forget()

    def _rest_if_empty(self) -> None:
        if not self._attendance:
            self._relay.rest()

    def _set_reach(self, reach: str) -> None:
        if reach != self._reach:
            self._reach = reach
            self._tell("reach", {"reach": reach})

    def _tell(self, key: str | None, body: dict[str, Any]) -> None:
        self._hub.publish([Event(GROUP, key, body)])

    def _retell(self, channel: Subscription) -> None:
        """Put what is known into one mailbox; nothing before Redis was read, since all are told then."""
        if self._reach is None:
            return
        known = {"reach": {"reach": self._reach}, "history": self._history()}
        if self._attendance.told:
            known["here"] = self._attendance.told
        for key, body in known.items():
            channel.put(Event(GROUP, key, body))

    def _history(self) -> dict[str, Any]:
        oldest = (time.time() - _keys.ROOM_TTL) * 1000
        return {"history": [message for message in self._said if message["at"] >= oldest]}
