"""The probe: one short-lived key that a process writes to see its own notice come back."""

from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoPermissionError, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from jobs import _keys
from webapp.connections import Connections


class Probe:
    """Writes `<prefix>:live:probe:<process>` with a life of one second."""

    def __init__(self, connections: Connections, process: str) -> None:
        self._writer, self._memory = connections.writer, connections.memory
        self._refused = False
        self.key = _keys.probe(process).encode()

    def send(self) -> bool:
        """Write the key; False where this user or server may not write, or Redis is nearly full. One round trip, none
        once it was refused: Redis logs each refusal.

        Raises redis.ConnectionError or TimeoutError when Redis is away.
        """
        if self._refused or not self._memory.may_keep():
            return False
        pipe = self._writer.pipeline(transaction=False)
        # What the memory is now is heard in the same round trip, for the next time.
        self._memory.ask(pipe)
        pipe.set(self.key, b"1", px=1000)
        try:
            memory, written = pipe.execute(raise_on_error=False)
            self._memory.absorb(memory)
            if isinstance(written, RedisError):
                raise written
        except (RedisConnectionError, RedisTimeoutError):
            raise
        except NoPermissionError:
            self._refused = True
            return False
        except RedisError as error:
            self._memory.noted(error)
            return False
        return True
