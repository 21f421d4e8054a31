"""Which errors of Redis pass by themselves."""

from redis.exceptions import BusyLoadingError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

#: Redis is away, or not ready yet: wait, and go on.
AWAY_ERRORS = (RedisConnectionError, RedisTimeoutError, BusyLoadingError, OSError)
