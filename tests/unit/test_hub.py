"""The hub: everybody hears what he watches, the present and not the past, and nobody costs without bound."""

import threading

from webapp.live.events import EVERYONE, Event
from webapp.live.hub import MAILBOX_MAX, Hub, Subscription


def event(topic: str, key: object = 0, **body: object) -> Event:
    return Event(topic, key if key is None else (topic, key), {"type": topic, **body})


def subscribe(hub: Hub, *topics: str) -> Subscription:
    made = hub.subscribe(lambda: None)
    hub.watch(made, topics)
    return made


def test_each_hears_what_it_watches():
    hub = Hub()
    first, second = subscribe(hub, "a"), subscribe(hub, "a", "b")
    hub.publish([event("a"), event("b"), event("c")])
    assert [found.topic for found in first.take()] == ["a"]
    assert [found.topic for found in second.take()] == ["a", "b"]


def test_what_concerns_everyone_is_heard_without_a_watch():
    hub = Hub()
    subscription = hub.subscribe(lambda: None)
    hub.publish([event(EVERYONE)])
    assert len(subscription.take()) == 1


def test_an_event_with_the_same_key_is_replaced_and_goes_to_the_end():
    hub = Hub()
    subscription = subscribe(hub, "a")
    hub.publish([event("a", 1, n=1), event("a", 2, n=2), event("a", 1, n=3)])
    assert [found.body["n"] for found in subscription.take()] == [2, 3]
    assert subscription.take() == []


def test_events_without_a_key_all_count():
    hub = Hub()
    subscription = subscribe(hub, "a")
    hub.publish([event("a", None, n=number) for number in range(5)])
    assert [found.body["n"] for found in subscription.take()] == [0, 1, 2, 3, 4]


def test_a_watch_is_replaced_whole_and_tells_what_is_new():
    hub = Hub()
    subscription = hub.subscribe(lambda: None)
    assert hub.watch(subscription, ["a", "b"]) == {"a", "b"}
    assert hub.watch(subscription, ["b", "c"]) == {"c"}
    assert hub.watch(subscription, ["b", "c"]) == set()
    hub.publish([event("a"), event("c")])
    assert [found.topic for found in subscription.take()] == ["c"]
    assert hub.topics() == {EVERYONE, "b", "c"}


def test_topics_that_nobody_watches_are_forgotten():
    hub = Hub()
    subscriptions = [subscribe(hub, f"row:{number}", "overview") for number in range(50)]
    for subscription in subscriptions:
        hub.unsubscribe(subscription)
    assert hub.topics() == set()
    assert len(hub) == 0
    assert not hub._by_topic


def test_pages_are_counted_and_requests_that_wait_are_not():
    hub = Hub()
    page, waiting = hub.subscribe(lambda: None, page=True), hub.subscribe(lambda: None)
    assert (hub.pages, len(hub)) == (1, 2)
    hub.unsubscribe(waiting)
    hub.unsubscribe(page)
    hub.unsubscribe(page)
    assert hub.pages == 0


def test_who_has_left_can_watch_no_more():
    hub = Hub()
    subscription = subscribe(hub, "a")
    hub.unsubscribe(subscription)
    hub.unsubscribe(subscription)
    assert hub.watch(subscription, ["b"]) == set()
    assert hub.topics() == set()


def test_a_mailbox_that_nobody_empties_is_bounded_and_says_so():
    hub = Hub()
    wakes = []
    subscription = hub.subscribe(lambda: wakes.append(1))
    hub.watch(subscription, ["a"])
    for _ in range(MAILBOX_MAX * 3):
        hub.publish([event("a", None)])
    assert subscription.overflowed
    assert len(subscription.take()) == 0
    assert len(wakes) == MAILBOX_MAX + 1, "whoever sleeps is told of the overflow, and then left alone"


def test_more_at_once_than_a_mailbox_holds_is_an_overflow_too():
    hub = Hub()
    subscription = subscribe(hub, "a")
    hub.publish([event("a", None) for _ in range(MAILBOX_MAX + 1)])
    assert subscription.overflowed
    assert subscription.take_payload() == b""


def test_a_slow_reader_of_the_same_values_never_overflows():
    hub = Hub()
    subscription = subscribe(hub, "a")
    hub.publish([event("a", number % 200, n=number) for number in range(MAILBOX_MAX * 3)])
    assert not subscription.overflowed
    assert len(subscription.take()) == 200


def test_an_end_reaches_who_is_there_and_who_comes_later():
    hub = Hub()
    before = subscribe(hub)
    hub.close()
    after = hub.subscribe(lambda: None)
    assert before.closing
    assert after.closing


def test_an_event_is_encoded_once_however_many_hear_it():
    hub = Hub()
    subscriptions = [subscribe(hub, "a") for _ in range(50)]
    hub.publish([event("a")])
    assert len({id(subscription.take()[0].text) for subscription in subscriptions}) == 1


def test_who_reads_in_time_is_sent_the_very_bytes_that_all_are_sent():
    hub = Hub()
    subscriptions = [subscribe(hub, "a") for _ in range(50)]
    hub.publish([event("a", 1, n=1), event("a", 2, n=2)])
    payloads = [subscription.take_payload() for subscription in subscriptions]
    assert payloads[0] == b'{"type":"a","n":1},{"type":"a","n":2}'
    assert len({id(payload) for payload in payloads}) == 1
    assert subscriptions[0].take_payload() == b""


def test_who_reads_late_is_sent_the_newest_of_each_key_once():
    hub = Hub()
    early, late = subscribe(hub, "a", "b"), subscribe(hub, "a", "b")
    hub.publish([event("a", 1, n=1), event("a", 2, n=2)])
    early.take_payload()
    hub.publish([event("a", 1, n=3), event("b", None, n=4)])
    assert early.take_payload() == b'{"type":"a","n":3},{"type":"b","n":4}'
    assert late.take_payload() == b'{"type":"a","n":2},{"type":"a","n":3},{"type":"b","n":4}'


def test_coming_going_and_publishing_at_once_loses_nothing():
    hub = Hub()
    steady = subscribe(hub, "a")
    stop = threading.Event()

    def come_and_go():
        while not stop.is_set():
            passing = subscribe(hub, "a", "b")
            hub.watch(passing, ["b"])
            hub.unsubscribe(passing)

    threads = [threading.Thread(target=come_and_go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(2_000):
        hub.publish([event("a", number)])
    stop.set()
    for thread in threads:
        thread.join(10)
    assert len(steady.take()) == 2_000
    assert len(hub) == 1
