"""What comes and goes leaves nothing behind: sockets, greenlets, threads, descriptors, topics, memory."""

import contextlib
import socket

import psutil

from tests import raw_jobs
from tests.live import Page, get_ok
from tests.processes import WebServer
from tests.support import eventually

#: Descriptors that may come of something else meanwhile: a connection to Redis more.
SLACK = 2


def worker_pid(web: WebServer) -> int:
    """The process that serves: the child of gunicorn's arbiter."""
    return max(web.family(), key=lambda pid: psutil.Process(pid).memory_info().rss if pid != web.pid else 0)


def held(web: WebServer) -> dict[str, int]:
    """What the process holds now."""
    process = psutil.Process(worker_pid(web))
    return get_ok(web, "/inside") | {"descriptors": process.num_fds(), "threads": process.num_threads()}


def visit(web: WebServer, redis, times: int) -> None:
    """Tabs that come, look at everything and go, each in its own way."""
    job_id = raw_jobs.listed(redis, "started")
    watch = {"overview": True, "rows": [job_id], "job": job_id, "log": {"job": job_id}, "lists": ["/"]}
    for number in range(times):
        with Page(web, watch) as page:
            page.until(lambda: page.complete and page.jobs.get(job_id))
            if number % 3 == 1:
                # No close frame: as when a laptop is shut.
                page.socket.socket.shutdown(socket.SHUT_RDWR)
            elif number % 3 == 2:
                with contextlib.suppress(Exception):
                    page.send("x" * 70_000)


def test_fifty_sockets_leave_nothing_behind(beaten, redis):
    visit(beaten, redis, 6)
    eventually(lambda: get_ok(beaten, "/inside")["sockets"] == 0)
    before = held(beaten)
    visit(beaten, redis, 50)

    def back() -> bool:
        after = held(beaten)
        more = {name: after[name] - before[name] for name in after}
        assert more["sockets"] <= 0, more
        assert more["topics"] <= 0, more
        assert more["greenlets"] <= SLACK, more
        assert more["threads"] <= SLACK, more
        assert more["descriptors"] <= SLACK, more
        return True

    eventually(back, 10)
    assert "Traceback" not in beaten.output


def test_half_open_handshakes_leave_nothing_behind(beaten):
    get_ok(beaten, "/inside")
    before = held(beaten)
    begun = b"GET /live HTTP/1.1\r\nHost: localhost\r\n"
    for text in (b"", begun, begun + b"Upgrade: websocket\r\n\r\n"):
        for _ in range(10):
            with socket.create_connection(("127.0.0.1", beaten.port), 5) as half:
                half.sendall(text)
    eventually(lambda: held(beaten)["descriptors"] <= before["descriptors"] + SLACK)
    eventually(lambda: held(beaten)["greenlets"] <= before["greenlets"] + SLACK)


def test_requests_that_wait_and_are_given_up_are_forgotten(beaten, redis):
    job_id = raw_jobs.listed(redis, "queued")
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", beaten.port), 5) as impatient:
            impatient.sendall(b"GET /api/jobs/%b?wait=1 HTTP/1.1\r\nHost: localhost\r\n\r\n" % job_id.encode())
    eventually(lambda: {"sockets": 0, "topics": 0}.items() <= get_ok(beaten, "/inside").items())
