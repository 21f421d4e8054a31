"""Reads: Redis to values. Every public function takes a connection, states its cost, and never writes.

Raw commands only: RQ's own reading calls clean up, unpickle or run callbacks. A test runs all of it as a Redis
user that may not write.
"""
