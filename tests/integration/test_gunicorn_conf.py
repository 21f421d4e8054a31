"""How gunicorn serves: what it allows itself, and how it ends with sockets and idle connections open."""

import http.client
import os
import signal
import time

import psutil
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.live import get_ok
from tests.support import eventually


def open_socket(server):
    return connect(f"ws://127.0.0.1:{server.port}/live", origin=server.url)


def read_on(live):
    """Until it is closed."""
    while True:
        live.recv(timeout=5)


def test_on_sigterm_sockets_are_closed_with_1001_within_a_second_and_it_ends(web_server):
    server = web_server()
    idle = http.client.HTTPConnection("127.0.0.1", server.port)
    idle.request("GET", "/healthz")
    idle.getresponse().read()  # and the connection is kept open, as a browser does
    with open_socket(server) as live:
        live.send('{"id": 1, "watch": {"overview": true}}')
        live.recv(timeout=5)
        began = time.monotonic()
        server.signal(signal.SIGTERM)
        with pytest.raises(ConnectionClosed) as closed:
            read_on(live)
        assert time.monotonic() - began < 1.0
        assert closed.value.rcvd.code == 1001
        assert server.wait(5) == 0
    assert time.monotonic() - began < 2.5
    idle.close()
    assert server.family() == set()
    assert "Traceback" not in server.output


def test_as_many_files_may_be_open_as_sockets_are_taken(web_server):
    server = web_server(env={"RQLIVE_MAX_SOCKETS": 1500})
    serving = eventually(lambda: psutil.Process(server.pid).children(), message="the process that serves")
    assert serving[0].rlimit(psutil.RLIMIT_NOFILE)[0] >= 1500 + 1000


def test_it_listens_on_loopback_alone(web_server):
    server = web_server()
    listening = [one.laddr for one in psutil.Process(server.pid).net_connections("inet") if one.status == "LISTEN"]
    assert listening == [("127.0.0.1", server.port)]


def test_it_leaves_no_control_socket(web_server, tmp_path):
    server = web_server(env={"HOME": tmp_path, "XDG_RUNTIME_DIR": tmp_path})
    assert not list(tmp_path.rglob("*.ctl"))
    assert os.path.exists(f"/proc/{server.pid}")


def test_a_setting_that_cannot_be_used_is_said_without_a_traceback(web_server):
    with pytest.raises(RuntimeError, match="RQLIVE_FEED=magic is unknown") as refused:
        web_server(env={"RQLIVE_FEED": "magic"})
    assert "Traceback" not in str(refused.value)


def test_open_pages_are_not_walked_for_garbage_every_few_seconds(beaten):
    told = get_ok(beaten, "/garbage")
    assert told["frozen"] > 20_000, "what was imported is never walked again"
    young, middle, old = told["threshold"]
    assert young * middle <= 50_000, "a look at the younger objects stays below 20 ms"
    assert young * middle * old >= 1_000_000, "all are walked after a thousand pages have come, not while they are open"
