"""Fans events out to those who watch them: one bounded mailbox a socket, what is published together encoded once for
all who have the same rights. No I/O.

A mailbox holds the newest event of each kind, so a slow reader gets the present and not the past, and one that
stops reading costs a bounded amount until its socket gives up.
"""

import threading
from collections.abc import Callable, Iterable
from itertools import groupby
from operator import attrgetter

from webapp.live.batch import Batch, join
from webapp.live.events import EVERYONE, Event
from webapp.rights import EVERYTHING, Rights

#: Events that wait for one socket: two hundred rows, the overview of a large installation, and some log.
MAILBOX_MAX = 4_000


class Subscription:
    """The mailbox of one socket, and the topics that it watches. Made by `Hub.subscribe`."""

    def __init__(self, wake: Callable[[], None], page: bool = False, rights: Rights = EVERYTHING) -> None:
        self.wake = wake
        self.page = page
        #: What its owner sees, see `Rights.sight`.
        self.rights = rights.sight
        #: What waits, by the keys of batches; where it is one batch and nothing else, only that.
        self._mailbox: dict[object, Event] = {}
        self._batch: Batch | None = None
        self.topics: frozenset[str] = frozenset({EVERYONE})
        #: Its mailbox overflowed, or was renewed: what it shows is not the present until it watches again.
        self.overflowed = False
        #: It is to be greeted again: what it was told before looks newer than it is.
        self.renewed = False
        #: The server ends.
        self.closing = False

    def put(self, event: Event) -> None:
        """Leave an event. One with the same key that was not taken yet is replaced, and goes to the end."""
        self.put_all(Batch([event]))

    def put_all(self, batch: Batch) -> None:
        """Leave these events, as `put` does with each. Who reads in time is left the batch as it is: O(1)."""
        if self.overflowed:
            return
        if self._batch is None and not self._mailbox:
            self._batch = batch
        else:
            self._unpack()
            for key, event in batch.events.items():
                self._mailbox.pop(key, None)
                self._mailbox[key] = event
        if len(self._mailbox) > MAILBOX_MAX or len(batch.events) > MAILBOX_MAX:
            self._empty()
            self.overflowed = True
        self.wake()

    def renew(self) -> None:
        """Have it begin again with what is true now."""
        self._empty()
        self.overflowed = self.renewed = True
        self.wake()

    def take(self) -> list[Event]:
        """All events that wait, oldest first; the mailbox is empty afterwards."""
        self._unpack()
        mailbox = self._mailbox
        self._empty()
        return list(mailbox.values())

    def take_payload(self) -> bytes:
        """The same, joined as they stand in a frame; b"" where none wait. O(1) for who reads in time."""
        batch = self._batch
        payload = batch.payload if batch is not None else join(self._mailbox.values())
        self._empty()
        return payload

    def _unpack(self) -> None:
        if self._batch is not None:
            self._mailbox, self._batch = dict(self._batch.events), None

    def _empty(self) -> None:
        self._batch = None
        if self._mailbox:
            self._mailbox = {}

    def close(self) -> None:
        self.closing = True
        self.wake()


class Hub:
    """Who watches what. One per web process; its lock is held for memory operations only."""

    def __init__(self) -> None:
        #: Open pages among the subscribers; the others are requests that wait for a job's end.
        self.pages = 0
        self._lock = threading.Lock()
        self._subscriptions: set[Subscription] = set()
        self._by_topic: dict[str, dict[Rights, set[Subscription]]] = {}
        #: The server ends.
        self.closing = False

    def __len__(self) -> int:
        return len(self._subscriptions)

    def subscribe(self, wake: Callable[[], None], page: bool = False, rights: Rights = EVERYTHING) -> Subscription:
        """A new mailbox that hears what concerns everyone. `wake` is called after each put, by any thread.

        `page`: it is that of an open page, which is counted in `pages`. `rights`: it hears nothing beyond them.
        """
        subscription = Subscription(wake, page, rights)
        with self._lock:
            self.pages += page
            self._subscriptions.add(subscription)
            self._join(subscription, EVERYONE)
        if self.closing:
            subscription.close()
        return subscription

    def watch(self, subscription: Subscription, topics: Iterable[str]) -> set[str]:
        """Replace what the subscription watches; returns what it did not watch before."""
        wanted = frozenset(topics) | {EVERYONE}
        with self._lock:
            if subscription not in self._subscriptions:
                return set()
            for topic in subscription.topics - wanted:
                self._leave(subscription, topic)
            added = wanted - subscription.topics
            for topic in added:
                self._join(subscription, topic)
            subscription.topics = wanted
        return set(added)

    def unsubscribe(self, subscription: Subscription) -> None:
        with self._lock:
            self.pages -= subscription.page and subscription in self._subscriptions
            self._subscriptions.discard(subscription)
            for topic in subscription.topics:
                self._leave(subscription, topic)

    def topics(self) -> set[str]:
        """What anyone watches now."""
        return set(self._by_topic)

    def audiences(self, topic: str) -> set[Rights]:
        """With which rights this topic is watched now; O(different rights)."""
        with self._lock:
            return set(self._by_topic.get(topic, ()))

    def publish(self, events: Iterable[Event], only: Rights | None = None) -> None:
        """Put each event into the mailboxes of those who watch its topic. No I/O.

        O(events + watchers) for events of one topic that follow each other, and for who reads in time.
        `only`: they were made for who has these rights, and nobody else is told.
        """
        for topic, together in groupby(events, attrgetter("topic")):
            told = list(together)
            with self._lock:
                found = self._by_topic.get(topic, {})
                watchers = [(rights, list(those)) for rights, those in found.items() if only in (None, rights)]
            for rights, those in watchers:
                self._put(told if only is not None else [event.within(rights) for event in told], those)

    @staticmethod
    def _put(told: list[Event | None], watchers: list[Subscription]) -> None:
        batch = Batch(event for event in told if event is not None)
        for subscription in watchers if batch.events else ():
            subscription.put_all(batch)

    def renew_pages(self) -> None:
        """Have every open page begin again with what is true now."""
        with self._lock:
            pages = [subscription for subscription in self._subscriptions if subscription.page]
        for page in pages:
            page.renew()

    def close(self) -> None:
        """Tell every socket, now and later, that the server ends."""
        self.closing = True
        with self._lock:
            subscriptions = list(self._subscriptions)
        for subscription in subscriptions:
            subscription.close()

    def _join(self, subscription: Subscription, topic: str) -> None:
        self._by_topic.setdefault(topic, {}).setdefault(subscription.rights, set()).add(subscription)

    def _leave(self, subscription: Subscription, topic: str) -> None:
        audiences = self._by_topic.get(topic, {})
        watchers = audiences.get(subscription.rights, set())
        watchers.discard(subscription)
        if not watchers:
            audiences.pop(subscription.rights, None)
        if not audiences:
            self._by_topic.pop(topic, None)
