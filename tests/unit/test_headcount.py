"""Numbers told by subscriptions: what each server subscribes to adds up to what all of them have."""

from collections import Counter

import pytest
from redis.exceptions import NoPermissionError

from webapp import headcount
from webapp.headcount import CHANNELS, PAGES_MAX, UNKNOWN, Headcount


def numsub(*pages: int) -> list[tuple[bytes, int]]:
    """What Redis answers when servers with so many open pages each have told it."""
    subscribers = Counter(channel for open_here in pages for channel in headcount.channels(open_here))
    return [(channel.encode(), subscribers[channel]) for channel in CHANNELS]


@pytest.mark.parametrize("pages", [(), (0,), (1,), (3, 5), (4000, 0, 1, 1, 1), (PAGES_MAX, PAGES_MAX)])
def test_the_sum_is_that_of_all_servers(pages):
    assert headcount.counted(numsub(*pages)) == Headcount(len(pages), sum(pages))


def test_more_pages_than_there_are_digits_for_are_the_most_that_can_be_told():
    assert headcount.counted(numsub(PAGES_MAX + 2)) == Headcount(1, PAGES_MAX)


@pytest.mark.parametrize("reply", [None, NoPermissionError("no"), [], [(b"rq:live:servers", 1)]])
def test_what_redis_did_not_say_is_not_known(reply):
    assert headcount.counted(reply) == UNKNOWN
