"""What spans queues: which queues, workers and rate limits there are, suspension, what is set aside. Never writes."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import redis

from webapp import headcount, rqkeys
from webapp.queries import aside
from webapp.queries.fields import reply, text
from webapp.queries.plan import Plan
from webapp.queries.snapshot import Gathered

#: Names that are read, the first of them; the totals say where there are more.
QUEUES_MAX = 1_000
WORKERS_MAX = 1_000


@dataclass
class Names:
    """What there is to ask about by name, as of the last read."""

    queues: list[str] = field(default_factory=list)
    workers: list[str] = field(default_factory=list)
    rate_limits: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)

    def ask(self, plan: Plan) -> None:
        """Seven commands, one more for each rate limit and six for each queue of which something is set aside."""
        plan.ask("names", _ask_names)
        plan.ask("keepers", aside.ask_names)
        plan.ask("aside", aside.ask, self.aside)
        plan.ask("limits", ask_rate_limits, self.rate_limits)

    def read(self, plan: Plan, now_ms: int) -> Gathered:
        """What was answered."""
        queue_keys, worker_keys, suspended, limit_keys, subscribers = map(reply, plan["names"])
        got = Gathered(now_ms)
        got.absorb_suspension(suspended)
        got.headcount = headcount.counted(subscribers)
        queues, there = rqkeys.names(queue_keys, rqkeys.QUEUE_PREFIX), rqkeys.names(worker_keys, rqkeys.WORKER_PREFIX)
        got.queue_names, got.worker_names = queues[:QUEUES_MAX], there[:WORKERS_MAX]
        got.cut = len(queues) > QUEUES_MAX or len(there) > WORKERS_MAX
        got.limit_keys = sorted(text(key) or "" for key in limit_keys or ())[:QUEUES_MAX]
        got.aside_names, got.is_kept = aside.names(reply(plan["keepers"][0])), bool(reply(plan["keepers"][1]))
        got.absorb_aside(self.aside, plan["aside"])
        got.absorb_rate_limits(self.rate_limits, plan["limits"])
        return got


def ask_rate_limits(pipe: redis.client.Pipeline, keys: Iterable[str]) -> None:
    """One command for each."""
    for key in keys:
        pipe.zcard(rqkeys.rate_limited(key))


def _ask_names(pipe: redis.client.Pipeline) -> None:
    pipe.smembers(rqkeys.QUEUES)
    pipe.smembers(rqkeys.WORKERS)
    pipe.pttl(rqkeys.SUSPENDED)
    pipe.smembers(rqkeys.RATE_LIMIT_KEYS)
    pipe.pubsub_numsub(*headcount.CHANNELS)
