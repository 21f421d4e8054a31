"""The Redis clients of one process: a reader, a writer, and single connections for the feed.

All speak bytes: `decode_responses` breaks on RQ's payloads. No commands are sent from here.
"""

from dataclasses import dataclass
from typing import Any

import redis
from flask import Flask, current_app
from redis.backoff import NoBackoff
from redis.connection import Connection
from redis.driver_info import DriverInfo
from redis.exceptions import AskError, ClusterDownError
from redis.retry import Retry

from jobs._address import pool
from webapp.config import Config
from webapp.errors import Elsewhere
from webapp.memory import Memory

#: Seconds for one reply. Every read is bounded, so a slower answer means that Redis is in trouble.
REPLY_TIMEOUT = 5.0
CONNECT_TIMEOUT = 3.0
#: Connections of one client: more replies at a time than one process can read are of no use.
POOL_MAX = 50
#: What a server of a cluster answers that does not have a key; MovedError is an AskError.
ELSEWHERE = (AskError, ClusterDownError)


@dataclass(frozen=True)
class Connections:
    """`reader` may be another user or a replica; `writer` is used by actions only."""

    reader: redis.Redis
    writer: redis.Redis
    feed_pool: redis.ConnectionPool
    memory: Memory

    def feed(self) -> Connection:
        """A connection of one's own over RESP3, connected. Raises redis.RedisError. End it with `end_feed`."""
        return self.feed_pool.get_connection()

    def end_feed(self, connection: Connection) -> None:
        """Disconnect what `feed` gave; the pool counts it until then."""
        connection.disconnect()
        self.feed_pool.release(connection)

    def round_trips(self) -> dict[str, int]:
        """How many requests each of the three has sent so far; a pipeline is one."""
        pools = {"reader": self.reader.connection_pool, "writer": self.writer.connection_pool, "feed": self.feed_pool}
        return {name: pool.connection_class.sent for name, pool in pools.items()}

    def close(self) -> None:
        for each in (self.reader.connection_pool, self.writer.connection_pool, self.feed_pool):
            each.disconnect()


def connect(config: Config) -> Connections:
    """Clients for the Redis of `config`; nothing is sent until they are used.

    Reads are tried twice, since they can do no harm; writes once, since a retried RPUSH is a second job.
    """
    write_url = config.redis_url or "redis://localhost:6379/0"
    read_url = config.reader_url or write_url
    # Told here, the version is not looked for among all installed packages whenever a connection is made.
    driver = DriverInfo(lib_version=redis.__version__)
    common = {
        "protocol": 3,
        "socket_timeout": REPLY_TIMEOUT,
        "socket_connect_timeout": CONNECT_TIMEOUT,
        "driver_info": driver,
    }
    once, twice = Retry(NoBackoff(), 0), Retry(NoBackoff(), 1)
    writer = _client(write_url, retry=once, **common)
    return Connections(
        reader=_client(read_url, retry=twice, **common),
        writer=writer,
        feed_pool=_counted(pool(read_url, retry=once, **common)),
        memory=Memory(writer),
    )


def _client(url: str, **options: Any) -> redis.Redis:
    """A client that lets the 51st command wait for a connection; redis-py's own pool refuses the 101st."""
    return redis.Redis(connection_pool=_counted(pool(url, most=POOL_MAX, wait=REPLY_TIMEOUT, **options)))


def _counted(made: redis.ConnectionPool) -> redis.ConnectionPool:
    """`made`, whose connections count what they send, in `sent` of a class that is its own.

    They raise Elsewhere where the server belongs to a cluster and does not have the keys.
    """
    parent = made.connection_class

    class Counted(parent):
        sent = 0

        def send_packed_command(self, *args: Any, **options: Any) -> None:
            # Not locked: a request that two threads count as one is a figure off by one.
            Counted.sent += 1
            super().send_packed_command(*args, **options)

        def read_response(self, *args: Any, **options: Any) -> Any:
            try:
                return super().read_response(*args, **options)
            except ELSEWHERE as error:
                # One refused command of a pipeline reads as nothing there, and these are all of them.
                raise Elsewhere(str(error)) from error

    made.connection_class = Counted
    return made


def init_app(app: Flask, config: Config) -> None:
    app.extensions["connections"] = connect(config)


def reader() -> redis.Redis:
    """The reader of the current app."""
    return current_app.extensions["connections"].reader


def writer() -> redis.Redis:
    """The writer of the current app. Only `webapp.actions` may use it."""
    return current_app.extensions["connections"].writer


def memory() -> Memory:
    """How full the Redis of the current app is."""
    return current_app.extensions["connections"].memory
