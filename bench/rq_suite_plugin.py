"""A plugin for RQ's own test suite: it takes one database, also where something of RQ Live already lies in it."""

import os

import redis

import tests


def _database(ssl: bool = False) -> redis.Redis:
    return redis.Redis(db=int(os.environ["RQ_SUITE_DATABASE"]))


tests.find_empty_redis_database = _database
