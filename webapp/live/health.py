"""How true the page is: keeps the book on each hop between it and Redis. No I/O."""

import time

from redis.exceptions import RedisError

from webapp.config import Config
from webapp.errors import translate
from webapp.headcount import UNKNOWN, Headcount, with_ours
from webapp.live.easing import Easing
from webapp.live.feed import FeedStatus
from webapp.memory import Memory
from webapp.models_overview import Health, Overview
from webapp.queries.clock import RedisClock
from webapp.redis_address import short_address

#: Seconds after which an unchanged health is told again, so that its ages can be trusted.
REPEAT = 5.0
#: Seconds between two words on how many servers and pages there are.
COUNT_INTERVAL = 1.0
#: Modes in which the feed hears or samples; in the others it is connecting.
LISTENING = ("tracking", "keyspace", "sampling")


class HealthBook:
    """The current health, and whether the pages should hear of it."""

    def __init__(self, config: Config, clock: RedisClock, memory: Memory, easing: Easing) -> None:
        self._clock, self._memory, self._easing = clock, memory, easing
        self._address = short_address(config.redis_url or "redis://localhost:6379/0")
        self._reconciled_at: int | None = None
        self._told_at = float("-inf")
        self._told: Health | None = None
        self._feed_since: float | None = None
        self.current = Health(
            redis="connecting",
            redis_since=clock.now_ms(),
            feed={"mode": "starting", "proved_at": None},
            address=self._address,
        )

    def reconciled(self) -> None:
        """Everything that is watched was read just now."""
        self._reconciled_at = self._clock.now_ms()

    def update(self, error: RedisError | None, feed: FeedStatus, overview: Overview | None, pages: int) -> bool:
        """Take the state of the last look and of the feed; returns whether the feed has just connected anew.

        `pages` are those open on this server; what others told is in the last overview.
        """
        state = "away" if error else "ok"
        since = self.current.redis_since if state == self.current.redis else self._clock.now_ms()
        message = f"{(fault := translate(error)).message} {fault.fix}" if error else feed.message
        proved_at = self._clock.at(feed.proved_at) if feed.proved_at else None
        told = Headcount(overview.servers, overview.pages) if overview else UNKNOWN
        everyone = with_ours(told, pages, feed.announced)
        if error and self.current.servers is not None:
            # The last count has us among it, though we are announced no longer.
            everyone = Headcount(self.current.servers, self.current.pages)
        self.current = Health(
            redis=state,
            redis_since=since,
            feed={"mode": feed.mode, "proved_at": proved_at},
            reconciled_at=self._reconciled_at,
            servers=everyone.servers,
            pages=everyone.pages,
            pages_here=pages,
            address=self._address,
            message=message,
            memory=self._memory.as_json(),
            easing=self._easing.as_json(),
        )
        return self._connected_anew(feed)

    def worth_telling(self) -> bool:
        """Whether something changed that a page shows, or REPEAT is over; then it counts as told."""
        now = time.monotonic()
        if self._told is not None and now - self._told_at < self._patience(self._told):
            return False
        self._told, self._told_at = self.current, now
        return True

    def _patience(self, told: Health) -> float:
        """Seconds that the current health may be held back: a thousand pages that open are no thousand news."""
        if _state(told) != _state(self.current):
            return 0.0
        return COUNT_INTERVAL if _counts(told) != _counts(self.current) else REPEAT

    def _connected_anew(self, feed: FeedStatus) -> bool:
        if feed.mode not in LISTENING or feed.since == self._feed_since:
            return False
        first = self._feed_since is None
        self._feed_since = feed.since
        return not first


def _state(health: Health) -> tuple:
    pressed = (health.memory or {}).get("level"), (health.easing or {}).get("reason")
    return health.redis, health.feed["mode"], health.message, *pressed


def _counts(health: Health) -> tuple:
    return health.servers, health.pages, health.pages_here
