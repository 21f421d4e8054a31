"""How many servers share this Redis, and how many pages they have open: told and counted by subscriptions. No I/O.

A web process subscribes to one channel as a server, and to one more for each binary digit that is set in the number of
its open pages. Redis counts the subscribers of each channel, so the sums over all servers are one `PUBSUB NUMSUB` of
fixed length. Nothing is written, so a user who may not write can take part, and nothing must expire: whoever is killed
has no subscriptions any more.
"""

from typing import Any, NamedTuple

from jobs import _keys

#: What is counted in one command, see `counted`.
CHANNELS = (_keys.SERVERS_CHANNEL, *map(_keys.pages_channel, range(_keys.PAGES_BITS)))
PAGES_MAX = (1 << _keys.PAGES_BITS) - 1


class Headcount(NamedTuple):
    """Servers and open pages of one Redis; None where they cannot be known."""

    servers: int | None
    pages: int | None


UNKNOWN = Headcount(None, None)


def channels(pages: int) -> frozenset[str]:
    """What a server with so many open pages is subscribed to."""
    shown = min(pages, PAGES_MAX)
    digits = (_keys.pages_channel(bit) for bit in range(_keys.PAGES_BITS) if shown >> bit & 1)
    return frozenset({_keys.SERVERS_CHANNEL, *digits})


def counted(reply: Any) -> Headcount:
    """What all servers told, from the reply to `PUBSUB NUMSUB` of CHANNELS; UNKNOWN where Redis refused to say."""
    if not isinstance(reply, list) or len(reply) != len(CHANNELS):
        return UNKNOWN
    servers, *digits = (int(count) for _, count in reply)
    return Headcount(servers, sum(count << bit for bit, count in enumerate(digits)))


def with_ours(told: Headcount, pages: int, announced: bool) -> Headcount:
    """All servers and pages: those `told`, and ourselves with `pages`, who are among these where we are `announced`."""
    if told.servers is None or told.pages is None:
        return UNKNOWN
    if announced:
        # They were counted a moment ago, and we tell of a change a moment later.
        return Headcount(max(told.servers, 1), max(told.pages, pages))
    return Headcount(told.servers + 1, told.pages + pages)
