"""What a web process is called where several share a Redis: `web-a:8000`. No I/O beyond the host's own name."""

import socket
from functools import cache

from webapp.config import Config


def server_name(config: Config) -> str:
    """Host and port, unlike any other's: two servers of one host differ by port."""
    return f"{_host()}:{config.port}"


@cache
def _host() -> str:
    return socket.gethostname()
