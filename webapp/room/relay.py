"""Between this server's people and Redis: two capped streams, one for what is said in the Room, one for who is where.

A stream rather than PUBLISH: after a break the reader goes on where it stopped, and who comes later can read what was
said. `loopback.py` stands in where nothing may be written. Who listens on this server is not known here.
"""

import json
import logging
import random
import threading
from typing import Any, Protocol

import redis

from jobs import _keys
from webapp.connections import Connections
from webapp.decode import clean
from webapp.queries.clock import RedisClock
from webapp.room import said
from webapp.room.presence import CROWD_MAX, LOOKED_AT_MAX, LOOKERS_MAX, Crowd, Lookers

log = logging.getLogger(__name__)

#: Milliseconds that one read waits: as late may it be seen that nobody is there any more. Below REPLY_TIMEOUT.
BLOCK_MS = 1_000
#: Seconds between attempts to reach a Redis that is away, from the first to the longest.
FIRST_PAUSE, MAX_PAUSE = 0.1, 2.0


class Ear(Protocol):
    """Who hears what comes from Redis. A message is what docs/protocol.md shows to clients."""

    def caught_up(self, messages: list[dict[str, Any]]) -> None:
        """These were the last messages, and from now on each is heard as it comes."""

    def heard(self, message: dict[str, Any]) -> None: ...

    def crowd(self, server: str, crowd: Crowd, age: float, lookers: Lookers) -> None:
        """A server said `age` seconds ago who is in its Room, and who looks at jobs there."""

    def lost(self, error: redis.RedisError) -> None:
        """Nothing comes until the next `caught_up`."""

    def rested(self) -> None:
        """Nobody wanted to hear any more."""


class Relay:
    """Reads on a connection of its own, in a thread that rests while nobody is in the Room or has a job open."""

    reach = "servers"

    def __init__(self, connections: Connections) -> None:
        self._writer, self._memory = connections.writer, connections.memory
        self._reader = redis.Redis(connection_pool=connections.feed_pool)
        self._clock = RedisClock()
        self._ear: Ear | None = None
        self._lock = threading.Lock()
        self._wanted = threading.Event()
        self._stopping = threading.Event()

    def listen(self, ear: Ear) -> None:
        """Tell `ear` from now on. Starts the thread at the first call: threads do not survive gunicorn's fork."""
        self._wanted.set()
        with self._lock:
            if self._ear is not None:
                return
            self._ear = ear
        threading.Thread(target=self._run, name="rqlive-room", daemon=True).start()

    def rest(self) -> None:
        """Nobody is there: read no more until the next `listen`."""
        self._wanted.clear()

    def stop(self) -> None:
        """End the thread; returns at once."""
        self._stopping.set()
        self._wanted.set()

    def send(self, name: str, by: str, text: str, ref: str | None) -> None:
        """Give a message to all servers, this one included. One round trip. Raises redis.RedisError, StateChanged."""
        self._memory.require()
        fields = {"name": name, "by": by, "text": text} | ({"ref": ref} if ref else {})
        self._add(_keys.ROOM, fields, _keys.ROOM_MAX, _keys.ROOM_TTL)

    def announce(self, server: str, crowd: Crowd, lookers: Lookers) -> None:
        """Tell the other servers who is here, unless Redis is nearly full. One round trip. Raises redis.RedisError."""
        if not self._memory.may_keep():
            return
        fields = {"server": server, "people": _json(crowd.people), "count": crowd.count}
        if lookers:
            fields["lookers"] = _json({job_id: [one.people, one.count] for job_id, one in lookers.items()})
        self._add(_keys.ROOM_HERE, fields, _keys.ROOM_HERE_MAX, _keys.ROOM_HERE_TTL)

    def _add(self, key: str, fields: dict[str, Any], most: int, ttl: int) -> None:
        with self._writer.pipeline(transaction=True) as pipe:
            pipe.xadd(key, fields, maxlen=most, approximate=False)
            pipe.expire(key, ttl)
            pipe.execute()

    def _run(self) -> None:
        pause = FIRST_PAUSE
        while True:
            self._wanted.wait()
            if self._stopping.is_set():
                return
            try:
                cursors = self._catch_up()
                pause = FIRST_PAUSE
                while self._wanted.is_set() and not self._stopping.is_set():
                    self._read_on(cursors)
                self._ear.rested()
            except redis.RedisError as error:
                self._ear.lost(error)
                self._stopping.wait(pause * random.uniform(0.5, 1.0))
                pause = min(pause * 2, MAX_PAUSE)
            except Exception:
                log.exception("The Room could not be read; it begins afresh")
                self._stopping.wait(MAX_PAUSE)

    def _catch_up(self) -> dict[str, str]:
        """Read what was said lately and who is there; returns where to read on. One round trip.

        The ends of the streams count, not what was read before: another Redis may have another clock.
        """
        with self._reader.pipeline(transaction=False) as pipe:
            pipe.time()
            pipe.xrevrange(_keys.ROOM, count=_keys.ROOM_TOLD)
            pipe.xrevrange(_keys.ROOM_HERE, count=_keys.ROOM_HERE_MAX)
            clock, messages, crowds = pipe.execute(raise_on_error=False)
        for found in (messages, crowds):
            if isinstance(found, redis.RedisError):
                raise found
        self._clock.absorb(clock)
        for entry in reversed(crowds):
            self._tell_crowd(*entry)
        self._ear.caught_up([message for entry in reversed(messages) if (message := _message(*entry))])
        ends = {_keys.ROOM: messages, _keys.ROOM_HERE: crowds}
        return {key: found[0][0].decode() if found else "0-0" for key, found in ends.items()}

    def _read_on(self, cursors: dict[str, str]) -> None:
        """Wait for what comes next, and hand it on."""
        found = self._reader.xread(cursors, block=BLOCK_MS)
        for key, (entries,) in found.items():
            name = key.decode()
            for entry in entries:
                cursors[name] = entry[0].decode()
                if name == _keys.ROOM_HERE:
                    self._tell_crowd(*entry)
                elif message := _message(*entry):
                    self._ear.heard(message)

    def _tell_crowd(self, stream_id: bytes, fields: dict[bytes, bytes]) -> None:
        age = max(0.0, (self._clock.now_ms() - _at(stream_id)) / 1000)
        try:
            crowd = _crowd(json.loads(fields[b"people"]), fields[b"count"], CROWD_MAX)
            told = json.loads(fields.get(b"lookers", b"{}"))
            lookers = {job_id: _crowd(*one, LOOKERS_MAX) for job_id, one in list(told.items())[:LOOKED_AT_MAX]}
            self._ear.crowd(fields[b"server"].decode(), crowd, age, lookers)
        except (KeyError, ValueError, AttributeError, TypeError):
            log.warning("A server says in an unknown way who is in its Room: %s", sorted(fields))


def _json(value: object) -> str:
    return clean(json.dumps(value, ensure_ascii=False))


def _crowd(people: dict, count: bytes | int, most: int) -> Crowd:
    return Crowd({str(by): str(name) for by, name in list(people.items())[:most]}, int(count))


def _at(stream_id: bytes) -> int:
    """Epoch ms, by Redis' clock, at which the entry was added."""
    return int(stream_id.partition(b"-")[0])


def _message(stream_id: bytes, fields: dict[bytes, bytes]) -> dict[str, Any] | None:
    """The message that an entry holds, None where it is none."""
    text, name, by, ref = (fields.get(key, b"").decode(errors="replace") for key in (b"text", b"name", b"by", b"ref"))
    if not text or not name:
        return None
    return said.as_heard(stream_id.decode(), _at(stream_id), name, by, text, ref or None)
