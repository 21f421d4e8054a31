"""Many RQ workers for little: what one sends for a job, recorded once and sent again over many connections.

    python -m bench._replay URL JOBS_A_SECOND SECONDS CONNECTIONS

A Python worker keeps Redis busy for a hundredth of its own time, so that a machine of two cores has no room for a crowd
of them. Prints {"jobs", "seconds", "packets"} when it has ended; 0 jobs a second is as many as go.
"""

import json
import re
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from itertools import count
from urllib.parse import urlsplit

import hiredis
import redis
from rq import Queue, SimpleWorker
from rq.registry import FinishedJobRegistry

JOB, WORKER = "replayed-job-0000000000", "replayed-worker-000"
#: What redis-py says on a new connection.
HELLO = b"*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n"
SETINFO = b"CLIENT SETINFO LIB-NAME redis-py\r\nCLIENT SETINFO LIB-VER 8.1.0\r\n"
RUN = re.compile(rb"rq:execution:%b:([0-9a-f]{32})" % JOB.encode())


#: (packet, its replies)
Script = list[tuple[bytes, int]]


class Recording(redis.Connection):
    """Keeps what it sends."""

    sent: list[bytes]

    def send_packed_command(self, command: object, check_health: bool = True) -> None:
        self.sent.append(command if isinstance(command, bytes) else b"".join(command))
        super().send_packed_command(command, check_health)


def record(url: str) -> list[bytes]:
    """The packets of one job, from its enqueueing until its worker asks for the next one. Leaves a few keys behind."""
    sent: list[bytes] = []
    kind = type("Recorder", (Recording,), {"sent": sent})
    pool = redis.BlockingConnectionPool.from_url(url, connection_class=kind)
    with redis.Redis(connection_pool=pool) as client:
        queue = Queue(connection=client)
        queue.enqueue("time.sleep", 0, job_id="warms-up", result_ttl=500)
        sent.clear()
        queue.enqueue("time.sleep", 0, job_id=JOB, result_ttl=500)
        enqueueing = list(sent)
        queue.enqueue("time.sleep", 0, job_id="comes-next", result_ttl=500)
        sent.clear()
        SimpleWorker([queue], name=WORKER, connection=client).work(burst=True, logging_level="ERROR")
        if JOB not in FinishedJobRegistry(queue=queue):
            raise RuntimeError("The job that was to be recorded has not finished.")
    moves = [at for at, packet in enumerate(sent) if b"LMOVE\r\n" in packet]
    packets = enqueueing + sent[moves[1] : moves[2]]
    run = next(found[1] for packet in packets if (found := RUN.search(packet)))
    return [packet.replace(run, b"%032x" % 0) for packet in packets]


def forking(packets: list[bytes]) -> list[bytes]:
    """The same where each job is run by a child with a connection of its own, as `rq worker` does."""
    start = next(at for at, packet in enumerate(packets) if b"started_at" in packet)
    return [*packets[:start], HELLO, SETINFO, *packets[start:]]


def commands_in(packet: bytes) -> int:
    """How many replies it will have."""
    if packet is SETINFO:
        return packet.count(b"\r\n")
    reader = hiredis.Reader()
    reader.feed(packet)
    return sum(1 for _ in iter(lambda: reader.gets() or None, None))


class Line:
    """One worker that does job after job, each packet when the one before it is answered."""

    def __init__(
        self, selector: selectors.EpollSelector, address: tuple[str, int], number: int, script: Script
    ) -> None:
        self._selector, self._address, self._script = selector, address, script
        self._worker = b"replayed-worker-%03d" % number
        self._reader = hiredis.Reader()
        self._left: Iterator[tuple[bytes, int]] = iter(())
        self._owed, self._job, self._run = 0, b"", b""
        self._own = self._socket = self._connect()

    def begin(self, number: int) -> None:
        """Do job `number`."""
        self._job, self._run = b"replayed-job-%010d" % number, b"%032x" % number
        self._left = iter(self._script)
        self._send_next()

    def take(self) -> bool:
        """Take what has come; whether its job is done."""
        self._reader.feed(self._socket.recv(262_144))
        while self._owed and self._reader.gets() is not False:
            self._owed -= 1
        return not self._owed and not self._send_next()

    def _send_next(self) -> bool:
        packet, self._owed = next(self._left, (b"", 0))
        if not packet:
            return False
        if packet == HELLO:
            self._socket = self._connect()
        elif self._socket is not self._own and b"\r\nidle\r\n" in packet:
            self._selector.unregister(self._socket)
            self._socket.close()
            self._socket = self._own
        packet = packet.replace(JOB.encode(), self._job).replace(b"%032x" % 0, self._run)
        self._socket.sendall(packet.replace(WORKER.encode(), self._worker))
        return True

    def _connect(self) -> socket.socket:
        line = socket.create_connection(self._address)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(line, selectors.EVENT_READ, self)
        return line


def replay(url: str, rate: float, seconds: float, connections: int) -> dict[str, float]:
    """Do jobs for so many seconds. Returns what was done."""
    parts = urlsplit(url)
    script = [(packet, commands_in(packet)) for packet in forking(record(url))]
    selector, numbers, done = selectors.EpollSelector(), count(1), 0
    idle = [Line(selector, (parts.hostname, parts.port), number, script) for number in range(connections)]
    print("ready", flush=True)
    sys.stdin.readline()
    started = time.monotonic()
    begun, busy = 0, 0
    while (elapsed := time.monotonic() - started) < seconds or busy:
        while idle and elapsed < seconds and (not rate or begun < elapsed * rate):
            idle.pop().begin(next(numbers))
            begun, busy = begun + 1, busy + 1
        for key, _ in selector.select(0.001):
            if key.data.take():
                idle.append(key.data)
                busy, done = busy - 1, done + 1
    return {"jobs": done, "seconds": time.monotonic() - started, "packets": len(script)}


if __name__ == "__main__":
    print(json.dumps(replay(sys.argv[1], *map(float, sys.argv[2:4]), int(sys.argv[4]))), flush=True)
