"""What an attacker sends, byte by byte: requests and upgrades that no library would make."""

import re
import socket
import struct
from collections.abc import Iterator

import redis as redis_py

from tests.processes import WebServer
from webapp import create_app
from webapp.config import Config

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}
SOCKETS = ("/live", "/ws/chat/")
#: Methods that may only read.
SAFE = ("GET", "HEAD", "OPTIONS")


def dial(server: WebServer, timeout: float = 20.0) -> socket.socket:
    """A bare connection."""
    return socket.create_connection(("127.0.0.1", server.port), timeout)


def raw(server: WebServer, data: bytes, timeout: float = 20.0) -> bytes:
    """All that is answered to these bytes until the server closes."""
    with dial(server, timeout) as client:
        client.sendall(data)
        answer = b""
        while part := client.recv(65_536):
            answer += part
    return answer


def send(
    server: WebServer, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b""
) -> tuple[int, bytes, bytes]:
    """(status, head, body) of one request, sent as it stands. The Host is ours unless `headers` say otherwise."""
    lines = {"Host": f"localhost:{server.port}"} | (headers or {})
    lines |= {"Content-Length": str(len(body))} if body else {}
    lines.setdefault("Connection", "close")
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    with dial(server) as client:
        client.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body)
        answer = client.makefile("rb")
        status = int(answer.readline().split()[1])
        told = b"".join(iter(answer.readline, b"\r\n"))
        length = re.search(rb"(?i)content-length: (\d+)", told)
        has_none = status == 101 or method == "HEAD"
        return status, told, b"" if has_none else answer.read(int(length[1]) if length else -1)


def opened(server: WebServer, path: str = "/live") -> socket.socket:
    """A WebSocket made by hand; nobody reads from it."""
    client = dial(server)
    head = "".join(f"{name}: {value}\r\n" for name, value in UPGRADE.items())
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost:{server.port}\r\n{head}\r\n".encode())
    assert client.recv(1_000).startswith(b"HTTP/1.1 101")
    return client


def frame(body: bytes, opcode: int = 1, final: bool = True) -> bytes:
    """A frame as a client sends it, masked with zeros."""
    size = len(body)
    if size < 126:
        length = struct.pack("!B", 0x80 | size)
    else:
        length = struct.pack("!BH", 0xFE, size) if size <= 0xFFFF else struct.pack("!BQ", 0xFF, size)
    return struct.pack("!B", (0x80 if final else 0) | opcode) + length + bytes(4) + body


def routes(methods: tuple[str, ...] | None, **filled: str) -> Iterator[tuple[str, str]]:
    """(method, path) of every route, its variables filled; of these methods, or of all that act for None."""
    app = create_app(Config(redis_url="redis://localhost:1/0", own_redis=True))
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:path:)?(\w+)>", lambda found: filled.get(found[1], "x"), rule.rule)
        for method in sorted(set(methods) & rule.methods if methods else rule.methods - set(SAFE)):
            yield method, path


def state(client: redis_py.Redis) -> dict[bytes, bytes | None]:
    """Everything of RQ, and all of ours but what a web process writes by itself: its probe, and who is in the Room."""
    ours = (b"rq:live:probe:", b"rq:live:room-here")
    return {key: client.dump(key) for key in client.scan_iter("*") if not key.startswith(ours)}
