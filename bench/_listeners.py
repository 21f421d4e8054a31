"""Connections that hear what changes, as the feed of a web process does, and only count the bytes.

    python -m bench._listeners URL HOW_MANY PREFIX …

Prints "ready"; for each line on stdin it prints the bytes that came since the last one.
"""

import os
import selectors
import socket
import sys
from urllib.parse import urlsplit


def connect(url: str, prefixes: list[str]) -> socket.socket:
    """A connection that tracks these prefixes."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        line = socket.socket(socket.AF_UNIX)
        line.connect(parts.path)
    else:
        line = socket.create_connection((parts.hostname, parts.port))
    asked = " ".join(f"PREFIX {prefix}" for prefix in prefixes)
    line.sendall(f"HELLO 3\r\nCLIENT TRACKING ON BCAST {asked}\r\n".encode())
    heard = b""
    while not heard.endswith(b"+OK\r\n"):
        heard += line.recv(65_536)
        if b"-ERR" in heard:
            raise RuntimeError(heard[-200:])
    line.setblocking(False)
    return line


def main() -> None:
    """Listen until stdin ends."""
    url, many, *prefixes = sys.argv[1:]
    selector = selectors.EpollSelector()
    for _ in range(int(many)):
        selector.register(connect(url, prefixes), selectors.EVENT_READ)
    selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
    print("ready", flush=True)
    heard = 0
    while True:
        for key, _ in selector.select():
            if key.fd != sys.stdin.fileno():
                heard += len(key.fileobj.recv(1_048_576))
                continue
            if not os.read(key.fd, 1024):
                return
            print(heard, flush=True)
            heard = 0


if __name__ == "__main__":
    main()
