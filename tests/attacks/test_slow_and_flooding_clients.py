"""Clients that are slow, that are many, or that never stop: each is let go of, and nobody else waits for them."""

import contextlib
import resource
import time

import pytest

from tests.attacks import wire
from tests.attacks.conftest import KEEP_ALIVE
from tests.support import ROOT, eventually

#: Seconds in which others are answered while an attack lasts. An unguarded hub is held for as long as the attack.
SOON = 3.0
HALF_OPEN = 1_000
FORM = {"Content-Type": "application/json"}


def answers_soon(server):
    began = time.monotonic()
    assert wire.send(server, "GET", "/healthz")[0] == 200
    assert time.monotonic() - began < SOON
    return True


def is_closed_within(client, seconds, drip=b""):
    """Whether the server lets go of a client that sends `drip` again and again."""
    end = time.monotonic() + seconds
    client.settimeout(0.1)
    with contextlib.suppress(ConnectionError):
        while time.monotonic() < end:
            with contextlib.suppress(TimeoutError):
                client.sendall(drip)
                if not client.recv(4_096):
                    return True
        return False
    return True


@pytest.mark.parametrize("begun", [b"", b"GET /api/jobs HTTP/1.1\r\nHost: localhost\r\n", b"GET /live HTTP/1.1\r\nUp"])
def test_a_head_that_comes_byte_by_byte_is_not_waited_for(victim, begun):
    with wire.dial(victim) as client:
        client.sendall(begun)
        assert is_closed_within(client, KEEP_ALIVE + 6, b"X-a: b\r\n" if begun else b"")


def test_the_project_itself_waits_twenty_seconds_for_a_head():
    assert "\nkeepalive = 20\n" in (ROOT / "gunicorn.conf.py").read_text()


@pytest.mark.parametrize("path", ["/api/jobs", "/api/uploads?name=x.csv"])
@pytest.mark.parametrize("length", [b"Content-Length: 900000\r\n", b"Transfer-Encoding: chunked\r\n"])
def test_a_body_that_comes_byte_by_byte_is_given_up(victim, path, length):
    kind = b"octet-stream" if "uploads" in path else b"json"
    head = b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/%s\r\n%s\r\n"
    with wire.dial(victim) as client:
        client.sendall(head % (path.encode(), kind, length))
        client.settimeout(0.1)
        answer, end = b"", time.monotonic() + 15
        while not answer and time.monotonic() < end:
            with contextlib.suppress(TimeoutError):
                client.sendall(b"1\r\na\r\n" if b"chunked" in length else b" ")
                answer = client.recv(4_096)
        assert answer.startswith(b"HTTP/1.1 408"), answer[:100]


def test_a_thousand_half_open_sockets_keep_nobody_waiting_and_are_let_go_of(victim):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, HALF_OPEN + 500), hard), hard))
    with contextlib.ExitStack() as many:
        clients = [many.enter_context(wire.dial(victim)) for _ in range(HALF_OPEN)]
        for number, client in enumerate(clients):
            client.sendall(b"GET /live HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"[: number % 70])
        answers_soon(victim)
        for client in clients[::100]:
            assert is_closed_within(client, KEEP_ALIVE + 10)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("path", wire.SOCKETS)
@pytest.mark.parametrize("what", ["pings", "pongs", "empty fragments", "messages"])
def test_a_socket_that_floods_is_ended_and_others_are_answered(victim, path, what):
    one = {"pings": (b"", 9), "pongs": (b"", 10), "empty fragments": (b"", 0, False), "messages": (b"{}",)}[what]
    with wire.opened(victim, path) as client:
        client.settimeout(5)
        if what == "empty fragments":
            client.sendall(wire.frame(b"", 1, final=False))

        def flooded():
            with contextlib.suppress(ConnectionError, TimeoutError):
                client.sendall(wire.frame(*one) * 500)
                return False
            return True

        sent = [flooded()]
        answers_soon(victim)
        eventually(lambda: sent.append(flooded()) or sent[-1], 15, "the flood is ended")
        assert len(sent) < 2_000


def test_a_browser_that_answers_pings_and_sends_long_messages_is_no_flood(victim):
    with wire.opened(victim) as client:
        for _ in range(20):
            client.sendall(wire.frame(b"", 10) + wire.frame(b'{"ping": 1, "x": "' + b"a" * 60_000 + b'"}'))
        client.settimeout(10)
        got = b""
        while got.count(b'"pong"') < 20:
            part = client.recv(65_536)
            assert part, "it was ended"
            got += part
