"""How long something waits for a server that does one thing at a time: Redis' thread. The same seed, the same answer.

A command comes whenever a worker or a web process happens to send it (Poisson), is served in the order of coming, and
takes what commands of its kind take. Its wait follows from that of the one before it (Lindley): W' = max(0, W + S - A).
"""

import random
from collections.abc import Sequence
from typing import NamedTuple

#: Commands that are followed; and how far away from the mean formula this is at 90 %: a few percent.
FOLLOWED = 40_000
NEVER = float("inf")


class Service(NamedTuple):
    """Something that comes `rate` times a second and takes `seconds`."""

    rate: float
    seconds: float

    @property
    def share(self) -> float:
        """Of the server's time."""
        return self.rate * self.seconds


def wait_mean(services: Sequence[Service]) -> float:
    """Seconds, by Pollaczek and Khinchine; infinite where more comes than can be served."""
    busy = sum(service.share for service in services)
    if busy >= 1:
        return NEVER
    return sum(service.rate * service.seconds**2 for service in services) / (2 * (1 - busy))


def waits(services: Sequence[Service], seed: int = 1) -> list[float]:
    """Seconds that each of FOLLOWED commands waits, in order; all infinite where more comes than can be served."""
    if sum(service.share for service in services) >= 1:
        return [NEVER] * FOLLOWED
    chance = random.Random(seed)
    total = sum(service.rate for service in services)
    if not total:
        return [0.0] * FOLLOWED
    kinds = chance.choices(services, [service.rate for service in services], k=FOLLOWED)
    found, wait = [], 0.0
    for kind in kinds:
        found.append(wait)
        wait = max(0.0, wait + kind.seconds - chance.expovariate(total))
    return found
