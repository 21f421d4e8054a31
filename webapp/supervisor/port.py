"""Whether the web process can listen where it is to, and what to do instead."""

import http.client
import json
import socket

from webapp.config import Config, ConfigError
from webapp.supervisor.banner import page_address

#: Seconds that whoever has the port gets to say who it is.
ANSWER_TIMEOUT = 2.0
#: Ports after the wanted one that are tried for a suggestion.
NEAR = 100


def usable_port(config: Config) -> int:
    """The port of the settings, or a free one for 0. Raises ConfigError where another program has it."""
    host, port = config.host, config.port
    try:
        return _try(host, port)
    except socket.gaierror as error:
        raise ConfigError(f"HOST={host} is not an address: {error.strerror}. Use one like 127.0.0.1.") from None
    except PermissionError:
        raise ConfigError(f"Port {port} may not be used by you. Choose one above 1023: PORT=8000 make run") from None
    except OSError as error:
        beside = f"PORT={_next_free(host, port)} make run"
        if is_ours(config):
            raise ConfigError(
                f"port {port} on {host} is taken by an RQ Live that runs already. Open {page_address(config)}, or "
                f"start a second server beside it: {beside}"
            ) from None
        raise ConfigError(
            f"port {port} on {host} cannot be used: {error.strerror}. End the program that has it, or choose another: "
            f"{beside}"
        ) from None


def is_ours(config: Config) -> bool:
    """Whether an RQ Live answers at the address of the settings."""
    status, body = ask_health(config, ANSWER_TIMEOUT)
    try:
        return status in (200, 503) and set(json.loads(body)) == {"redis"}
    except (ValueError, TypeError):
        return False


def ask_health(config: Config, timeout: float) -> tuple[int, bytes]:
    """(status, body) of /healthz, whoever answers there; (0, b"") where nobody does."""
    # Not urllib: it would ask the proxy of the environment.
    connection = http.client.HTTPConnection(_reachable(config.host), config.port, timeout=timeout)
    try:
        connection.request("GET", f"{config.base_path}/healthz")
        answer = connection.getresponse()
        return answer.status, answer.read(1000)
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def _reachable(host: str) -> str:
    """An address at which a server that listens on `host` answers."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def _try(host: str, port: int) -> int:
    """Listen there for a moment; returns the port. Raises OSError."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
        probe.listen()
        return probe.getsockname()[1]


def _next_free(host: str, port: int) -> int:
    """The nearest port after this one that can be used, or the usual one."""
    for candidate in range(port + 1, min(port + NEAR, 65536)):
        try:
            return _try(host, candidate)
        except OSError:
            continue
    return Config.port
