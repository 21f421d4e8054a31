"""What the recorder has written, read back plainly for tests."""

from collections import Counter

import redis as redis_py

from jobs import _keys
from webapp import figure_fields as ff
from webapp.queries.figures import FiguresCache
from webapp.queries.titles import Titles


def recorded(redis: redis_py.Redis, queue: str = "default", function: str | None = None) -> Counter[str]:
    """Metric -> count over all minutes, of one queue or of one function in it."""
    counts: Counter[str] = Counter()
    pattern = f"{_keys.PREFIX}{'figures' if function is None else 'functions'}:*"
    for key in redis.scan_iter(pattern):
        for name, amount in redis.hgetall(key).items():
            metric, *rest = ff.split(name)
            if rest == [queue] + ([] if function is None else [function]):
                counts[metric] += int(amount)
    return counts


def covered_ms(redis: redis_py.Redis, metric: str = ff.COVERED) -> int:
    """How much time was recorded, over all minutes."""
    return recorded(redis, queue="")[metric]


def is_recording(redis: redis_py.Redis) -> bool:
    """Whether a recorder has written its heartbeat and not signed off."""
    return bool(redis.hget(_keys.RECORDER, "heartbeat"))


def shown(redis: redis_py.Redis, queues=(), workers=()) -> tuple[dict, tuple[dict, ...]]:
    """(figures, gathered) as a web process that has just started shows them."""
    cache = FiguresCache(Titles())
    for ahead_ms in (0, 1_000, 2_000):
        seconds, micros = redis.time()
        now_ms = seconds * 1000 + micros // 1000
        with redis.pipeline(transaction=False) as pipe:
            cache.ask(pipe, now_ms + ahead_ms)
            cache.absorb(pipe.execute(), now_ms + ahead_ms)
    by_name = {entry.name: entry for entry in queues}
    return cache.view(now_ms, by_name, {str(number): entry for number, entry in enumerate(workers)})
