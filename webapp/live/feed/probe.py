"""The probe: one short-lived key that a process writes to see its own notice come back."""

import redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoPermissionError, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from jobs import _keys


class Probe:
    """Writes `<prefix>:live:probe:<process>` with a life of one second."""

    def __init__(self, writer: redis.Redis, process: str) -> None:
        self._writer = writer
        self._refused = False
        self.key = _keys.probe(process).encode()

    def send(self) -> bool:
        """Write the key; False where this user or server may not write. One round trip, none once it was refused:
        Redis logs each refusal.

        Raises redis.ConnectionError or TimeoutError when Redis is away.
        """
        if self._refused:
            return False
        try:
            self._writer.set(self.key, b"1", px=1000)
        except (RedisConnectionError, RedisTimeoutError):
            raise
        except NoPermissionError:
            self._refused = True
            return False
        except RedisError:
            return False
        return True
