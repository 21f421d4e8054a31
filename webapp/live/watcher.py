"""The one reader of Redis in a web process: waits for hints, looks, and lets the hub fan out what changed.

At once for the first changes, then at most twenty times a second; once a second without any hint, for what no notice
tells of (a killed worker, an expired hash); and everything that is watched every few seconds, so that a lost notice
makes a pixel late and never wrong. Does nothing while nobody watches.
"""

import logging
import threading
import time
from collections.abc import Callable

from prometheus_client import Histogram
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from webapp import headcount
from webapp.config import Config
from webapp.connections import Connections
from webapp.errors import DashboardError, RedisAway, translate
from webapp.live import events
from webapp.live.easing import Easing
from webapp.live.feed import Feed
from webapp.live.health import HealthBook
from webapp.live.hub import Hub
from webapp.live.interest import Dirty
from webapp.live.looks import Looks
from webapp.live.pace import Pace
from webapp.live.patience import LATE, Patience
from webapp.live.waiter import Waiter
from webapp.models_overview import Overview
from webapp.offload import HubBreather
from webapp.queries.clock import RedisClock
from webapp.queries.liveness import Liveness

log = logging.getLogger(__name__)

#: Seconds between looks without a hint.
TICK = 1.0
#: Seconds between looks at everything that is watched.
RECONCILE = 5.0
#: Seconds that a request waits for a look.
LOOK_TIMEOUT = 6.0
#: How long looks take, for /metrics.
LOOK_SECONDS = ("rqlive_look_seconds", "Time that a look at Redis takes")
LOOK_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)


