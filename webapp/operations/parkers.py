"""The parkers of one paused queue: connections that stand before its workers in Redis' line for the next job.

Redis serves those who wait for a list in the order in which they came. A parker moves the job that it is given to the
parked list, then parks what else is there (one script), and is in line again before Redis serves anybody else: each
connection is always some such steps ahead. Every CARRY-th also sends the workers behind the parkers with each step: so
the line holds while this process waits for a processor. The script puts back what was parked where the pause is over,
so that a parker whose process hangs undoes what it does. Belongs to one thread.
"""

import redis
from redis.connection import AbstractConnection
from redis.exceptions import NoScriptError

from jobs import _keys
from webapp import rqkeys
from webapp.actions import queue_keys, scripts, waiting_line

#: Connections of one queue: so many pushes in one transaction are parked without a slip; see docs/decisions/pause.md.
PARKERS = 128
#: Of the clients that Redis has room for, so many parts stay free; with fewer parkers than LEAST there is no pause.
FREE, LEAST = 4, 4
#: Seconds after which a parker is in line anew, one after the other: one whose process is gone without a word ends.
PATIENCE, APART = 300, 2
#: Name of their connections, as CLIENT LIST shows it.
NAME = "rqlive-parker"
#: Seconds after which workers are sent behind parkers of whom any was served; at once where half of them were.
RENEW = 0.1
#: Steps that Redis has of each parker.
AHEAD = 4
#: Every such parker sends the workers back, at most so many of them.
CARRY, CARRIED_MAX = 16, 100


class Parkers:
    """All in line when it is made; `read()` each connection that can be read; `close()`. Raises redis.RedisError."""

    def __init__(self, writer: redis.Redis, queue: str, workers: list[str], count: int = PARKERS) -> None:
        """`workers`: ids of the clients that are idle workers."""
        self.queue = queue
        script = scripts.text("queue_settle")
        self._load = ("SCRIPT", "LOAD", script)
        keys = queue_keys.settle(queue)
        sha = writer.script_load(script)
        self._settle = ("EVALSHA", sha, len(keys), *keys, *queue_keys.settling(queue, resume=False))
        self._workers = workers
        self._connections: list[AbstractConnection] = []
        try:
            self._stand_in_line(writer, min(count, room(writer)))
        except Exception:
            self.close()
            raise
        #: How many are surely before every worker that was in line when they were `renewed()`.
        self.ahead = 0

    def close(self) -> None:
        """None of them is in line any more."""
        for connection in self._connections:
            connection.disconnect()

    def sockets(self) -> list[tuple[int, int]]:
        """(descriptor, number) of each connection."""
        return [(connection._sock.fileno(), number) for number, connection in enumerate(self._connections)]

    def renewed(self, workers: list[str]) -> None:
        """The workers were sent behind them; these are who they are."""
        self._workers = workers
        self.ahead = len(self._connections)

    def is_short(self, seconds: float) -> bool:
        """Whether workers are to be sent behind them again, `seconds` after the last time."""
        count = len(self._connections)
        return self.ahead <= count // 2 or (self.ahead < count and seconds >= RENEW)

    def read(self, number: int) -> None:
        """Take what Redis has answered to one of them, and ask for as much anew. No round trip."""
        connection = self._connections[number]
        settled = 0
        while connection.can_read(timeout=0):
            try:
                settled += isinstance(connection.read_response(), list)
            except NoScriptError:
                # The server has forgotten its scripts: until it is told again, parkers park one by one.
                connection.send_command(*self._load)
                settled += 1
        self.ahead -= settled
        if settled:
            self._ask(number, settled)

    def _stand_in_line(self, writer: redis.Redis, count: int) -> None:
        """Three round trips for each."""
        pool = writer.connection_pool
        for number in range(count):
            connection = pool.connection_class(**pool.connection_kwargs)
            self._connections.append(connection)
            connection.connect()
            connection.send_command("CLIENT", "SETNAME", NAME)
            connection.read_response()
            self._ask(number, AHEAD)

    def _ask(self, number: int, times: int) -> None:
        source, target, patience = rqkeys.queue(self.queue), _keys.parked(self.queue), PATIENCE + number * APART
        move = ("BLMOVE", source, target, "LEFT", "RIGHT", patience)
        step = [move, self._settle]
        if number % CARRY == 0:
            step += [waiting_line.unblock(worker) for worker in self._workers[:CARRIED_MAX]]
        connection = self._connections[number]
        connection.send_packed_command(connection.pack_commands(step * times))


def room(writer: redis.Redis) -> int:
    """How many connections we may take: most of what Redis has room for is left to others. One round trip.

    Raises redis.ConnectionError where that is too few for a pause.
    """
    told = writer.info("clients")
    free = (told.get("maxclients", 10_000) - told.get("connected_clients", 0)) // FREE
    if free < LEAST:
        raise redis.ConnectionError("Redis has no room for further clients")
    return free
