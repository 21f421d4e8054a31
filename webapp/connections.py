"""The Redis clients of one process: a reader, a writer, and single connections for the feed.

All speak bytes: `decode_responses` breaks on RQ's payloads. No commands are sent from here.
"""

from dataclasses import dataclass

import redis
from flask import Flask, current_app
from redis.backoff import NoBackoff
from redis.connection import Connection
from redis.retry import Retry

from webapp.config import Config

#: Seconds for one reply. Every read is bounded, so a slower answer means that Redis is in trouble.
REPLY_TIMEOUT = 5.0
CONNECT_TIMEOUT = 3.0


@dataclass(frozen=True)
class Connections:
    """`reader` may be another user or a replica; `writer` is used by actions only."""

    reader: redis.Redis
    writer: redis.Redis
    feed_pool: redis.ConnectionPool

    def feed(self) -> Connection:
        """A connection of one's own over RESP3, connected. Raises redis.RedisError. The caller disconnects it."""
        return self.feed_pool.get_connection()

    def close(self) -> None:
        for pool in (self.reader.connection_pool, self.writer.connection_pool, self.feed_pool):
            pool.disconnect()


def connect(config: Config) -> Connections:
    """Clients for the Redis of `config`; nothing is sent until they are used.

    Reads are tried twice, since they can do no harm; writes once, since a retried RPUSH is a second job.
    """
    write_url = config.redis_url or "redis://localhost:6379/0"
    read_url = config.reader_url or write_url
    common = {"protocol": 3, "socket_timeout": REPLY_TIMEOUT, "socket_connect_timeout": CONNECT_TIMEOUT}
    once, twice = Retry(NoBackoff(), 0), Retry(NoBackoff(), 1)
    return Connections(
        reader=redis.Redis.from_url(read_url, retry=twice, **common),
        writer=redis.Redis.from_url(write_url, retry=once, **common),
        feed_pool=redis.ConnectionPool.from_url(read_url, retry=once, **common),
    )


def init_app(app: Flask, config: Config) -> None:
    app.extensions["connections"] = connect(config)


def reader() -> redis.Redis:
    """The reader of the current app."""
    return current_app.extensions["connections"].reader


def writer() -> redis.Redis:
    """The writer of the current app. Only `webapp.actions` may use it."""
    return current_app.extensions["connections"].writer
