"""How often somebody may guess: counted in Redis by name and by address, so that it holds over all servers."""

import hashlib
import ipaddress
import time

import redis
from limits import RateLimitItemPerSecond
from limits.storage import RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from jobs import _keys

#: Of one name, and of one address: whoever forgets needs fewer, whoever guesses needs millions.
PER_NAME = RateLimitItemPerSecond(10, 300, namespace="")
PER_ADDRESS = RateLimitItemPerSecond(30, 300, namespace="")


class Attempts:
    """Counts on a Redis client; each key ends by itself within ten minutes."""

    def __init__(self, client: redis.Redis) -> None:
        self._storage = RedisStorage("redis://", connection_pool=client.connection_pool, key_prefix=_keys.ATTEMPTS)
        self._limiter = SlidingWindowCounterRateLimiter(self._storage)

    def count(self, name: str, address: str) -> int:
        """Count one attempt, before it is known how it ends; 0, or the seconds to wait where it is one too many.

        Two or three round trips. Raises redis.RedisError: without the count there is no login.
        """
        for item, key in ((PER_ADDRESS, f"from:{_network(address)}"), (PER_NAME, f"name:{_short(name)}")):
            if not self._limiter.hit(item, key):
                return max(1, int(self._limiter.get_window_stats(item, key).reset_time - time.time()) + 1)
        return 0

    def forget(self, name: str) -> None:
        """It was the right password: the next slip is the first one again."""
        self._limiter.clear(PER_NAME, f"name:{_short(name)}")


def _network(address: str) -> str:
    """One customer of a provider has a whole /64 of IPv6 at least."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    found = found.ipv4_mapped or found if found.version == 6 else found
    return _short(str(found if found.version == 4 else ipaddress.ip_network((int(found) >> 64 << 64, 64))))


def _short(text: str) -> str:
    """A name may be of any length, and may be somebody's password in the wrong field."""
    return hashlib.blake2s(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
