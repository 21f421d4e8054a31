"""`python -m jobs publish [package …]`: tell Redis which job types this code has. The command line only."""

import argparse
import os
import socket
import sys
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import redis

from jobs import _keys
from jobs._address import client
from jobs._publish import exists, find, publish

TIMEOUT = 5


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit code: 1 where something could not be published. What is broken is published with its error."""
    options = _parser().parse_args(arguments)
    named = [*os.environ.get("RQLIVE_JOBS", "").replace(",", " ").split(), *options.packages]
    packages = [package for package in dict.fromkeys(["jobs", *named]) if exists(package)]
    url = options.url or redis_url(os.environ)
    found = find(packages)
    try:
        with client(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT) as connection:
            written = publish(connection, found, packages, socket.gethostname(), options.prune)
    except (redis.RedisError, OSError, ValueError) as error:
        print(f"Nothing was published: Redis at {_public(url)} did not take it ({error}).", file=sys.stderr)
        print("Start it, or say where it is: RQ_REDIS_URL=redis://host:6379/0 python -m jobs publish", file=sys.stderr)
        return 1
    print("\n".join(table(written)))
    left_out = {one.func for one in found if one.kind} - {entry["func"] for entry in written.values()}
    if left_out:
        print(f"Left out, because a catalog holds {_keys.CATALOG_MAX}: {', '.join(sorted(left_out))}", file=sys.stderr)
        print("Remove types that nobody needs, or those of other hosts with --prune.", file=sys.stderr)
    unknown = [package for package in named if package not in packages]
    if unknown:
        print(f"There is no package {', '.join(unknown)} on this path. Start it in the folder above.", file=sys.stderr)
    return 1 if unknown else 0


def redis_url(env: Mapping[str, str]) -> str:
    """The Redis to publish to, found in the order of RQ's own command line; RQLIVE_REDIS_URL beats it.

    Without any, the one that `rq worker` would use: localhost:6379.
    """
    for name in ("RQLIVE_REDIS_URL", "RQ_REDIS_URL", "REDIS_URL"):
        if env.get(name):
            return env[name]
    secure = env.get("REDIS_SSL", "").lower() in ("1", "y", "yes", "t", "true", "on")
    secret = f":{quote(env['REDIS_PASSWORD'], safe='')}@" if env.get("REDIS_PASSWORD") else ""
    host, port = env.get("REDIS_HOST") or "localhost", env.get("REDIS_PORT") or "6379"
    return f"{'rediss' if secure else 'redis'}://{secret}{host}:{port}/{env.get('REDIS_DB') or '0'}"


def table(written: dict[str, dict[str, Any]]) -> list[str]:
    """One line a job type: its name, its parameters or what is wrong with it."""
    width = max((len(name) for name in written), default=0)
    lines = [f"Job types published to Redis: {len(written)}"]
    for name, entry in sorted(written.items()):
        told = entry["error"] or ", ".join((entry["schema"] or {}).get("properties", {})) or "no parameters"
        lines.append(f"  {name:{width}}  {told}")
    return lines


def _public(url: str) -> str:
    parts = urlsplit(url)
    return url if not parts.password else url.replace(f":{parts.password}@", ":***@")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m jobs", description=__doc__)
    publish_parser = parser.add_subparsers(dest="command", required=True).add_parser(
        "publish", help="write the job types of these packages into the catalog"
    )
    publish_parser.add_argument("packages", nargs="*", help="beside `jobs` and those of RQLIVE_JOBS")
    publish_parser.add_argument("-u", "--url", help="the Redis; else RQ_REDIS_URL, REDIS_URL, REDIS_HOST…")
    publish_parser.add_argument(
        "--prune", action="store_true", help="also remove types of these packages that only other hosts have"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
