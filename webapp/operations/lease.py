"""A lease: at most one process at a time holds it, and a dead holder loses it within LEASE_MS."""

import os
import secrets
import socket

import redis

from jobs import _keys

#: Renewed every 2 s, so that three failed renewals in a row do not lose it.
LEASE_MS = 8_000

#: Take it if nobody holds it, renew it if we do; 1 if it is ours afterwards.
TAKE = """
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""

#: Give it up, with what KEYS[2…] say of its holder; nothing happens where it is not ours any more.
RELEASE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', unpack(KEYS))
"""


class Lease:
    """One process' claim on `_keys.lease(name)`."""

    def __init__(self, writer: redis.Redis, name: str, life_ms: int = LEASE_MS) -> None:
        self.key = _keys.lease(name)
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self.life_ms = life_ms
        self._take = writer.register_script(TAKE)
        self._release = writer.register_script(RELEASE)

    def take(self) -> bool:
        """Take or renew it; False where another process holds it. One round trip. Raises redis.RedisError."""
        return bool(self._take(keys=[self.key], args=[self.owner, self.life_ms]))

    def release(self, *keys: str) -> None:
        """Give it up and delete `keys` with it, if we hold it. One round trip. Raises redis.RedisError."""
        self._release(keys=[self.key, *keys], args=[self.owner])