class Watcher:
    """Starts its thread and its feed on first use."""

    def __init__(
        self,
        connections: Connections,
        config: Config,
        hub: Hub,
        looks: Looks,
        liveness: Liveness,
        clock: RedisClock,
        process: str,
        easing: Easing,
        on_change: Callable[[Dirty], None] = lambda dirty: None,
        on_turn: Callable[[], None] = lambda: None,
    ) -> None:
        self._connections, self._hub, self._looks = connections, hub, looks
        self._liveness = liveness
        self._tell_change = on_change
        self._easing = easing
        self._tell_turn = on_turn
        self._clock, self._turns = clock, 0
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._dirty = Dirty()
        self._asked: set[str] = set()
        self._waiting: list[Waiter] = []
        self._started = False
        self._stopping = False
        self._looked_at = self._ticked_at = self._reconciled_at = float("-inf")
        #: When the look that read the overview began, and when this process last changed something.
        self._read_at = self._acted_at = float("-inf")
        self._pace = Pace()
        self._unannounced = False
        self._error: RedisError | None = None
        self._last: Overview | None = None
        self.feed = Feed(
            connections,
            self._on_change,
            mode=config.feed,
            channels=lambda: headcount.channels(hub.pages),
            process=process,
            may_probe=config.record,
            doze=self._pace.doze,
        )
        self.health = HealthBook(config, clock, connections.memory, easing)
        self.look_seconds = Histogram(*LOOK_SECONDS, registry=None, buckets=LOOK_BUCKETS)
        self._patience = Patience(self._on_late_look)

    def start(self) -> None:
        """Start thread and feed, once. Never in create_app: threads do not survive gunicorn's fork."""
        with self._lock:
            if self._started:
                return
            self._started = True
        self.feed.start()
        self._patience.start()
        threading.Thread(target=self._run, name="rqlive-watcher", daemon=True).start()

    def stop(self) -> None:
        """End thread and feed; returns at once."""
        self._stopping = True
        self.feed.stop()
        self._patience.stop()
        self._wake.set()

    def ask(self, topics: set[str]) -> None:
        """Read these topics at the next look, which is now."""
        self.start()
        with self._lock:
            self._asked |= topics
        self._wake.set()

    def acted(self) -> None:
        """This process has just changed something: who asks next is told of it, though no notice has come yet."""
        self._acted_at = time.monotonic()

    def overview(self, max_age: float = 0.0) -> Overview:
        """The overview, at most a tick old. Costs a look only where nobody watches. Raises DashboardError.

        `max_age`: seconds for which an older one will do, whatever has changed since.
        """
        self.start()
        if self._last is not None and time.monotonic() - self._looked_at < max_age and not self._error:
            return self._last
        current, knows_all = self._looks.overview, not self._dirty and self._read_at > self._acted_at
        if current is not None and knows_all and time.monotonic() - self._looked_at < TICK and not self._error:
            return current
        waiter = Waiter()
        with self._lock:
            self._dirty.everything |= self._read_at <= self._acted_at
            self._waiting.append(waiter)
        self._wake.set()
        if not waiter.done.wait(LOOK_TIMEOUT):
            raise RedisAway("Redis did not answer in time.")
        if waiter.found is None:
            raise translate(waiter.error) if waiter.error else DashboardError("No overview could be read.")
        return waiter.found

    def _on_change(self, keys: list[bytes] | None) -> None:
        for some in [None] if keys is None else HubBreather().portions(keys):
            with self._lock:
                self._dirty.add(some)
        self._wake.set()

    def _run(self) -> None:
        while True:
            self._wake.wait(self._pause())
            self._wake.clear()
            if self._stopping:
                return
            if not len(self._hub) and not self._waiting:
                self._rest()
                continue
            self._pace.begin()
            time.sleep(self._pace.rest_after(self._look_guarded(), self._easing.gap))

    def _pause(self) -> float:
        """Seconds until the next look without a hint."""
        return max(0.0, TICK - (time.monotonic() - self._ticked_at)) if len(self._hub) else TICK

    def _rest(self) -> None:
        with self._lock:
            self._dirty = Dirty(everything=True)
        self._looks.forget()
        self._pace.sleep()
        self._wake.wait()

    def _look_guarded(self) -> float:
        """One look whatever happens; returns the seconds that it took."""
        started, known = time.monotonic(), self._looks.overview
        with self._lock:
            # Who comes during the look waits for the next one: this one may have read before what he knows of.
            waiting, self._waiting = self._waiting, []
        self._patience.begin()
        try:
            self._look(bool(waiting))
            self._note_success()
        except RedisError as error:
            self._note_outage(error)
        except Exception:
            log.exception("A look failed; the next one starts afresh")
            self._dirty.everything = True
        self._patience.end()
        before, self._looked_at = self._looked_at, time.monotonic()
        self._last = self._looks.overview
        self._read_at = started if self._last is not known else self._read_at
        if self._looks.waited is not None:
            self._easing.took(self._looks.waited, self._looked_at - before)
        self._publish_health()
        for waiter in waiting:
            waiter.error, waiter.found = self._error, None if self._error else self._looks.overview
            waiter.done.set()
        self.look_seconds.observe(self._looked_at - started)
        return self._looked_at - started

    def _look(self, waited_for: bool) -> None:
        now = time.monotonic()
        with self._lock:
            dirty, self._dirty = self._dirty, Dirty()
            asked, self._asked = self._asked, set()
        announced = bool(dirty)
        self._begin_anew_after_turn(dirty)
        if now - self._reconciled_at >= RECONCILE:
            dirty.is_routine = not dirty.everything
            dirty.everything = True
        try:
            dirty.is_tick = dirty.everything or now - self._ticked_at >= 0.9 * TICK
            self._ticked_at = now if dirty.is_tick else self._ticked_at
            due = dirty.is_tick or waited_for or self._looks.overview is None
            due = due or dirty.counts or self._looks.runs(dirty.jobs)
            changed = self._looks.look(self._connections.reader, dirty, self._hub.topics(), asked, due)
        except RedisError:
            # What was not read is read when Redis answers again.
            self._dirty.everything = True
            raise
        self._tell_change(dirty)
        if self._looks.unfinished:
            self.ask(self._looks.unfinished)
        if dirty.everything:
            self._reconciled_at = now
            self.health.reconciled()
        self._judge_feed(announced, changed)

    def _begin_anew_after_turn(self, dirty: Dirty) -> None:
        """Pages keep the newer value of each thing: after Redis' clock was set back they would keep the old ones."""
        if self._clock.turns != self._turns:
            self._turns, dirty.everything = self._clock.turns, True
            self._looks.forget()
            self._tell_turn()
            self._hub.renew_pages()

    def _judge_feed(self, announced: bool, changed: bool) -> None:
        """Tell a feed that cannot prove itself when changes come unannounced for a whole tick."""
        if announced:
            self._unannounced = False
            self.feed.heard()
        elif self._unannounced:
            self._unannounced = False
            self.feed.missed()
        elif changed and self.feed.status.proved_at is None:
            self._unannounced = True

    def _note_success(self) -> None:
        if self._error is not None:
            self._error = None
            self._liveness.redis_returned()

    def _note_outage(self, error: RedisError) -> None:
        if self._error is None:
            log.warning("Redis does not answer: %s", error)
        self._error = error

    def _on_late_look(self) -> None:
        """In a thread of its own; the look may still succeed, and says so then."""
        self._note_outage(RedisTimeoutError(f"no answer within {LATE:.0f} s"))
        self._publish_health()

    def _publish_health(self) -> None:
        reconnected = self.health.update(self._error, self.feed.status, self._looks.overview, self._hub.pages)
        if reconnected:
            self._liveness.redis_returned()
        if self.health.worth_telling():
            self._hub.publish([events.health(self.health.current)])
