"""One holding of the pauses: parkers in line for each paused queue, timers, and what somebody left half done.

When there is a shift is in `desk.py`; how parkers work in `parkers.py`, how what slips is counted in `slips.py`.
"""

import logging
import selectors
import threading
import time
from typing import Any

from redis.client import PubSub

from jobs import _keys
from webapp.actions import queue_keys, queues, scripts, waiting_line
from webapp.connections import Connections
from webapp.operations.lease import Lease
from webapp.operations.parkers import NAME, Parkers
from webapp.operations.pauses import Pauses
from webapp.operations.shift import Lost
from webapp.operations.slips import Slips
from webapp.queries.clock import RedisClock
from webapp.queries.fields import integer, text

log = logging.getLogger(__name__)

#: A holder that died loses the pauses within this time: jobs start meanwhile.
LIFE_MS = 3_000
#: Seconds between renewals of the lease, and between looks for what no bell has told.
RENEW = 1.0
#: Seconds between looks at the bell, and at the runs of a paused queue where Redis does not tell of them.
LOOK = 0.1
#: Seconds that a line has to stand before its pause begins: a worker that was sent back writes its heartbeat first.
SETTLE = 0.05


class PauseShift:
    """A context: all connections that it opened are closed with it."""

    def __init__(self, _trade: Pauses, connections: Connections, lease: Lease, bell: PubSub) -> None:
        self._writer = connections.writer
        self._lease = lease
        self._bell = bell
        self._clock = RedisClock()
        self._lines: dict[str, Parkers] = {}
        self._selector = selectors.DefaultSelector()
        self._slips = Slips(connections)
        self._sent_at = 0.0

    def __enter__(self) -> "PauseShift":
        self._selector.register(self._slips, selectors.EVENT_READ, None)
        return self

    def __exit__(self, *_: object) -> None:
        for line in self._lines.values():
            line.close()
        self._slips.close()
        self._selector.close()

    def run(self, stopping: threading.Event) -> None:
        """Returns when no queue is paused and nothing is half done, or it is to stop. Raises Lost, redis.RedisError."""
        self._account_for_absence()
        renew_at = listen_at = 0.0
        while not stopping.is_set():
            now = time.monotonic()
            is_due = now >= renew_at
            if is_due:
                renew_at = now + RENEW
                self._renew()
            if (is_due or (now >= listen_at and self._rings())) and not self._tend():
                return
            listen_at = now + LOOK if now >= listen_at else listen_at
            self._wait()
            if any(line.is_short(time.monotonic() - self._sent_at) for line in self._lines.values()):
                self._send_back()

    def _rings(self) -> bool:
        return self._bell.get_message(timeout=0.0) is not None

    def _renew(self) -> None:
        if not self._lease.take():
            raise Lost
        self._clock.absorb(self._writer.time())
        self._writer.set(_keys.PAUSE_BEAT, self._clock.now_ms(), ex=_keys.PAUSE_BEAT_TTL)

    def _account_for_absence(self) -> None:
        """Note on each pause for how long nobody held it: jobs started meanwhile, and not all of them are counted."""
        self._clock.absorb(self._writer.time())
        beat = integer(self._writer.get(_keys.PAUSE_BEAT))
        away = max(0, self._clock.now_ms() - beat) if beat else 0
        for queue in _names(self._writer.smembers(_keys.PAUSED)):
            if self._writer.hget(_keys.pause(queue), "state") == b"paused":
                self._writer.hincrby(_keys.pause(queue), "away_ms", away)

    def _tend(self) -> bool:
        """Take up new pauses, end those that are over, finish what is half done; whether a queue is paused."""
        aside = _names(self._writer.sunion(_keys.ASIDE, _keys.PAUSED))
        pipe = self._writer.pipeline(transaction=False)
        for queue in aside:
            pipe.hmget(_keys.pause(queue), "state", "until")
            pipe.exists(_keys.parked(queue), _keys.resuming(queue))
            pipe.sismember(_keys.PAUSED, queue)
            pipe.hget(_keys.hold(queue), "releasing")
        told = pipe.execute()
        wanted = set()
        for at, queue in enumerate(aside):
            (state, until), parked, is_listed, releasing = told[4 * at : 4 * at + 4]
            if state and until and (integer(until) or 0) <= self._clock.now_ms():
                queues.settle(self._writer, queue, resume=True)
                log.info("The pause of %s is over.", queue)
            elif state:
                wanted.add(queue)
            elif parked or is_listed:
                queues.settle(self._writer, queue, resume=True)
            if releasing:
                self._release(queue, text(releasing) or "")
        self._stand(wanted)
        return bool(wanted)

    def _release(self, queue: str, actor: str) -> None:
        while queues.release_some(self._writer, queue, actor)[0] == b"more":
            pass

    def _stand(self, wanted: set[str]) -> None:
        """Parkers stand in line for these queues and no others."""
        for queue in self._lines.keys() - wanted:
            line = self._lines.pop(queue)
            for descriptor, _ in line.sockets():
                self._selector.unregister(descriptor)
            line.close()
        for queue in sorted(wanted - self._lines.keys()):
            line = self._lines[queue] = Parkers(self._writer, queue, waiting_line.waiting(self._writer, NAME))
            for descriptor, number in line.sockets():
                self._selector.register(descriptor, selectors.EVENT_READ, (line, number))
            self._send_back()
            time.sleep(SETTLE)
            scripts.run(self._writer, "queue_begin", queue_keys.begin(queue), [_keys.SLIPPED_MAX])
            self._slips.look(queue)
            queues.settle(self._writer, queue, resume=False)
            log.info("%s is paused.", queue)

    def _send_back(self) -> None:
        workers = waiting_line.waiting(self._writer, NAME)
        waiting_line.send_back(self._writer, workers)
        self._sent_at = time.monotonic()
        for line in self._lines.values():
            line.renewed(workers)

    def _wait(self) -> None:
        """Let parkers park and take what is told, for LOOK seconds at most."""
        for key, _ in self._selector.select(LOOK):
            if key.data is None:
                self._slips.read()
            else:
                line, number = key.data
                line.read(number)
        self._slips.note(self._lines)
        if self._slips.is_deaf:
            for queue in self._lines:
                self._slips.look(queue)


def _names(members: Any) -> list[str]:
    return sorted(text(member) or "" for member in members or ())
