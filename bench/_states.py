"""When each state of each job was written to Redis, as told by a tracking connection of our own.

The stamp is taken when the notice arrives: some hundredths of a millisecond after the write, so what is measured from
it is that much too short, for whoever is measured.
"""

import threading
import time
from types import TracebackType
from typing import Self

import redis
from redis.connection import Connection

from tests.support import eventually

PREFIX = b"rq:job:"


class States:
    """Listens while it is entered."""

    def __init__(self, url: str) -> None:
        self._reader = redis.Redis.from_url(url)
        self._connection: Connection = redis.ConnectionPool.from_url(url, protocol=3).get_connection()
        self._connection._parser.set_invalidation_push_handler(self._on_notice)
        self._written: dict[tuple[str, str], float] = {}
        self._stopping = False
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._connection.send_command("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", PREFIX)
        self._connection.read_response()
        self._thread.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stopping = True
        self._thread.join()
        self._connection.disconnect()
        self._reader.close()

    def written_at(self, job_id: str, status: str) -> float:
        """When the job got this status, epoch milliseconds. Waits for it for a while."""
        eventually(lambda: (job_id, status) in self._written, 10, f"{job_id} is {status}")
        return self._written[job_id, status]

    def _listen(self) -> None:
        while not self._stopping:
            if self._connection.can_read(timeout=0.5):
                self._connection.read_response(push_request=True)

    def _on_notice(self, message: list) -> None:
        now = time.time() * 1000
        for key in message[1] or ():
            job_id = key[len(PREFIX) :]
            status = self._reader.hget(key, "status") if b":" not in job_id else None
            if status:
                self._written.setdefault((job_id.decode(), status.decode()), now)
