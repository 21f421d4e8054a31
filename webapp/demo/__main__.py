"""`python -m webapp.demo`: plays the demo until Ctrl-C, on the Redis of `make run`; starts that Redis if need be."""

import contextlib
import os
import select
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from redis.exceptions import RedisError

from webapp.config import Config, ConfigError
from webapp.connections import connect
from webapp.demo.crew import POSTS, Crew
from webapp.demo.director import Director
from webapp.demo.scenes import scenes
from webapp.demo.shop import Shop
from webapp.local_redis import LocalRedis, LocalRedisError
from webapp.supervisor.guardian import Guardian
from webapp.supervisor.signals import Signals

ROOT = Path(__file__).resolve().parents[2]
#: Seconds between looks at the scenes, and after Redis did not answer.
TICK = 0.25
AWAY = 2.0
#: Seconds between deaths of a worker; RQLIVE_DEMO_KILL=0 keeps all of them alive.
KILL_EVERY = 150.0


def main() -> int:
    """Play until SIGINT or SIGTERM; 1 where the demo may not run."""
    with Signals() as signals:
        try:
            config = Config.from_env()
            kill_every = float(os.environ.get("RQLIVE_DEMO_KILL") or KILL_EVERY)
            check(config)
            with _our_redis(config) as (url, leave):
                play(replace(config, redis_url=url, own_redis=True), kill_every, leave, signals)
        except (ConfigError, LocalRedisError, ValueError) as error:
            print(f"The demo does not start: {error}", file=sys.stderr)
            return 1
    return 0


def check(config: Config) -> None:
    """Raise ConfigError on a Redis that we did not start: the demo would run its jobs beside other people's."""
    if config.redis_url is not None and not config.own_redis:
        raise ConfigError(
            "it fills its Redis with made-up jobs, so it runs only on one that RQ Live started itself. "
            "Leave REDIS_URL, RQ_REDIS_URL and REDIS_HOST out."
        )


def play(config: Config, kill_every: float, leave: Callable[[], object], signals: Signals) -> None:
    """Start the workers and play the scenes until a signal comes; everything has ended afterwards."""
    url = config.redis_url or ""
    guardian = Guardian(url, leave)
    connection = connect(config).writer
    crew = Crew(url, connection, guardian)
    director = Director(scenes(Shop(connection, config), crew, kill_every))
    print(f"The demo plays: {len(POSTS)} more processes, and jobs in every status. Ctrl-C ends it.", flush=True)
    try:
        _loop(director, crew, signals)
    finally:
        crew.end()
        guardian.dismiss()


def _loop(director: Director, crew: Crew, signals: Signals) -> None:
    answering = True
    while not signals.asked:
        pause = TICK
        try:
            crew.tend()
            director.play()
            answering = True
        except RedisError as error:
            if answering:
                print(f"Redis does not answer: {error}. The demo goes on when it does.", flush=True)
            answering, pause = False, AWAY
        select.select([signals.fd], [], [], pause)
        signals.drain()


@contextlib.contextmanager
def _our_redis(config: Config) -> Iterator[tuple[str, Callable[[], object]]]:
    """The address of our own Redis, and how to leave it: given by who started us, else that of this folder."""
    if config.redis_url is not None:
        yield config.redis_url, lambda: None
        return
    local = LocalRedis(ROOT / "var" / "redis")
    local.join()
    try:
        yield local.url, local.leave
    finally:
        local.leave()


if __name__ == "__main__":
    sys.exit(main())
