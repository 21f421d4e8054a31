"""Where Redis is: the address that was given, whether it can be used, and what of it may be shown. No I/O."""

import os
from collections.abc import Mapping
from urllib.parse import quote, urlencode, urlsplit

from jobs._sentinel import is_sentinel, place
from webapp.config_reader import TRUE, ConfigError

SCHEMES = ("redis", "rediss", "unix")
#: RQ's own settings of TLS, and the options of an address that they become.
TLS = {f"REDIS_SSL_{name}": f"ssl_{name.lower()}" for name in ("CA_CERTS", "CERT_REQS", "CERTFILE", "KEYFILE")}


def redis_url(env: Mapping[str, str] = os.environ) -> str | None:
    """The Redis that was given, found in the order of RQ's own command line, or None.

    RQLIVE_REDIS_URL, then RQ_REDIS_URL, REDIS_URL, REDIS_HOST with REDIS_PORT, REDIS_DB, REDIS_PASSWORD, REDIS_SSL
    (rq/cli/helpers.py, get_redis_from_config).
    """
    for name in ("RQLIVE_REDIS_URL", "RQ_REDIS_URL", "REDIS_URL"):
        if env.get(name):
            return env[name]
    if not any(env.get(name) for name in ("REDIS_HOST", "REDIS_PORT")):
        return None
    scheme = "rediss" if env.get("REDIS_SSL", "").lower() in TRUE else "redis"
    secret = f":{quote(env['REDIS_PASSWORD'], safe='')}@" if env.get("REDIS_PASSWORD") else ""
    host, port = env.get("REDIS_HOST") or "localhost", env.get("REDIS_PORT") or "6379"
    options = urlencode({option: env[name] for name, option in TLS.items() if env.get(name)}, safe="/")
    question = f"?{options}" if options and scheme == "rediss" else ""
    return f"{scheme}://{secret}{host}:{port}/{env.get('REDIS_DB') or '0'}{question}"


def check(url: str) -> None:
    """The text does not repeat the address: it may hold a password."""
    try:
        if is_sentinel(url):
            place(url)
            return
        parts = urlsplit(url)
        usable = parts.scheme in SCHEMES and parts.port != 0
    except ValueError:  # a port that is no number
        usable = False
    if not usable:
        raise ConfigError(
            "The address of Redis that was given is not one that begins with redis://, rediss://, unix:// or "
            "redis+sentinel://. "
            "Use one like redis://localhost:6379/0, or redis+sentinel://host:26379,host:26379/mymaster/0."
        )


def public_url(url: str) -> str:
    """The same address without its password, fit to be shown: `redis://localhost:6379/0`."""
    if is_sentinel(url):
        scheme, _, rest = url.partition("?")[0].partition("://")
        login, _, place = rest.rpartition("@")
        return f"{scheme}://{login.partition(':')[0]}{':***@' * bool(login)}{place}"
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return f"unix://{parts.path}"
    user = f"{parts.username}:***@" if parts.password else ""
    port = f":{parts.port}" if parts.port else ""
    host = parts.hostname or "localhost"
    return f"{parts.scheme}://{user}{f'[{host}]' if ':' in host else host}{port}{parts.path}"


def short_address(url: str) -> str:
    """What tells this Redis from another at a glance: `localhost:6379`, with its database unless that is 0."""
    if is_sentinel(url):
        found = place(url)
        host, port = found.sentinels[0]
        return f"{found.name} ({host}:{port})"
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return parts.path
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname or "localhost"
    database = "" if parts.path in ("", "/", "/0") else parts.path
    return f"{host}:{parts.port or 6379}{database}"
